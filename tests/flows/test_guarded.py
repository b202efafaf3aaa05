import asyncio

import httpx
import pytest
from quartet_flows.guarded import SameOrigin, allowed_hosts
from starlette.responses import PlainTextResponse

HOSTS = ["127.0.0.1", "localhost"]


def asked(origin: str | None) -> int:
    """The status a page of that origin gets."""

    async def ask() -> int:
        transport = httpx.ASGITransport(SameOrigin(PlainTextResponse("here"), HOSTS))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return (await client.get("/", headers={"Origin": origin} if origin else {})).status_code

    return asyncio.run(ask())


@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:4200", "http://localhost:8080", "HTTP://LOCALHOST"])
def test_programs_and_own_pages_are_answered(origin):
    assert asked(origin) == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://[::1", ""])
def test_pages_of_other_sites_are_refused(origin):
    assert asked(origin or " ") == 403


def test_a_web_socket_of_another_site_is_closed_before_it_opens():
    sent = []

    async def send(message):
        sent.append(message["type"])

    scope = {"type": "websocket", "headers": [(b"origin", b"https://evil.example")]}
    asyncio.run(SameOrigin(PlainTextResponse("here"), HOSTS)(scope, None, send))
    assert sent == ["websocket.close"]


def test_the_names_may_be_set(monkeypatch):
    monkeypatch.setenv("QUARTET_ALLOWED_HOSTS", "prefect.example, localhost")
    assert allowed_hosts() == ["prefect.example", "localhost"]
