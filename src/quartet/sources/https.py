"""A file over https: resumed where it broke off, retried, from the first mirror that serves it, checked and kept.

Pooch checks the checksum and gives a file its final name; how bytes come is ours, since pooch does not resume.
"""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urljoin, urlsplit

import pooch
import requests
import urllib3

from quartet.errors import SourceError
from quartet.project import Project
from quartet.sources.keeping import kept_under
from quartet.sources.progress import Advance, following

GIGABYTE = 10**9
CHUNK = 2**18
RETRIED = (408, 425, 429, 500, 502, 503, 504)
TRANSIENT = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
MAX_WAIT_S = 60.0


@dataclass(frozen=True)
class Manner:
    """How patiently to ask, and over what."""

    schemes: tuple[str, ...] = ("https",)
    attempts: int = 4  # in a row, each without a byte more than the one before
    pause_s: float = 1.0  # before the second attempt; doubled with each
    timeout_s: float = 30.0


CAREFUL = Manner()


@dataclass(frozen=True)
class Wanted:
    """A file to fetch.

    Args:
        addresses: where it lies, tried in turn.
        checksum: `sha256:…` or `md5:…`.
        name: what it is called when kept.
        max_gigabytes: what it may hold, in 10^9 bytes.
    """

    addresses: tuple[str, ...]
    checksum: str
    name: str
    max_gigabytes: float


class Unavailable(Exception):
    """An address does not serve the file; the message says why."""


class Again(Exception):
    """It may, if asked again.

    Args:
        wait_s: how long the server wants to be left alone.
    """

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def name_in(address: str) -> str:
    """The name at the end of an address, without what no file name should hold."""
    return re.sub(r"[^\w.+-]", "_", unquote(urlsplit(address).path).rsplit("/", 1)[-1]).lstrip(".") or "download"


def fetch(wanted: Wanted, project: Project, manner: Manner = CAREFUL) -> Path:
    """The file, kept under its checksum: a second call asks no server.

    Raises:
        SourceError: no address serves it, its checksum differs, or the disk does not take it.
    """
    reasons = []
    with kept_under(wanted.checksum.removeprefix("sha256:").replace(":", "-"), project) as folder:
        for litter in set(folder.glob("tmp*")) - {folder / wanted.name}:
            litter.unlink()  # pooch's, of a process that was killed
        for address in wanted.addresses:
            try:
                return retrieved(address, wanted, folder, manner)
            except Unavailable as error:
                reasons.append(f"{urlsplit(address).netloc}: {error}")
            except OSError as error:
                mend = "Make room or mend the permissions there, and run again."
                raise SourceError(f"{folder} takes {wanted.name}", came=str(error), mend=mend) from error
    kept = "What came is kept, and the next run goes on from there. " if (folder / partial(wanted)).exists() else ""
    mend = f"Check the network and run again, or bring the file by hand, to {folder / wanted.name}."
    raise SourceError(f"{wanted.name} can be downloaded", came="; ".join(reasons), mend=kept + mend)


def partial(wanted: Wanted) -> str:
    """What a download is called until it is whole."""
    return f".{wanted.name}.partial"


def retrieved(address: str, wanted: Wanted, folder: Path, manner: Manner) -> Path:
    """The file from one address.

    Raises:
        Unavailable: it does not serve it.
    """
    pooch.get_logger().setLevel("WARNING")
    download = Download(folder / partial(wanted), wanted, manner)
    while True:
        try:
            return Path(pooch.retrieve(address, wanted.checksum, wanted.name, folder, downloader=download))
        except ValueError as error:
            if not download.resumed:
                raise Unavailable(download.wrong(str(error))) from error
            download.resumed = False  # what was kept did not fit what came: once more from the first byte


class Download:
    """One address's bytes → a partial file that outlives a failure → pooch's output file.

    Args:
        partial: where bytes are kept until all have come.
    """

    def __init__(self, partial: Path, wanted: Wanted, manner: Manner) -> None:
        self.partial, self.wanted, self.manner = partial, wanted, manner
        self.session = Session(manner.schemes)
        self.resumed = False
        self.head = b""

    def __call__(self, address: str, output_file: str, pooch: object, check_only: bool = False) -> None:
        """What pooch calls."""
        failures = 0
        while True:
            before = self.size
            try:
                self.stream(address)
                break
            except (*TRANSIENT, Again, urllib3.exceptions.HTTPError) as error:
                failures = 1 if self.size > before else failures + 1
                if failures >= self.manner.attempts or isinstance(error, requests.exceptions.SSLError):
                    raise Unavailable(reason(error)) from error
                wait_s = getattr(error, "wait_s", 0.0)
            except requests.RequestException as error:
                raise Unavailable(reason(error)) from error
            time.sleep(max(wait_s, self.manner.pause_s * 2 ** (failures - 1)))
        with self.partial.open("rb") as file:
            self.head = file.read(40)
        self.partial.replace(output_file)

    @property
    def size(self) -> int:
        """How many bytes have come."""
        return self.partial.stat().st_size if self.partial.exists() else 0

    def stream(self, address: str) -> None:
        """Ask for what is still missing, and write it as it comes."""
        offset = self.size
        # bytes as they lie on the server: a checksum is of them, not of what an encoding makes of them
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
        with self.session.get(address, headers=headers, stream=True, timeout=self.manner.timeout_s) as response:
            goes_on = self.answered(response, offset)
            self.resumed = self.resumed or goes_on
            done = offset if goes_on else 0
            total = done + int(response.headers.get("Content-Length") or 0)
            self.within_limit(total)
            with self.partial.open("ab" if goes_on else "wb") as file, following(self.wanted.name, total) as advance:
                advance(done)
                self.write(response, file, advance)

    def write(self, response: requests.Response, file: IO[bytes], advance: Advance) -> None:
        """Write the body, chunk by chunk."""
        for chunk in response.raw.stream(CHUNK, decode_content=False):
            self.within_limit(file.tell() + len(chunk))
            file.write(chunk)
            advance(len(chunk))

    def answered(self, response: requests.Response, offset: int) -> bool:
        """Whether the answer goes on at the offset; False where it starts from the first byte.

        Raises:
            Again: the server may serve it later, or does not know what is kept.
            Unavailable: it does not serve it.
        """
        status = f"the server says {response.status_code} {response.reason}"
        if response.status_code in RETRIED:
            after = response.headers.get("Retry-After", "")
            raise Again(status, min(float(after), MAX_WAIT_S) if after.isdecimal() else 0.0)
        goes_on = response.headers.get("Content-Range", "").startswith(f"bytes {offset}-")
        if offset and (response.status_code == 416 or (response.status_code == 206 and not goes_on)):
            self.partial.unlink()
            raise Again(status)
        if response.status_code not in (200, 206):
            raise Unavailable(status)
        return response.status_code == 206

    def within_limit(self, n_bytes: int) -> None:
        """Raise Unavailable where there are more bytes than allowed."""
        if n_bytes > self.wanted.max_gigabytes * GIGABYTE:
            self.partial.unlink(missing_ok=True)
            raise Unavailable(f"it has more than {self.wanted.max_gigabytes:g} GB (max_gigabytes of the dataset)")

    def wrong(self, message: str) -> str:
        """What came instead of the right bytes, from what pooch says."""
        came = re.search(r"got (\w+)", message)
        page = ", it is a web page" if self.head.lstrip().lower().startswith((b"<!doctype", b"<html")) else ""
        algorithm, expected = self.wanted.checksum.split(":")
        return f"its {algorithm} is {came[1] if came else 'another one'}, not {expected}{page}; nothing of it was kept"


class Session(requests.Session):
    """Requests over the named schemes and no other, redirects included."""

    def __init__(self, schemes: tuple[str, ...]) -> None:
        super().__init__()
        self.schemes = schemes
        self.headers["User-Agent"] = "quartet-ml"
        self.adapters.clear()
        for scheme in schemes:
            self.mount(f"{scheme}://", requests.adapters.HTTPAdapter())

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Where an answer sends on to.

        Raises:
            Unavailable: to another scheme.
        """
        target = super().get_redirect_target(resp)
        if target and urlsplit(urljoin(resp.url, target)).scheme not in self.schemes:
            raise Unavailable(f"it redirects to {target[:80]!r}, which is not {' or '.join(self.schemes)}")
        return target


def reason(error: Exception) -> str:
    """What went wrong, without the names of Python's objects."""
    if isinstance(error, requests.Timeout):
        return "it does not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted here"
    if isinstance(error, requests.ConnectionError):
        text = str(error)
        return "its name is not known, or there is no network" if "resol" in text else "it takes no connection"
    if isinstance(error, urllib3.exceptions.HTTPError):
        return "the connection broke off"
    return str(error).splitlines()[0][:200] or type(error).__name__
