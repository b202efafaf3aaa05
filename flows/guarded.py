"""Prefect's API and UI, answering under the names given only, and to no page of another site.

Prefect 3.8.8 has a setting for what browsers may read across sites, but none that refuses a Host or an Origin: a page
that makes its own name resolve to this machine could start and delete runs. `uvicorn quartet_flows.guarded:app
--factory` is `prefect server start` behind that check.
"""

import os
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

ALLOWED_HOSTS = "QUARTET_ALLOWED_HOSTS"  # names without ports, separated by commas
LOCAL_HOSTS = ("127.0.0.1", "localhost")


def app() -> ASGIApp:
    """Prefect's server as the environment says it, guarded."""
    from prefect.server.api.server import create_app

    hosts = allowed_hosts()
    # around the server, not in it: it asks itself, under a host of its own, for what its automations do
    inside = SameOrigin(create_app(final=True), hosts=hosts)
    return TrustedHostMiddleware(inside, allowed_hosts=hosts, www_redirect=False)


def allowed_hosts() -> list[str]:
    """The names under which the server may be asked for."""
    return [name.strip() for name in os.environ.get(ALLOWED_HOSTS, ",".join(LOCAL_HOSTS)).split(",")]


class SameOrigin:
    """Refuses what a page of another site asks for, web sockets included; programs send no Origin."""

    def __init__(self, app: ASGIApp, hosts: list[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403, or pass on."""
        origin = Headers(scope=scope).get("origin") if scope["type"] in ("http", "websocket") else None
        if origin is None or hostname(origin) in self.hosts:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("a page of another site may not ask for this", 403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})


def hostname(origin: str) -> str | None:
    """The name in an Origin; None for `null` and what is no address."""
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None
