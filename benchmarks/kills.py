"""Kill a run at random moments, again and again: each time the next run must give what an undisturbed one gives.

    python benchmarks/kills.py [--kills 40] [--seed 1] [--only STEP] [--keep] [--work FOLDER]

A small project is run once undisturbed. Then, for each kill, it stands again as it did before some step; a run starts,
and in that step one of its processes gets SIGKILL: the flow (`quartet run` itself), the stage, DVC, the fork server
that both come from, or Prefect's server.
Every pair of step and process comes up before one does twice; when within the step is random. `quartet run` then
recovers, and all that counts is compared with the undisturbed run: dvc.lock, the bytes of weights and metrics, the
lines of the registry, MLflow's runs, versions and aliases. No process and no lock may be left. Linux only.
"""

import argparse
import itertools
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from filelock import FileLock
from kills_facts import differences, facts
from kills_run import FOLLOWING, STAGES, Run, environment
from ruamel.yaml import YAML

PROCESSES = ("flow", "server", "forks", "dvc", "stage")
N_ROWS = 240
PARAMS = """
n_seeds: 2
datasets:
  orders: {family: tabular, source: data/mine/orders.csv, target: late}
  club:
    {family: graph, source: "networkx:karate_club", task: node_classification, checks: {enough_items: {min_value: 30}}}
models:
  orders-logistic: {dataset: orders, architecture: logistic_regression}
  orders-mlp: {dataset: orders, architecture: mlp, hidden: 16, epochs: 200, patience: null}
  club-gcn: {dataset: club, architecture: gcn, hidden: 8, epochs: 60, patience: null}
"""
ATTEMPTS = 5


def main() -> int:
    """Kill as often as was asked for; 1 where a run did not recover."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[*STAGES, *FOLLOWING], metavar="STEP", help="kill in this step alone")
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    parser.add_argument("--work", type=Path, help="where to work; a temporary folder if absent")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="quartet-kills-")) if options.work is None else options.work.resolve()
    bench = Bench(folder)
    bench.prepare(options.only)
    tally: Counter[str] = Counter()
    for number, (step, process) in enumerate(plan(options), 1):
        tally += bench.trial(number, step, process, random.Random(f"{options.seed} {number}"))
    if not options.keep:
        shutil.rmtree(folder)
    counts = {key: tally[key] for key in ("killed", "recovered", "lost", "duplicated")}
    print(", ".join(f"{key} {n}" for key, n in counts.items()))
    return int(counts != {"killed": options.kills, "recovered": options.kills, "lost": 0, "duplicated": 0})


def plan(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Step and process of each kill: all pairs in random order, and over again."""
    pairs = [(step, process) for step in STAGES for process in PROCESSES]
    pairs += [(step, process) for step in FOLLOWING for process in ("flow", "server")]
    pairs = [pair for pair in pairs if options.only in (None, pair[0])]
    generator, queue = random.Random(options.seed), list[tuple[str, str]]()
    for _ in range(options.kills):
        queue = queue or generator.sample(pairs, len(pairs))
        yield queue.pop()


@dataclass
class Bench:
    """A project, what stood before each step of its run, and what the undisturbed run gave."""

    folder: Path
    facts: dict[str, Counter[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        """Always in the same place, which MLflow's store holds."""
        return self.folder / "project"

    def prepare(self, only: str | None = None) -> None:
        """Run undisturbed, and keep the project as it stands before each step, or before one alone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.make_project()
        self.keep("plan")
        run = Run(self.project)
        run.wait()
        if run.code:
            sys.exit("the undisturbed run failed:\n" + "\n".join(run.lines))
        self.facts, self.seconds = facts(self.project), run.seconds()
        print("undisturbed:", ", ".join(f"{step} {s:.1f} s" for step, s in self.seconds.items()), flush=True)
        self.put_back("plan")
        last = len(STAGES) if only is None else (*STAGES, *FOLLOWING).index(only) + 1
        wanted = STAGES[:last]  # no more than is killed in
        for step, following in itertools.pairwise(wanted):
            names = [step] if step == "plan" else [name for name in stage_names() if name.startswith(f"{step}@")]
            command(self.project, "dvc", "repro", "--single-item", *names)
            self.keep(following)

    def make_project(self) -> None:
        """A table of orders and a graph."""
        command(self.folder, "quartet", "init", str(self.project))
        (self.project / "params.yaml").write_text(PARAMS, encoding="utf-8")
        generator = random.Random(0)
        rows = [(generator.gauss(0, 1), generator.gauss(0, 1), generator.choice("abc")) for _ in range(N_ROWS)]
        lines = [f"{a:.3f},{b:.3f},{c},{'yes' if a * b + (c == 'a') > 0.3 else 'no'}" for a, b, c in rows]
        table = "\n".join(["weight,distance,shop,late", *lines, ""])
        (self.project / "data/mine/orders.csv").write_text(table, encoding="utf-8")

    def keep(self, step: str) -> None:
        """Keep the project as it stands before a step."""
        shutil.copytree(self.project, self.folder / "before" / step, symlinks=True)

    def put_back(self, step: str) -> None:
        """Let the project stand as it did before a step."""
        shutil.rmtree(self.project)
        shutil.copytree(self.folder / "before" / step, self.project, symlinks=True)

    def run_and_kill(self, step: str, process: str, generator: random.Random) -> tuple["Run", bool]:
        """A run that was killed; where it had ended before its moment came, another one, killed sooner."""
        for attempt in range(ATTEMPTS):
            self.put_back(step if step in STAGES else "evaluate")
            run = Run(self.project)
            killed = run.kill(step, process, generator.uniform(0, self.seconds[step] / 2**attempt))
            run.wait()
            killed = killed and run.is_hit(step, process)
            if killed:
                break
        return run, killed

    def trial(self, number: int, step: str, process: str, generator: random.Random) -> Counter[str]:
        """One kill and the recovery."""
        run, killed = self.run_and_kill(step, process, generator)
        left = orphans(self.project)
        recovery = Run(self.project)
        recovery.wait()
        problems = [f"{what} left running by the killed run" for what in left]
        problems += [f"{what} left running by the recovery" for what in orphans(self.project)]
        problems += [] if recovery.code == 0 else ["the recovery failed:", *recovery.lines[-25:]]
        problems += [] if killed else ["nothing was killed"]
        compared = Counter[str]()
        if recovery.code == 0:
            problems += stale_locks(self.project)
            compared = differences(self.facts, facts(self.project), problems)
        took = f"{recovery.ended - recovery.started:5.1f}"
        told = f"{number:3} {step:8} {process:6} killed after {run.killed_after:5.2f} s, ended with {run.code:3}"
        told += f", recovered in {took} s"
        print("\n     ".join([f"{told}: {'differs' if problems else 'equal'}", *problems]), flush=True)
        return compared + Counter({"killed": int(killed), "recovered": int(not problems)})


def stage_names() -> list[str]:
    """DVC's names of all stages but plan."""
    params = YAML(typ="safe").load(PARAMS)
    names = [f"{step}@{name}" for step in STAGES if step != "train" for name in params["datasets"]]
    return [*names, *(f"train@{name}" for name in params["models"])]


def command(folder: Path, *arguments: str) -> str:
    """A command that must succeed."""
    result = subprocess.run(arguments, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def orphans(project: Path, patience_s: float = 10.0) -> list[str]:
    """The command lines of processes that still work in the project, once they had time to end."""
    until, left = time.monotonic() + patience_s, [""]
    while left and time.monotonic() < until:
        time.sleep(0.1)
        left = []
        for process in psutil.process_iter():
            try:
                if Path(process.cwd()).is_relative_to(project):
                    left.append(" ".join(process.cmdline()))
            except (psutil.Error, OSError):
                continue
    return left


def stale_locks(project: Path) -> list[str]:
    """What keeps another process waiting, or DVC busy, though nothing runs."""
    ours = [*project.glob(".quartet/**/*.lock"), project / ".dvc/tmp/lock", project / ".dvc/tmp/rwlock.lock"]
    found = []
    for file in ours:
        lock = FileLock(file)
        try:
            lock.acquire(timeout=0)
        except TimeoutError:
            found.append(f"{file} is locked")
        finally:
            lock.release()
    rwlock = project / ".dvc/tmp/rwlock"
    entries = json.loads(rwlock.read_text(encoding="utf-8")) if rwlock.exists() else {}
    found += [f"DVC's rwlock holds {mode}: {left}" for mode, left in entries.items() if left]
    status = command(project, "dvc", "status")
    return found + ([] if "up to date" in status else [f"DVC says: {status}"])


if __name__ == "__main__":
    sys.exit(main())
