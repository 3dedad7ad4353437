"""The gate in front of everything: refuses what comes from elsewhere or without a session."""

from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from phoenix_studio.server.access import Access
from phoenix_studio.server.refusals import Refusals

ENTRY, PAIR = '/enter', '/pair'
OPEN = (ENTRY, PAIR, '/favicon.svg', '/favicon.ico')  # also without a session
OUTSIDE = (
    'Open the address that Phoenix shows in its terminal.\n'
    'Bitte die Adresse öffnen, die Phoenix in seinem Terminal zeigt.\n'
)
SAFETY = {
    'content-security-policy': (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
}


class Guard:
    """Lets requests and sockets through that belong to a session and come from our own pages."""

    def __init__(self, app: ASGIApp, access: Access, refusals: Refusals) -> None:
        self._app = app
        self._access = access
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a socket, or refuse it."""
        headers = Headers(scope=scope)
        is_socket = scope['type'] == 'websocket'
        changes = is_socket or scope['method'] not in ('GET', 'HEAD')
        foreign = self._access.foreign(headers, needs_origin=changes)
        if foreign:
            self._refusals.note(f'a request from another {foreign}')
        elif scope['path'] in OPEN or self._access.knows(headers):
            await self._app(scope, receive, _with_safety(send))
            return
        elif is_socket:
            self._refusals.note('a socket without a session')
        if is_socket:
            await receive()
            await send({'type': 'websocket.close', 'code': 1008})
        else:
            await PlainTextResponse(OUTSIDE, 403)(scope, receive, _with_safety(send))


def _with_safety(send: Send) -> Send:
    async def add(message: Message) -> None:
        if message['type'] == 'http.response.start':
            headers: list[Any] = list(message.get('headers', []))
            given = {name for name, _ in headers}
            headers += [
                (name.encode(), value.encode())
                for name, value in SAFETY.items()
                if name.encode() not in given
            ]
            message = {**message, 'headers': headers}
        await send(message)

    return add
