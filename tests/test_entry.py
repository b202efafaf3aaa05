"""Servers that do not let one in are named, with the way out."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from quartet_flows.starting import see_entry

from quartet import tracking
from quartet.errors import ServiceError
from quartet.project import Project


class Refusing(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(401)
        self.end_headers()
        self.wfile.write(b"who are you?")

    do_POST = do_GET  # noqa: N815 (http.server calls it by that name)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_mlflow_server_that_asks_who_one_is_is_told_from_one_that_answers(address, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    with pytest.raises(ServiceError, match=r"401.*MLFLOW_TRACKING_PASSWORD"):
        tracking.connect(Project(tmp_path))


def test_a_prefect_server_that_asks_who_one_is_is_told_from_one_that_answers(address, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", f"{address}/api")
    named = temporary_settings({PREFECT_API_URL: f"{address}/api"})  # another test may have made Prefect read them
    with named, pytest.raises(ServiceError, match=r"401.*PREFECT_API_AUTH_STRING"):
        see_entry()


def test_without_a_named_server_nothing_is_asked(monkeypatch):
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    see_entry()
