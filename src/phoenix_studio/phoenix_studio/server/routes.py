"""What the pages ask for: each request has a route to the desk that answers it."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from phoenix_studio.bags_desk import BagEdit, BagReplay, BagsDesk
from phoenix_studio.faults_desk import FaultsDesk, Injection, Mending
from phoenix_studio.form import Form
from phoenix_studio.graph_desk import GraphDesk
from phoenix_studio.limits_desk import Forgetting, LimitsChange, LimitsDesk, PinChange
from phoenix_studio.ros_calls import CallError
from phoenix_studio.settings_desk import SettingChange, SettingsDesk
from phoenix_studio.turns_desk import TurnsDesk
from phoenix_studio.words_desk import Sentence, Undoing, WordsChange, WordsDesk

LONGEST_BODY = 16384  # bytes
LONGEST_WORDS = 1_000_000  # of a file with words

FormT = TypeVar('FormT', bound=Form)


class Name(StringConvertor):
    """The name of a node, or the id of an interaction, in an address."""

    regex = '[a-z0-9_]{1,64}'


register_url_convertor('name', Name())


class ToyDesks(NamedTuple):
    """Who answers what is asked of a running toy."""

    limits: LimitsDesk
    settings: SettingsDesk
    words: WordsDesk
    turns: TurnsDesk
    graph: GraphDesk


class Desks(NamedTuple):
    """Who answers the requests of the pages; a page without a toy has no desks for one."""

    bags: BagsDesk
    toy: ToyDesks | None = None
    faults: FaultsDesk | None = None
    bag: str = ''  # the one that the page shows first


def routes(desks: Desks) -> list[BaseRoute]:
    """Return the routes of all requests that can be answered."""

    async def about(request: Request) -> dict[str, Any]:
        return {
            'toy': desks.toy is not None,
            'faults': desks.faults is not None,
            'bag': desks.bag,
        }

    return [
        Route('/api/about', _answer(about)),
        *_of_bags(desks.bags),
        *(_of_toy(desks.toy) if desks.toy else ()),
        *(_of_faults(desks.faults) if desks.faults else ()),
    ]


def _of_bags(bags: BagsDesk) -> list[BaseRoute]:
    return [
        Route('/api/bags', _answer(lambda request: bags.bags())),
        _file('session', bags.session, 'application/json'),
        _file('picture', bags.picture, 'image/svg+xml'),
        _file('sound', bags.sound, 'audio/wav'),
        _change('/api/edit', BagEdit, bags.edit),
        _change('/api/replay', BagReplay, bags.replay),
    ]


def _of_toy(toy: ToyDesks) -> list[BaseRoute]:
    return [
        Route('/api/limits', _answer(lambda request: toy.limits.limits())),
        Route(
            '/api/sources/{node:name}',
            _answer(lambda request: toy.settings.sources(request.path_params['node'])),
        ),
        Route('/api/turns', _answer(lambda request: toy.turns.turns())),
        Route(
            '/api/turns/{trace:name}',
            _answer(lambda request: toy.turns.turn(request.path_params['trace'])),
        ),
        Route('/api/words', _answer(lambda request: toy.words.words())),
        _change('/api/try', Sentence, toy.words.try_out),
        _change('/api/compare', WordsChange, toy.words.compare, LONGEST_WORDS),
        _change('/api/apply', WordsChange, toy.words.apply, LONGEST_WORDS),
        _change('/api/undo', Undoing, toy.words.undo),
        Route('/api/events', _answer(lambda request: toy.graph.events())),
        Route('/api/check', _answer(lambda request: toy.graph.check())),
        _change('/api/settings', SettingChange, toy.settings.change),
        _change('/api/limits', LimitsChange, toy.limits.change),
        _change('/api/pin', PinChange, toy.limits.set_pin),
        _change('/api/forget', Forgetting, toy.limits.forget),
        Route(
            '/api/settings/{node:name}',
            _answer(lambda request: toy.settings.settings(request.path_params['node'])),
        ),
    ]


def _of_faults(faults: FaultsDesk) -> list[BaseRoute]:
    return [
        Route('/api/faults', _answer(lambda request: faults.faults())),
        _change('/api/inject', Injection, faults.inject),
        _change('/api/mend', Mending, faults.mend),
    ]


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
    path: str,
    form: type[FormT],
    change: Callable[[FormT], Awaitable[dict[str, Any]]],
    longest: int = LONGEST_BODY,
) -> Route:
    """Return the route of a request that changes something; its body is JSON."""

    async def ask(request: Request) -> dict[str, Any]:
        body = b''
        async for part in request.stream():
            body += part
            if len(body) > longest:
                raise HTTPException(413)
        try:
            filled = form.model_validate_json(body)
        except ValidationError:  # without its text, which may hold a PIN
            raise HTTPException(400, 'not as the page sends it') from None
        return await change(filled)

    return Route(path, _answer(ask), methods=['POST'])
