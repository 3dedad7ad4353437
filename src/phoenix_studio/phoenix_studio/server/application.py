"""The pages, sockets and requests of the studio."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from phoenix_studio.bags_desk import BagEdit, BagReplay, BagsDesk
from phoenix_studio.graph_desk import GraphDesk
from phoenix_studio.limits_desk import Forgetting, LimitsChange, LimitsDesk, PinChange
from phoenix_studio.ros_calls import CallError
from phoenix_studio.server.access import Access
from phoenix_studio.server.guard import ENTRY, OUTSIDE, Guard
from phoenix_studio.server.hub import Hub
from phoenix_studio.server.refusals import Refusals
from phoenix_studio.server.sockets import Sockets
from phoenix_studio.server.toy import Toy
from phoenix_studio.settings_desk import SettingChange, SettingsDesk
from phoenix_studio.turns_desk import TurnsDesk

PAGES = Path(__file__).resolve().parents[1] / 'static'
# The cookie is not sent with a redirect from elsewhere, but with what our own page opens.
ENTERED = '<!doctype html><meta http-equiv="refresh" content="0;url={}"><title>Phoenix</title>'

LONGEST_BODY = 16384  # bytes

Form = TypeVar('Form', bound=BaseModel)


class Name(StringConvertor):
    """The name of a node, or the id of an interaction, in an address."""

    regex = '[a-z0-9_]{1,64}'


register_url_convertor('name', Name())


class Desks(NamedTuple):
    """Who answers the requests of the pages."""

    limits: LimitsDesk
    settings: SettingsDesk
    turns: TurnsDesk
    graph: GraphDesk
    bags: BagsDesk


def application(access: Access, hub: Hub, toy: Toy, desks: Desks, refusals: Refusals) -> ASGIApp:
    """Return all that a browser can reach, behind the guard."""
    sockets = Sockets(hub, toy, refusals)

    async def enter(request: Request) -> Response:
        token = access.enter(request.query_params.get('code', ''))
        if token is None:
            refusals.note('a wrong or used code')
            return Response(OUTSIDE, 403, media_type='text/plain')
        page = '/parents' if request.query_params.get('page') == 'parents' else '/'
        response = HTMLResponse(ENTERED.format(page), headers={'cache-control': 'no-store'})
        response.set_cookie(access.cookie, token, httponly=True, samesite='strict', path='/')
        return response

    routes = [
        Route(ENTRY, enter),
        Route('/', _page('index.html')),
        Route('/parents', _page('parents.html')),
        Route('/favicon.svg', _page('favicon.svg')),
        Route('/favicon.ico', _page('favicon.svg')),  # browsers ask for it by themselves
        Route('/api/limits', _answer(lambda request: desks.limits.limits())),
        Route(
            '/api/sources/{node:name}',
            _answer(lambda request: desks.settings.sources(request.path_params['node'])),
        ),
        Route('/api/turns', _answer(lambda request: desks.turns.turns())),
        Route(
            '/api/turns/{trace:name}',
            _answer(lambda request: desks.turns.turn(request.path_params['trace'])),
        ),
        Route('/api/events', _answer(lambda request: desks.graph.events())),
        Route('/api/bags', _answer(lambda request: desks.bags.bags())),
        _file('session', desks.bags.session, 'application/json'),
        _file('picture', desks.bags.picture, 'image/svg+xml'),
        _file('sound', desks.bags.sound, 'audio/wav'),
        _change('/api/edit', BagEdit, desks.bags.edit),
        _change('/api/replay', BagReplay, desks.bags.replay),
        Route('/api/check', _answer(lambda request: desks.graph.check())),
        _change('/api/settings', SettingChange, desks.settings.change),
        _change('/api/limits', LimitsChange, desks.limits.change),
        _change('/api/pin', PinChange, desks.limits.set_pin),
        _change('/api/forget', Forgetting, desks.limits.forget),
        Route(
            '/api/settings/{node:name}',
            _answer(lambda request: desks.settings.settings(request.path_params['node'])),
        ),
        WebSocketRoute('/events', sockets.events),
        WebSocketRoute('/sound', sockets.sound),
        Mount('/assets', StaticFiles(directory=PAGES / 'assets', check_dir=False)),
    ]
    return Guard(Starlette(routes=routes), access, refusals)


def _page(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        return FileResponse(PAGES / name, headers={'cache-control': 'no-cache'})

    return page


def _answer(ask: Callable[[Request], Awaitable[dict[str, Any]]]) -> Any:
    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(await ask(request), headers={'cache-control': 'no-store'})
        except CallError as error:
            return JSONResponse({'reason': str(error)}, 503)

    return answer


def _file(what: str, read: Callable[[str], Awaitable[bytes]], kind: str) -> Route:
    """Return the route of a view of a recorded session."""

    async def answer(request: Request) -> Response:
        try:
            content = await read(request.path_params['bag'])
        except CallError as error:
            return JSONResponse({'reason': str(error)}, 404)
        return Response(content, media_type=kind, headers={'cache-control': 'no-store'})

    return Route(f'/api/{what}/{{bag:path}}', answer)


def _change(
    path: str, form: type[Form], change: Callable[[Form], Awaitable[dict[str, Any]]]
) -> Route:
    """Return the route of a request that changes something; its body is JSON."""

    async def ask(request: Request) -> dict[str, Any]:
        body = b''
        async for part in request.stream():
            body += part
            if len(body) > LONGEST_BODY:
                raise HTTPException(413)
        try:
            filled = form.model_validate_json(body)
        except ValidationError:  # without its text, which may hold a PIN
            raise HTTPException(400, 'not as the page sends it') from None
        return await change(filled)

    return Route(path, _answer(ask), methods=['POST'])
