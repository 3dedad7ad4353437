"""The pages and sockets of the studio, and what they ask for."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from phoenix_studio.server.access import Access
from phoenix_studio.server.guard import ENTRY, OUTSIDE, Guard
from phoenix_studio.server.hub import Hub
from phoenix_studio.server.pair_page import pair_route
from phoenix_studio.server.pairing import Pairing
from phoenix_studio.server.refusals import Refusals
from phoenix_studio.server.routes import Desks, routes
from phoenix_studio.server.sockets import Sockets
from phoenix_studio.server.toy import Toy

PAGES = Path(__file__).resolve().parents[1] / 'static'
# The cookie is not sent with a redirect from elsewhere, but with what our own page opens.
ENTERED = '<!doctype html><meta http-equiv="refresh" content="0;url={}"><title>Phoenix</title>'


def application(
    access: Access,
    hub: Hub,
    toy: Toy | None,
    desks: Desks,
    refusals: Refusals,
    pairing: Pairing | None = None,
) -> ASGIApp:
    """
    Return all that a browser can reach, behind the guard.

    :param toy: None: there is none, and no socket.
    :param pairing: None: only browsers of this machine come in.
    """

    async def enter(request: Request) -> Response:
        page = '/parents' if request.query_params.get('page') == 'parents' else '/'
        response = HTMLResponse(ENTERED.format(page), headers={'cache-control': 'no-store'})
        if token := access.enter(request.query_params.get('code', '')):
            access.give(response, token)
            return response
        refusals.note('a wrong or used code')
        return Response(OUTSIDE, 403, media_type='text/plain')

    pages: list[BaseRoute] = [
        Route(ENTRY, enter),
        Route('/', _page('index.html')),
        Route('/parents', _page('parents.html')),
        Route('/favicon.svg', _page('favicon.svg')),
        Route('/favicon.ico', _page('favicon.svg')),  # browsers ask for it by themselves
        Mount('/assets', StaticFiles(directory=PAGES / 'assets', check_dir=False)),
    ]
    if pairing is not None:
        pages.append(pair_route(access, pairing, refusals, ENTERED.format('/')))
    if toy is not None:
        sockets = Sockets(hub, toy, refusals)
        pages += [
            WebSocketRoute('/events', sockets.events),
            WebSocketRoute('/sound', sockets.sound),
        ]
    return Guard(Starlette(routes=[*pages, *routes(desks)]), access, refusals)


def _page(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        return FileResponse(PAGES / name, headers={'cache-control': 'no-cache'})

    return page
