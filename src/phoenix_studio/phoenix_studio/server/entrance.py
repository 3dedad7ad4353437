"""Tells people the address of the page: another one for each browser."""

import os
import webbrowser
from collections.abc import Callable

from phoenix_studio.server.access import Access
from phoenix_studio.server.guard import ENTRY, PAIR
from phoenix_studio.server.pairing import Pairing


class Entrance:
    """
    Shows the address for the next browser, since each is good for one.

    :param pairing: the codes for other devices; None: there are none.
    :param fingerprint: of the certificate that they are shown.
    :param open_page: opens the first address in a browser; None: nobody is to.
    """

    def __init__(
        self,
        access: Access,
        open_page: Callable[[str], object] | None,
        pairing: Pairing | None = None,
        fingerprint: str = '',
    ) -> None:
        self._access = access
        self._open_page = open_page
        self._pairing = pairing
        self._fingerprint = fingerprint
        self._shown_pairing = ''
        self._shown_code = ''

    def show(self) -> None:
        """Print what has not been shown yet; call it once a second."""
        self._show_pairing()
        if self._access.code == self._shown_code:
            return
        first = not self._shown_code
        self._shown_code = self._access.code
        address = f'{self._access.address}{ENTRY}?code={self._shown_code}'
        print(f'{address}' if first else f'{address} (another browser)', flush=True)
        if first and self._open_page is not None and _has_screen():
            self._open_page(address)

    def _show_pairing(self) -> None:
        if self._pairing is None or self._pairing.code == self._shown_pairing:
            return
        if not self._shown_pairing:
            print(f'certificate SHA-256 {self._fingerprint}', flush=True)
        code = self._shown_pairing = self._pairing.code
        address = f'{self._access.address}{PAIR}'
        print(f'another device: {address} and the code {code[:4]} {code[4:]}', flush=True)


def open_page(address: str) -> None:
    """Open a page in the browser of this desktop."""
    webbrowser.open(address)


def _has_screen() -> bool:
    return any(map(os.environ.get, ('DISPLAY', 'WAYLAND_DISPLAY')))
