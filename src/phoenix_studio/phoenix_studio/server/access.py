"""
Who may come in: one-time codes for the terminal, sessions for browsers, and no foreign pages.

A browser gets a session by an address with a code that is valid once. The session is a cookie,
which no script can read and no other site can send.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response

LOOPBACK = '127.0.0.1'
LOOPBACK_NAMES = (LOOPBACK, 'localhost')
IDLE_S = 12 * 3600.0  # without a request until a session ends
MOST_SESSIONS = 100


def in_address(host: str) -> str:
    """Return an IP address as it stands in that of a page."""
    return f'[{host}]' if ':' in host else host


class Access:
    """
    The codes and sessions of one server.

    :param port: of the server.
    :param clock: monotonic time [s].
    :param host: its address; another than loopback is reached by TLS alone.
    """

    def __init__(
        self,
        port: int,
        clock: Callable[[], float] = time.monotonic,
        host: str = LOOPBACK,
    ) -> None:
        self._clock = clock
        names = LOOPBACK_NAMES if host == LOOPBACK else (in_address(host),)
        self._hosts = {f'{name}:{port}' for name in names}
        self._scheme = 'http' if host == LOOPBACK else 'https'
        self.address = f'{self._scheme}://{in_address(host)}:{port}'
        self.cookie = f'phoenix_studio_{port}'  # cookies do not tell ports apart
        self._sessions: dict[str, float] = {}  # by token, when it was last used
        self.code = secrets.token_urlsafe(18)

    def enter(self, code: str) -> str | None:
        """Return the token of a new session for a valid code, which then is another one."""
        if not secrets.compare_digest(code.encode(), self.code.encode()):
            return None
        self.code = secrets.token_urlsafe(18)
        return self.new_session()

    def give(self, response: Response, token: str) -> None:
        """Give a session to the browser that gets this response."""
        response.set_cookie(
            self.cookie,
            token,
            httponly=True,
            samesite='strict',
            path='/',
            secure=self._scheme == 'https',
        )

    def new_session(self) -> str:
        """Return the token of a new session."""
        while len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[min(self._sessions, key=lambda one: self._sessions[one])]
        token = secrets.token_urlsafe(24)
        self._sessions[token] = self._clock()
        return token

    def foreign(self, headers: Mapping[str, str], *, needs_origin: bool) -> str:
        """
        Return why a request comes from elsewhere; empty: it does not.

        :param needs_origin: a request that changes something, or a socket, must name its page.
        """
        host = headers.get('host', '')
        if host not in self._hosts:  # also a foreign name that leads to this machine
            return 'host'
        origin = headers.get('origin')
        if (origin is None and needs_origin) or (
            origin is not None and origin != f'{self._scheme}://{host}'
        ):
            return 'origin'
        if headers.get('sec-fetch-site', 'none') == 'cross-site':
            return 'site'
        return ''

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request belongs to a session, which then goes on."""
        try:
            cookies = SimpleCookie(headers.get('cookie', ''))
        except CookieError:
            return False
        token = cookies[self.cookie].value if self.cookie in cookies else ''
        used = self._sessions.get(token)
        if used is None:
            return False
        if self._clock() - used > IDLE_S:
            del self._sessions[token]
            return False
        self._sessions[token] = self._clock()
        return True
