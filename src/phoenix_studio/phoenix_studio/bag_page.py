"""
Serves the page of a recorded session; a program of its own, without a toy and without ROS.

The arguments are the folder of the session and, if it is not that of the settings, the port. It
ends with SIGINT or SIGTERM.
"""

import signal
import sys
import threading
from pathlib import Path

from phoenix_core.settings.layers import resolve
from phoenix_core.settings.profile import Profile
from phoenix_studio.bags_desk import BagsDesk
from phoenix_studio.server.access import Access
from phoenix_studio.server.application import application
from phoenix_studio.server.entrance import Entrance, open_page
from phoenix_studio.server.hub import Hub
from phoenix_studio.server.refusals import Refusals
from phoenix_studio.server.routes import Desks
from phoenix_studio.server.web_server import WebServer
from phoenix_studio.settings import StudioSettings

ENTRY_PERIOD_S = 1.0


def serve(bag: Path, port: int, ended: threading.Event, *, opens: bool) -> None:
    """
    Serve the page until an event is set; the other sessions of the folder are shown, too.

    :raises OSError: the port is in use.
    """
    web = WebServer(port)
    access = Access(web.port)
    desks = Desks(BagsDesk(bag.parent), bag=bag.name)
    refusals = Refusals(lambda line: print(line, file=sys.stderr, flush=True))
    entrance = Entrance(access, open_page if opens else None)
    web.start(application(access, Hub(), None, desks, refusals))
    try:
        while True:
            entrance.show()
            if ended.wait(ENTRY_PERIOD_S):
                return
    finally:
        web.close()


def main() -> None:
    """Serve until a signal."""
    folder, *given = sys.argv[1:]
    settings = resolve(StudioSettings, 'studio', Profile())
    port = int(given[0]) if given else settings.port
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        serve(Path(folder).resolve(), port, ended, opens=settings.open_browser)
    except OSError as error:
        sys.exit(f'phoenix: port {port}: {error.strerror}')


if __name__ == '__main__':
    main()
