"""Tells people the address of the page: another one for each browser."""

import os
import webbrowser
from collections.abc import Callable

from phoenix_studio.server.access import Access
from phoenix_studio.server.guard import ENTRY
from phoenix_studio.server.web_server import LOOPBACK


class Entrance:
    """
    Shows the address for the next browser, since each is good for one.

    :param open_page: opens the first address in a browser; None: nobody is to.
    """

    def __init__(
        self, access: Access, port: int, open_page: Callable[[str], object] | None
    ) -> None:
        self._access = access
        self._port = port
        self._open_page = open_page
        self._shown_code = ''

    def show(self) -> None:
        """Print the address unless it is the one shown last; call it once a second."""
        if self._access.code == self._shown_code:
            return
        first = not self._shown_code
        self._shown_code = self._access.code
        address = f'http://{LOOPBACK}:{self._port}{ENTRY}?code={self._shown_code}'
        print(f'{address}' if first else f'{address} (another browser)', flush=True)
        if first and self._open_page is not None and _has_screen():
            self._open_page(address)


def open_page(address: str) -> None:
    """Open a page in the browser of this desktop."""
    webbrowser.open(address)


def _has_screen() -> bool:
    return any(map(os.environ.get, ('DISPLAY', 'WAYLAND_DISPLAY')))
