import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import cast

import chat_server
import pytest
from chat_server import Answer, ChatServer
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_core.settings import secrets
from phoenix_speech.conversation.chat_model import ChatModelError
from phoenix_speech.conversation.chat_tools import Tool, ToolCall, ToolCallStream, ToolParameter
from phoenix_speech.conversation.providers.openai import (
    OPENAI,
    OpenAIChatModel,
    OpenAISettings,
    _parse,
)
from phoenix_speech.conversation.settings import ConversationSettings

pytestmark = pytest.mark.anyio

MESSAGES = [{'role': 'system', 'content': 'Be kind.'}, {'role': 'user', 'content': 'my secret'}]

TOOLS = {
    'set_timer': Tool(
        description='Rings.',
        activity='timer',
        parameters={'duration': ToolParameter(type='integer', description='seconds')},
    ),
    'start_quiz': Tool(description='Asks questions.', activity='quiz'),
}


@pytest.fixture
def anyio_backend() -> str:
    return 'asyncio'


@asynccontextmanager
async def serving(
    behavior: Callable[[Answer], None],
    timeout_s: float = 10.0,
    tools: dict[str, Tool] | None = None,
) -> AsyncIterator[tuple[ChatServer, OpenAIChatModel]]:
    with ChatServer(behavior) as server:
        model = OpenAIChatModel(
            base_url=server.url, model='tiny', timeout_s=timeout_s, tools=tools
        )
        yield server, model
        await model.close()


async def everything(model: OpenAIChatModel) -> list[str | ToolCall]:
    return [delta async for delta in model.stream(MESSAGES)]


async def happened(event: threading.Event) -> bool:
    """Wait in another thread: the event loop has to go on."""
    return await asyncio.to_thread(event.wait, 5)


async def test_streams_the_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv('OPENAI_API_KEY', raising=False)
    async with serving(chat_server.good) as (server, model):
        assert await everything(model) == ['Hello', ' there!', ' I am', ' Phoenix.']
        path, headers, request = server.requests[0]
        assert path == '/v1/chat/completions'
        assert request == {'model': 'tiny', 'messages': MESSAGES, 'stream': True}
        assert 'Authorization' not in headers
        assert ''.join(await everything(model)) == 'Hello there! I am Phoenix.'


async def test_sends_the_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('OPENAI_API_KEY', 'sesame')
    async with serving(chat_server.good) as (server, model):
        await everything(model)
        assert server.requests[0][1]['Authorization'] == 'Bearer sesame'


async def test_no_proxy_hears_what_is_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(('127.0.0.1', 0)) as proxy:
        monkeypatch.setenv('HTTP_PROXY', f'http://127.0.0.1:{proxy.getsockname()[1]}')
        monkeypatch.delenv('NO_PROXY', raising=False)
        async with serving(chat_server.good, timeout_s=2.0) as (_, model):
            assert await everything(model)


async def test_sends_the_key_that_was_taken_out_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(secrets, '_withheld', {})
    environ = {'OPENAI_API_KEY': 'sesame', 'HOME': '/home/me'}
    secrets.withhold(environ)
    assert environ == {'HOME': '/home/me'}
    async with serving(chat_server.good) as (server, model):
        await everything(model)
        assert server.requests[0][1]['Authorization'] == 'Bearer sesame'


async def test_a_server_that_is_cut_off_is_not_asked() -> None:
    async with serving(chat_server.good) as (server, model):
        model.is_cut = True
        with pytest.raises(ChatModelError, match='cut'):
            await everything(model)
        assert server.requests == []
        model.is_cut = False
        assert await everything(model)


def made(file: Path) -> OpenAIChatModel:
    settings = ConversationSettings()
    own = OpenAISettings(key_file=str(file))
    return cast(OpenAIChatModel, OPENAI.make('openai', settings.with_providers({'openai': own})))


def test_a_key_in_a_file_is_read_if_only_its_owner_can(tmp_path: Path) -> None:
    file = tmp_path / 'key'
    file.write_text('sesame\n')
    file.chmod(0o644)
    with pytest.raises(ValueError, match=f'{file}: others may read this secret; chmod 600'):
        made(file)
    file.chmod(0o600)
    assert made(file)._client.headers['Authorization'] == 'Bearer sesame'
    with pytest.raises(ValueError, match='the secret cannot be read'):
        made(tmp_path / 'none')


@pytest.mark.parametrize(
    'url',
    ['https://api.example.com/v1', 'http://127.0.0.1:1/v1', 'http://[::1]/', 'http://localhost/'],
)
def test_servers_of_this_machine_and_encrypted_ones_are_allowed(url: str) -> None:
    assert OpenAISettings(base_url=url).base_url == url


@pytest.mark.parametrize(
    'url',
    [
        'http://api.example.com/v1', 'http://192.168.1.20/v1', 'http://127.0.0.1@evil.com/',
        'http://localhost.evil.com/', 'HTTP://evil.com', 'file:///etc/passwd', 'https://', '',
    ],
)  # fmt: skip
def test_a_server_that_a_network_could_listen_to_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match='must be https, or http to this machine'):
        OpenAISettings(base_url=url)


def test_a_password_does_not_belong_into_an_address() -> None:
    with pytest.raises(ValueError, match='set key_file'):
        OpenAISettings(base_url='https://me:sesame@api.example.com/v1')


async def test_takes_a_finish_reason_for_the_end_and_skips_what_is_no_text() -> None:
    def behavior(answer: Answer) -> None:
        answer.begin()
        answer.line('{"choices": [{"delta": {"role": "assistant", "content": null}}]}')
        answer.say('Hi!')
        answer.line('{"choices": [{"delta": {}, "finish_reason": "stop"}]}')
        answer.line('{"choices": [], "usage": {"total_tokens": 3}}')
        answer.wfile.write(b'0\r\n\r\n')

    async with serving(behavior) as (_, model):
        assert await everything(model) == ['Hi!']


async def test_gives_the_tools_to_the_server_and_puts_the_calls_together() -> None:
    async with serving(chat_server.calls_tools, tools=TOOLS) as (server, model):
        assert await everything(model) == [
            'Here you go! ',
            ToolCall('set_timer', {'duration': '300'}, {'duration': 300, 'what': None}),
            ToolCall('start_quiz', {}),
        ]
    timer, quiz = server.requests[0][2]['tools']
    duration = {'type': 'integer', 'description': 'seconds'}
    assert timer['type'] == 'function'
    assert timer['function'] == {
        'name': 'set_timer',
        'description': 'Rings.',
        'parameters': {'type': 'object', 'properties': {'duration': duration}},
    }
    assert quiz['function']['parameters'] == {'type': 'object', 'properties': {}}


async def test_a_server_that_refuses_tools_is_asked_without() -> None:
    async with serving(chat_server.knows_no_tools, tools=TOOLS) as (server, model):
        for _ in range(2):
            assert ''.join(await everything(model)) == 'Hello there! I am Phoenix.'
    assert ['tools' in request for _, _, request in server.requests] == [True, False, False]


@pytest.mark.parametrize('status', [401, 408, 429, 500, 502, 503, 504])
async def test_tools_outlast_what_is_no_refusal_of_tools(status: int) -> None:
    def fails_once(answer: Answer) -> None:
        if len(answer.server.requests) == 1:
            answer.begin(status, 'application/json')
            answer.end()
        else:
            chat_server.good(answer)

    async with serving(fails_once, tools=TOOLS) as (server, model):
        with contextlib.suppress(ChatModelError):
            await everything(model)
        assert ''.join(await everything(model)) == 'Hello there! I am Phoenix.'
    assert 'tools' in server.requests[-1][2]


async def test_tools_outlast_a_request_that_fails_without_them_too() -> None:
    def refuses(answer: Answer) -> None:
        answer.begin(400, 'application/json')
        answer.end()

    async with serving(refuses, tools=TOOLS) as (server, model):
        for _ in range(2):
            with pytest.raises(ChatModelError, match='answers 400') as caught:
                await everything(model)
            assert caught.value.retry_s is None
    assert ['tools' in request for _, _, request in server.requests] == [True, False] * 2


@pytest.mark.parametrize(
    ('status', 'header', 'retry_s'),
    [
        (429, '7', 7.0),
        (429, None, 0.0),
        (503, '120', 120.0),
        (503, 'Fri, 27 Nov 2026 11:00:00 GMT', 0.0),
        (500, '-3', 0.0),
        (404, '7', None),
    ],
)
async def test_an_overload_lasts_as_long_as_the_server_says(
    status: int, header: str | None, retry_s: float | None
) -> None:
    def overloaded(answer: Answer) -> None:
        answer.begin(status, 'application/json', {'Retry-After': header} if header else {})
        answer.end()

    async with serving(overloaded) as (_, model):
        with pytest.raises(ChatModelError) as caught:
            await everything(model)
    assert caught.value.retry_s == retry_s


async def test_a_call_with_broken_arguments_is_refused() -> None:
    def behavior(answer: Answer) -> None:
        answer.begin()
        answer.call(0, 'set_timer', '{"duration": ')
        answer.end()

    async with serving(behavior, tools=TOOLS) as (_, model):
        with pytest.raises(ChatModelError, match='no JSON'):
            await everything(model)


@pytest.mark.parametrize(
    ('behavior', 'reason'),
    [
        (chat_server.internal_error, "answers 500, model 'tiny'"),
        (chat_server.no_protocol, 'something else than a reply'),
        (chat_server.reason_that_repeats_it, "answers 500, model 'tiny'"),
        (chat_server.status_line_that_repeats_it, 'RemoteProtocolError'),
        (chat_server.web_page, 'SSEError'),
        (chat_server.error_in_the_stream, 'something else than a reply'),
        (chat_server.cut_in_the_middle, 'RemoteProtocolError|broke off'),
    ],
)
async def test_says_what_is_wrong_but_not_what_was_said(
    behavior: Callable[[Answer], None], reason: str
) -> None:
    async with serving(behavior) as (_, model):
        with pytest.raises(ChatModelError, match=reason) as caught:
            await everything(model)
        assert 'secret' not in str(caught.value)


async def test_a_server_that_is_not_there() -> None:
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
    model = OpenAIChatModel(base_url=f'http://127.0.0.1:{port}/v1', model='tiny')
    with pytest.raises(ChatModelError, match=f'127.0.0.1:{port}'):
        await everything(model)
    await model.close()


@pytest.mark.parametrize('behavior', [chat_server.slow_to_start, chat_server.stalls_in_the_middle])
async def test_a_server_that_stalls_is_given_up(behavior: Callable[[Answer], None]) -> None:
    async with serving(behavior, timeout_s=0.2) as (server, model):
        with pytest.raises(ChatModelError, match=r'Timeout|timed out'):
            await everything(model)
        assert server.hung_up.wait(5)


@pytest.mark.parametrize('behavior', [chat_server.slow_to_start, chat_server.stalls_in_the_middle])
async def test_cancelling_also_stops_the_server(behavior: Callable[[Answer], None]) -> None:
    async with serving(behavior) as (server, model):
        task = asyncio.create_task(everything(model))
        assert await happened(server.stalling)
        task.cancel()
        await asyncio.wait({task}, timeout=1)
        assert task.cancelled()
        assert await happened(server.hung_up)
        server.behavior = chat_server.good
        assert (await everything(model))[-1] == ' Phoenix.'


async def test_closing_the_stream_stops_the_server() -> None:
    async with serving(chat_server.stalls_in_the_middle) as (server, model):
        async with aclosing(model.stream(MESSAGES)) as stream:
            assert await anext(stream) == 'Hello there! '
        assert await happened(server.hung_up)


def with_delta(text: str) -> str:
    return f'{{"choices": [{{"delta": {text}}}]}}'


def with_call(text: str) -> str:
    return with_delta(f'{{"tool_calls": [{text}]}}')


DEEP = '[' * 10_000 + ']' * 10_000
HOSTILE = {
    'content is a number': with_delta('{"content": 5}'),
    'content is a list': with_delta('{"content": ["Hi"]}'),
    'delta is a list': with_delta('[]'),
    'no delta': '{"choices": [{}]}',
    'choices are a text': '{"choices": "Hi"}',
    'choices are an object': '{"choices": {"0": {}}}',
    'a number': '7',
    'null': 'null',
    'nothing': ' ',
    'deep': DEEP,
    'deep below content': with_delta(f'{{"content": {DEEP}}}'),
    'half a surrogate': with_delta('{"content": "\\ud83d"}'),
    'a call that is a text': with_call('"set_timer"'),
    'a name that is a number': with_call('{"function": {"name": 5}}'),
    'an index that is a text': with_call('{"index": "a", "function": {}}'),
    'no function': with_call('{"index": 0}'),
}


@pytest.mark.parametrize('line', HOSTILE.values(), ids=HOSTILE.keys())
async def test_whatever_a_server_sends_instead_of_a_reply_is_a_failure_of_that_server(
    line: str,
) -> None:
    def behavior(answer: Answer) -> None:
        answer.begin()
        answer.line(line)
        answer.end()

    async with serving(behavior) as (_, model):
        with pytest.raises(ChatModelError, match='something else than a reply'):
            await everything(model)


@pytest.mark.parametrize(
    'arguments', ['[' * 10_000, '{"a": ' * 5000 + '1' + '}' * 5000, '{"a": NaN}', '"a"', '5', '{']
)
async def test_whatever_the_arguments_of_a_call_are_it_is_refused(arguments: str) -> None:
    def behavior(answer: Answer) -> None:
        answer.begin()
        answer.call(0, 'set_timer', arguments)
        answer.end()

    async with serving(behavior) as (_, model):
        with pytest.raises(ChatModelError, match='with no JSON'):
            await everything(model)


async def test_a_line_without_an_end_is_given_up() -> None:
    def behavior(answer: Answer) -> None:
        answer.begin()
        piece = b'data: ' + b'x' * 65536
        with contextlib.suppress(ConnectionError):
            for _ in range(2000):  # 125 MB
                answer.wfile.write(f'{len(piece):x}\r\n'.encode() + piece + b'\r\n')
            answer.server.stalling.set()

    async with serving(behavior) as (server, model):
        with pytest.raises(ChatModelError):
            await everything(model)
        assert not server.stalling.is_set()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(['choices', 'delta', 'content', 'tool_calls', 'function', 'name'])
            | st.text(max_size=5),
            inner,
            max_size=4,
        ),
        max_leaves=12,
    )
)
@settings(deadline=None, max_examples=200)
def test_any_json_is_text_or_a_failure(value: object) -> None:
    try:
        text, _ = _parse(json.dumps(value), ToolCallStream())
    except ChatModelError:
        return
    assert isinstance(text, str)
    text.encode()
