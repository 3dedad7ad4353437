"""Tools of other programs: a model may use those that a parent allows, and is told the results."""

import asyncio
import json
from contextlib import aclosing
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from chat_server import ChatServer

from phoenix_core.limits.limits import Limits
from phoenix_core.limits.neighbors import Neighbors
from phoenix_core.limits.parent_file import ParentFile
from phoenix_core.node.health import TellableError
from phoenix_core.testing.graph import decide
from phoenix_speech.conversation import foreign_tools
from phoenix_speech.conversation.chat_model import ChatModelError
from phoenix_speech.conversation.chat_tools import ToolCall
from phoenix_speech.conversation.foreign_tools import ForeignTools
from phoenix_speech.conversation.providers.openai import OpenAIChatModel

pytestmark = pytest.mark.anyio
LIGHT = 'mcp:house/light'


@pytest.fixture
def anyio_backend():
    return 'asyncio'


def tool(neighbor):
    name = neighbor.partition(':')[2].replace('/', '__')
    function = {'name': name, 'description': 'x', 'parameters': {'type': 'object'}}
    specification = {'type': 'function', 'function': function}
    return SimpleNamespace(neighbor=neighbor, name=name, specification=specification)


@dataclass
class House:
    """A source of two tools."""

    result: str | Exception = 'on'
    names: dict = field(default_factory=lambda: {LIGHT: 'lights', 'mcp:house/door': 'doors'})
    calls: list = field(default_factory=list)
    closed: bool = False

    async def tools(self, allowed):
        return [tool(name) for name in self.names]  # more than is allowed

    async def call(self, tool, arguments):
        self.calls.append((tool.neighbor, dict(arguments)))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def close(self):
        self.closed = True


class Model:
    """A chat model that can use tools, and answers each round with the next of its parts."""

    name = 'model'

    def __init__(self, *rounds):
        self.rounds = list(rounds)
        self.offered = []
        self.asked = []

    def offer(self, specifications):
        self.offered = [one['function']['name'] for one in specifications]

    async def stream(self, messages):
        self.asked.append(list(messages))
        for part in self.rounds.pop(0):
            yield part


class Table:
    """The tools of a house, and what a parent has decided."""

    def __init__(self, folder, source):
        self.failures = []
        self.folder = folder
        path = folder / 'phoenix' / 'phoenix.parent.json'
        self.neighbors = Neighbors(ParentFile(path), folder / 'asking.json')
        self.tools = ForeignTools(
            [source], self.neighbors, lambda name, why: self.failures.append((name, why))
        )

    def allow(self, *names):
        decide(self.folder, Limits(neighbors=list(names)))

    async def reply(self, model):
        rounds = self.tools.rounds(model, [{'role': 'user', 'content': 'Hi'}], self._ask)
        async with aclosing(rounds) as parts:
            return [part async for part in parts]

    def _ask(self, model, messages):
        return model.stream(messages)


def call(name='house__light', **arguments):
    return ToolCall(name, {}, arguments)


async def test_a_model_is_offered_what_a_parent_allows_and_the_rest_is_asked_for(tmp_path):
    house = House()
    table = Table(tmp_path, house)
    assert table.neighbors.asking == {LIGHT: 'lights', 'mcp:house/door': 'doors'}
    model = Model(['Hello.'], ['Hello.'])
    await table.reply(model)
    assert model.offered == []
    table.allow(LIGHT)
    await table.reply(model)
    assert model.offered == ['house__light']
    table.tools.close()
    assert house.closed


async def test_a_model_is_told_the_result_and_goes_on(tmp_path):
    house = House()
    table = Table(tmp_path, house)
    table.allow(LIGHT)
    toys_own = ToolCall('start_story', {})
    model = Model(['Wait. ', call(room='kitchen')], ['It is on.', toys_own])
    assert await table.reply(model) == ['Wait. ', 'It is on.', toys_own]
    assert house.calls == [(LIGHT, {'room': 'kitchen'})]
    question, asked, result = model.asked[1]
    assert question['content'] == 'Hi'
    [told] = asked['tool_calls']
    assert (asked['role'], told['function']['name']) == ('assistant', 'house__light')
    assert json.loads(told['function']['arguments']) == {'room': 'kitchen'}
    assert (result['role'], result['content']) == ('tool', 'on')
    assert result['tool_call_id'] == told['id']


@pytest.mark.parametrize(
    ('error', 'told'),
    [
        (RuntimeError('Timmy said'), 'failed: RuntimeError'),
        (TellableError('too slow'), 'failed: too slow'),
    ],
)
async def test_a_failure_is_told_to_the_model_without_what_was_said(tmp_path, error, told):
    table = Table(tmp_path, House(result=error))
    table.allow(LIGHT)
    model = Model([call()], ['Sorry.'])
    assert await table.reply(model) == ['Sorry.']
    assert model.asked[1][-1]['content'] == told
    assert table.failures == [(LIGHT, told.removeprefix('failed: '))]


async def test_a_yes_that_is_taken_back_holds_at_once(tmp_path):
    house = House()
    table = Table(tmp_path, house)
    table.allow(LIGHT)

    class Hesitant(Model):
        async def stream(self, messages):
            table.allow()
            async for part in super().stream(messages):
                yield part

    model = Hesitant([call()], ['Sorry.'])
    await table.reply(model)
    assert (house.calls, model.asked[1][-1]['content']) == ([], 'failed: not allowed')


async def test_a_tool_that_was_not_offered_is_no_tool_of_ours(tmp_path):
    table = Table(tmp_path, House())
    table.allow(LIGHT)
    door = call('house__door')
    assert await table.reply(Model([door])) == [door]  # the engine refuses what it does not know
    assert 'house__door' not in table.tools


async def test_a_model_that_only_calls_tools_comes_to_an_end(tmp_path):
    table = Table(tmp_path, House())
    table.allow(LIGHT)
    with pytest.raises(ChatModelError, match='without end'):
        await table.reply(Model(*[[call()]] * 10))


async def test_a_source_that_does_not_answer_is_left_out(tmp_path, monkeypatch):
    class Slow(House):
        async def tools(self, allowed):
            await asyncio.sleep(3600)

    monkeypatch.setattr(foreign_tools, 'FIND_S', 0.01)
    table = Table(tmp_path, Slow())
    table.allow(LIGHT)
    model = Model(['Hello.'])
    assert await table.reply(model) == ['Hello.']
    assert model.offered == [] and table.failures == [('tools', 'TimeoutError')]


async def test_a_real_server_gets_the_tools_and_the_results(tmp_path):
    def house_light(answer):
        if any(message['role'] == 'tool' for message in answer.server.requests[-1][2]['messages']):
            answer.begin()
            answer.say('It is on.')
        else:
            answer.begin()
            answer.call(0, 'house__light', '{"room": "hall", "level": 3}')
        answer.end()

    house = House()
    table = Table(tmp_path, house)
    table.allow(LIGHT)
    with ChatServer(house_light) as server:
        model = OpenAIChatModel(base_url=server.url, model='test')
        assert ''.join(await table.reply(model)) == 'It is on.'
        await model.close()
    assert house.calls == [(LIGHT, {'room': 'hall', 'level': 3})]
    assert [one['function']['name'] for one in server.requests[0][2]['tools']] == ['house__light']
