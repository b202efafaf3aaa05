"""Downloads against a small server on 127.0.0.1, over http: only a test may ask for that."""

import hashlib
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from quartet.errors import SourceError
from quartet.project import Project
from quartet.sources.https import CAREFUL, Manner, Session, Unavailable, Wanted, fetch, name_in
from quartet.sources.progress import following

BODY = bytes(range(256)) * 2000
SHA256 = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
MD5 = f"md5:{hashlib.md5(BODY).hexdigest()}"
TRUSTING = Manner(schemes=("http",), pause_s=0.0, timeout_s=5.0)


class Handler(BaseHTTPRequestHandler):
    """What the test's `answers` say, one per request; `asked` notes the ranges that came."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Range")))
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        answer(self)

    def log_message(self, *_):
        pass


def whole(body=BODY):
    def answer(handler):
        start = int((handler.headers.get("Range") or "bytes=0-")[6:-1])
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        handler.send_header("Content-Length", str(len(body) - start))
        handler.end_headers()
        handler.wfile.write(body[start:])

    return answer


def status(code, **headers):
    def answer(handler):
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def broken_off(n_bytes):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(BODY)))
        handler.end_headers()
        handler.wfile.write(BODY[:n_bytes])
        handler.close_connection = True

    return answer


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.answers, server.asked = [whole()], []
    server.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def wanted(*addresses, checksum=SHA256, max_gigabytes=1.0):
    return Wanted(addresses, checksum, "a.bin", max_gigabytes)


def kept(project):
    return [path.name for path in project.downloads.rglob("*") if path.is_file()]


@pytest.mark.parametrize("checksum", [SHA256, MD5])
def test_a_file_is_kept_and_asked_for_once(tmp_path, server, checksum):
    project = Project(tmp_path)
    files = [fetch(wanted(f"{server.address}/a", checksum=checksum), project, TRUSTING) for _ in range(2)]
    assert files[0].read_bytes() == BODY
    assert files[0] == files[1]
    assert server.asked == [("/a", None)]


def test_what_broke_off_goes_on_where_it_ended(tmp_path, server):
    server.answers = [broken_off(70_000), whole()]
    assert fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING).read_bytes() == BODY
    assert server.asked == [("/a", None), ("/a", "bytes=70000-")]


def test_a_later_run_goes_on_where_an_earlier_one_ended(tmp_path, server):
    server.answers = [broken_off(70_000), status(503)]
    with pytest.raises(SourceError, match=r"503.*What came is kept"):
        fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING)
    server.answers, server.asked[:] = [whole()], []
    assert fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING).read_bytes() == BODY
    assert server.asked == [("/a", "bytes=70000-")]


@pytest.mark.parametrize("answers", [[status(500), status(429, Retry_After="0"), whole()], [status(416), whole()]])
def test_a_server_in_trouble_is_asked_again(tmp_path, server, answers):
    server.answers = answers
    folder = Project(tmp_path).downloads / SHA256.removeprefix("sha256:")
    folder.mkdir(parents=True)
    (folder / ".a.bin.partial").write_bytes(BODY + b"more")
    assert fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING).read_bytes() == BODY


def test_a_kept_part_of_another_file_is_thrown_away(tmp_path, server):
    folder = Project(tmp_path).downloads / SHA256.removeprefix("sha256:")
    folder.mkdir(parents=True)
    (folder / ".a.bin.partial").write_bytes(b"x" * 70_000)
    assert fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING).read_bytes() == BODY
    assert server.asked == [("/a", "bytes=70000-"), ("/a", None)]


def test_what_a_killed_process_left_is_removed(tmp_path, server):
    folder = Project(tmp_path).downloads / SHA256.removeprefix("sha256:")
    folder.mkdir(parents=True)
    (folder / "tmpabc").write_bytes(b"")
    fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING)
    assert kept(Project(tmp_path)) == ["a.bin"]


def test_a_server_that_knows_no_ranges_sends_all_again(tmp_path, server):
    def from_the_start(handler):
        del handler.headers["Range"]
        whole()(handler)

    server.answers = [broken_off(70_000), from_the_start]
    assert fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING).read_bytes() == BODY


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (whole(b"<!DOCTYPE html>sorry"), "its sha256 is .*not .*it is a web page; nothing of it was kept"),
        (whole(BODY[:-1]), "its sha256 is"),
        (status(404), "the server says 404 Not Found"),
        (status(301, Location="file:///etc/passwd"), "redirects to 'file:///etc/passwd', which is not http"),
        (status(302, Location="ftp://127.0.0.1/a"), "redirects to 'ftp"),
        (status(301, Location="/a"), "redirects"),
    ],
)
def test_what_is_not_the_file_is_refused_and_not_kept(tmp_path, server, answer, message):
    server.answers = [answer]
    with pytest.raises(SourceError, match=message):
        fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING)
    assert kept(Project(tmp_path)) == []


def test_a_file_larger_than_allowed_is_refused_before_it_comes(tmp_path, server):
    with pytest.raises(SourceError, match=r"more than 1e-05 GB \(max_gigabytes"):
        fetch(wanted(f"{server.address}/a", max_gigabytes=1e-5), Project(tmp_path), TRUSTING)
    assert kept(Project(tmp_path)) == []


def test_the_next_mirror_is_asked_when_one_fails(tmp_path, server):
    server.answers = [status(404), whole()]
    mirrors = (f"{server.address}/a", f"{server.address}/b")
    assert fetch(wanted(*mirrors), Project(tmp_path), TRUSTING).read_bytes() == BODY
    assert [path for path, _ in server.asked] == ["/a", "/b"]


def test_a_server_that_is_not_there_is_named(tmp_path, server):
    server.server_close()
    with pytest.raises(SourceError, match=r"127.0.0.1:\d+: it takes no connection.*Check the network"):
        fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING)


def test_only_https_is_spoken(tmp_path, server):
    with pytest.raises(SourceError, match="can be downloaded"):
        fetch(wanted(f"{server.address}/a"), Project(tmp_path))
    assert server.asked == []


def test_a_redirect_from_https_to_http_is_refused():
    response = requests.Response()
    response.status_code, response.url, response.headers["Location"] = 302, "https://a.org/a", "http://a.org/a"
    with pytest.raises(Unavailable, match=r"redirects to 'http://a.org/a', which is not https"):
        Session(CAREFUL.schemes).get_redirect_target(response)


def test_a_file_brought_by_hand_is_taken_where_the_message_says(tmp_path, server):
    server.answers = [status(404)]
    with pytest.raises(SourceError, match="bring the file by hand") as caught:
        fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING)
    file = Path(re.search(r"to (\S+)\.$", str(caught.value))[1])
    file.write_bytes(BODY)
    assert fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING) == file


def test_a_kept_file_that_was_altered_is_fetched_again(tmp_path, server):
    file = fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING)
    file.write_bytes(b"altered")
    assert fetch(wanted(f"{server.address}/a"), Project(tmp_path), TRUSTING).read_bytes() == BODY


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://a.org/x/rows.csv?download=1", "rows.csv"),
        ("https://a.org/a%2F..%2Fb%20c.csv", "b_c.csv"),
        ("https://a.org/.bashrc", "bashrc"),
        ("https://a.org/", "download"),
    ],
)
def test_a_kept_file_has_a_harmless_name(address, name):
    assert name_in(address) == name


def test_a_log_says_how_far_a_download_is(capsys):
    with following("a.bin", 4_000_000, every_s=0.0) as advance:
        advance(1_000_000)
        advance(3_000_000)
    assert capsys.readouterr().err.splitlines() == ["a.bin: 1 of 4 MB (25%)", "a.bin: 4 of 4 MB (100%)"]


def test_a_terminal_shows_a_bar(capsys, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with following("a.bin", 4_000_000) as advance:
        advance(4_000_000)
    assert "4.0/4.0 MB" in capsys.readouterr().err
