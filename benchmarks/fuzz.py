"""Mutated archives, tables, pictures, pickles and published sets, read as `ingest` reads them.

    python benchmarks/fuzz.py --minutes 10 [--seed 0] [--kind archives --case 17]

Each kind runs in a process of its own, one after the other, with a limit on its memory and on the time of a case. A
case is what its number and the seed make of valid files. Whatever comes must be data or a QuartetError; anything else
raised, a process that dies, a case that hangs, and any write, process or connection is a crash. Exit 1 on any.
"""

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from fuzz_seeds import KINDS, Seed

HERE = Path(__file__).resolve().parent
MEMORY = 6 * 10**9  # bytes of address space
HANG_S = 30
INTERESTING = (b"\0", b"\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x80")
WRITES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod")
RUNS = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "subprocess.Popen", "pty.spawn")
OPENED_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Escape(BaseException):
    """Something was written, run or connected to while a case was read."""


class Hang(BaseException):
    """A case took too long."""


class Watch:
    """While `on`, turns what must not happen into Escape, and remembers it."""

    def __init__(self) -> None:
        self.on, self.seen = False, ""
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook."""
        to_write = event == "open" and isinstance(arguments[2], int) and arguments[2] & OPENED_TO_WRITE
        if self.on and (to_write or event in (*WRITES, *RUNS, "socket.connect", "socket.bind")):
            self.seen = f"{event} {arguments!r:.200}"
            raise Escape(self.seen)


def mutate(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """A few changes of some bytes."""
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((0, 1, 1, 2, 4, 16, 200)))
        match chance.randrange(6):
            case 0:
                new = chance.randbytes(end - start)
            case 1:
                new = b""
            case 2:
                new = data[start:end] * chance.choice((2, 2, 50))
            case 3:
                new = chance.choice(INTERESTING)
            case 4:
                other = chance.choice(others)
                place = chance.randrange(len(other) + 1)
                new = other[place : place + chance.choice((4, 64, 1000))]
            case _:
                new = b"%d" % chance.choice((-1, 0, 9, 2**31, 2**63, 10**20))
        data = data[:start] + new + data[end:]
    return data[: chance.randrange(len(data) + 1)] if chance.random() < 0.1 else data


def make(seed: Seed, others: list[Seed], chance: random.Random) -> dict[str, bytes]:
    """The files of a case: one of the seed's is changed, inside of its compression or outside."""
    files = dict(seed.files)
    name = chance.choice(sorted(files))
    inside = seed.pack is not None and chance.random() < 0.7
    data = (
        mutate(files[name], [other.files[key] for other in others for key in other.files], chance)
        if inside
        else files[name]
    )
    data = seed.pack(data) if seed.pack else data
    files[name] = data if inside else mutate(data, [data], chance)
    return files


def run_cases(kind: str, seed: int, first: int, deadline: float, journal: Path) -> None:
    """Cases until the deadline; the journal holds the one at hand, and the counts so far."""
    from quartet.errors import QuartetError

    read, seeds = KINDS[kind]()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, hang)
    watch, counts, number = Watch(), Counter[str](), first
    for valid in seeds:  # which also imports all that reading needs
        read(lay(Path(tempfile.mkdtemp()), {k: valid.pack(v) if valid.pack else v for k, v in valid.files.items()}))
    while time.time() < deadline:
        chance = random.Random(f"{seed} {kind} {number}")
        with tempfile.TemporaryDirectory() as scratch:
            folder = lay(Path(scratch), make(chance.choice(seeds), seeds, chance))
            journal.write_text(json.dumps({"case": number, "counts": counts}))
            outcome = one_case(read, folder, watch, QuartetError)
        counts["accepted" if not outcome else "refused" if outcome == "refused" else "crashes"] += 1
        if outcome not in ("", "refused"):
            print(f"CRASH {kind} case {number}: {outcome}", flush=True)
        number += 1
    journal.write_text(json.dumps({"case": -1, "counts": counts}))


def one_case(read: Any, folder: Path, watch: Watch, refusal: type[Exception]) -> str:
    """How a case ended: "", refused, or what crashed."""
    before = sorted(folder.rglob("*"))
    watch.on, watch.seen = True, ""
    signal.alarm(HANG_S)
    try:
        read(folder)
        outcome = ""
    except refusal:
        outcome = "refused"
    except BaseException as error:  # the fuzzer's whole purpose
        outcome = f"{type(error).__name__}: {str(error)[:200]} at {where(error)}"
    finally:
        watch.on = False
        signal.alarm(0)
    written = [str(path) for path in sorted(folder.rglob("*")) if path not in before]
    return watch.seen or (f"wrote {written}" if written else outcome)


def where(error: BaseException) -> str:
    """The innermost line that raised."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"


def hang(*_: object) -> None:
    """What the alarm calls."""
    raise Hang(f"more than {HANG_S} s")


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    """Put files into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def watched(kind: str, seed: int, seconds: float) -> Counter[str]:
    """Run a kind in processes of its own: one that dies or hangs in C is a crash, and the next case goes on."""
    total, first, deadline = Counter[str](), 0, time.time() + seconds
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder, "journal.json")
        while time.time() < deadline:
            command = [
                sys.executable,
                __file__,
                "--child",
                kind,
                str(first),
                str(deadline),
                str(journal),
                "--seed",
                str(seed),
            ]
            try:
                died = subprocess.run(command, check=False, timeout=deadline - time.time() + 2 * HANG_S).returncode
            except subprocess.TimeoutExpired:
                died = -signal.SIGALRM
            if not journal.exists():
                raise SystemExit(f"{kind} did not start")
            said = json.loads(journal.read_text())
            total.update(said["counts"])
            if said["case"] == -1:
                break
            print(f"CRASH {kind} case {said['case']}: the process ended with {died}", flush=True)
            total["crashes"] += 1
            first = said["case"] + 1
    return total


def main() -> int:
    """Run all kinds, or one case of one kind, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=sorted(KINDS))
    parser.add_argument("--case", type=int)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        kind, first, deadline, journal = given.child
        run_cases(kind, given.seed, int(first), float(deadline), Path(journal))
        return 0
    if given.case is not None:
        read, seeds = KINDS[given.kind]()
        chance = random.Random(f"{given.seed} {given.kind} {given.case}")
        read(lay(Path(tempfile.mkdtemp()), make(chance.choice(seeds), seeds, chance)))
        return 0
    kinds = [given.kind] if given.kind else list(KINDS)
    found = {kind: watched(kind, given.seed, 60 * given.minutes / len(kinds)) for kind in kinds}
    print(f"{'kind':12}{'cases':>9}{'refused':>9}{'accepted':>9}{'crashes':>9}")
    for kind, counts in {**found, "all": sum(found.values(), Counter())}.items():
        figures = (sum(counts.values()), counts["refused"], counts["accepted"], counts["crashes"])
        print(f"{kind:12}" + "".join(f"{figure:9,}" for figure in figures))
    return int(any(counts["crashes"] for counts in found.values()))


if __name__ == "__main__":
    sys.exit(main())
