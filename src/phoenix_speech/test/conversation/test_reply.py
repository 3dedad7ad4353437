import random
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import chat_server
import pytest
from chat_server import Answer, ChatServer

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.conversation.chat_models import (
    ChatModel,
    ChatModelError,
    Message,
    OpenAIChatModel,
)
from phoenix_speech.conversation.chat_tools import ToolCall
from phoenix_speech.conversation.reply import Persona, ReplyAction, ReplyEngine, ReplySentence
from phoenix_speech.conversation.scripted_chat import ScriptedChat

CONFIG = Path(__file__).parents[4] / 'config' / 'en'
PERSONA = Persona.load(CONFIG / 'persona.yaml')
BROKEN_OFF = ReplySentence(PERSONA.broken_off, 'persona')


class Parrot:
    """A chat model that says what it is told to say, and keeps what it was asked."""

    def __init__(self, name: str, *deltas: str | ToolCall | Exception) -> None:
        self.name = name
        self.deltas = deltas
        self.asked: list[list[Message]] = []
        self.cancelled = False

    def stream(self, messages: Sequence[Message]) -> Generator[str | ToolCall, None, None]:
        self.asked.append(list(messages))
        for delta in self.deltas:
            if isinstance(delta, Exception):
                raise delta
            yield delta

    def cancel(self) -> None:
        self.cancelled = True

    def close(self) -> None:
        pass


class Stuck(Parrot):
    """Says what it is told to, and then blocks, and does not even hear cancel()."""

    def __init__(self, *deltas: str) -> None:
        super().__init__('stuck', *deltas)
        self.blocked = threading.Event()
        self.released = threading.Event()

    def stream(self, messages: Sequence[Message]) -> Generator[str | ToolCall, None, None]:
        yield from super().stream(messages)
        self.blocked.set()
        self.released.wait(10)
        yield ' too late.'


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def failures() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def engine_of(failures: list[tuple[str, str]]) -> Callable[..., ReplyEngine]:
    def make(*models: Parrot, persona: Persona = PERSONA, **options: object) -> ReplyEngine:
        def failed(name: str, reason: str) -> None:
            failures.append((name, reason))

        return ReplyEngine(models, persona, on_failure=failed, **options)  # type: ignore[arg-type]

    return make


def said(replies: Iterator[ReplySentence]) -> list[str]:
    return [sentence.text for sentence in replies]


@contextmanager
def toy(
    behavior: Callable[[Answer], None] | None, failures: list[tuple[str, str]]
) -> Iterator[ReplyEngine]:
    """The ladder of a real toy: a server (None: a dead port), then the script."""
    with ExitStack() as stack:
        if behavior is None:
            with socket.create_server(('127.0.0.1', 0)) as taken:
                url = f'http://127.0.0.1:{taken.getsockname()[1]}/v1'
        else:
            url = stack.enter_context(ChatServer(behavior)).url
        models: list[ChatModel] = [
            OpenAIChatModel(base_url=url, model='tiny'),
            ScriptedChat(CONFIG / 'scripted_replies.yaml', chance=random.Random(1)),
        ]
        engine = ReplyEngine(
            models,
            PERSONA,
            on_failure=lambda name, reason: failures.append((name, reason)),
            first_sentence_s=0.4,
            total_s=0.6,
        )
        yield engine
        engine.close()


def test_a_good_server_replies(failures: list[tuple[str, str]]) -> None:
    with toy(chat_server.good, failures) as engine:
        assert list(engine.reply('Hi')) == [
            ReplySentence('Hello there!', 'openai'),
            ReplySentence('I am Phoenix.', 'openai'),
        ]
    assert failures == []


@pytest.mark.parametrize(
    ('behavior', 'reason'),
    [
        (None, '127.0.0.1'),
        (chat_server.internal_error, '500'),
        (chat_server.slow_to_start, 'no sentence within 0.4 s'),
        (chat_server.no_protocol, 'something else than a reply'),
        (chat_server.says_nothing, 'said nothing'),
    ],
)
def test_the_script_replies_when_the_server_does_not(
    behavior: Callable[[Answer], None] | None, reason: str, failures: list[tuple[str, str]]
) -> None:
    with toy(behavior, failures) as engine:
        start = time.monotonic()
        sentences = list(engine.reply('Tell me a joke about my secret'))
        assert time.monotonic() - start < 2.0
    assert {sentence.model_name for sentence in sentences} == {'scripted'}
    [(name, why)] = failures
    assert name == 'openai' and reason in why and 'secret' not in why


@pytest.mark.parametrize(
    ('behavior', 'first', 'reason'),
    [
        (chat_server.cut_in_the_middle, 'Hello there!', ''),
        (chat_server.stalls_in_the_middle, 'Hello there!', 'no sentence within 0.6 s'),
        (chat_server.talks_rubbish, 'Sure!', 'rubbish'),
    ],
)
def test_a_broken_reply_ends_politely(
    behavior: Callable[[Answer], None],
    first: str,
    reason: str,
    failures: list[tuple[str, str]],
) -> None:
    with toy(behavior, failures) as engine:
        assert list(engine.reply('Hi')) == [ReplySentence(first, 'openai'), BROKEN_OFF]
    assert len(failures) == 1 and reason in failures[0][1]


@pytest.mark.parametrize(
    ('deltas', 'reason'),
    [
        ([], 'said nothing'),
        (['?! ', '😀 ', '\n\n'], 'said nothing'),
        (['See https://example.org now.'], 'said nothing'),
        (['Hel\x07lo.'], 'rubbish'),
        (['User: hello. '], 'rubbish'),
        (['word '] * 100_000, 'without end'),
        (['.'] * 100_000, 'without end'),
        (['x' * 5000 + '. '], 'rubbish'),
        ([RuntimeError('bug')], 'RuntimeError'),
        ([None], 'TypeError'),
    ],
)
def test_rubbish_is_a_failure(
    deltas: list[str], reason: str, engine_of: Callable[..., ReplyEngine], failures: list[str]
) -> None:
    engine = engine_of(Parrot('mad', *deltas), Parrot('good', 'All is well.'))
    assert list(engine.reply('Hi')) == [ReplySentence('All is well.', 'good')]
    assert len(failures) == 1 and reason in failures[0][1]


def test_sentences_come_while_the_model_still_talks(engine_of: Callable[..., ReplyEngine]) -> None:
    model = Stuck('Hello there! ', 'How')
    replies = engine_of(model).reply('Hi')
    assert next(replies).text == 'Hello there!'
    model.released.set()
    assert said(replies) == ['How too late.']


def test_closing_a_reply_stops_the_model(engine_of: Callable[..., ReplyEngine]) -> None:
    model = Stuck('Hello there! ')
    replies = engine_of(model).reply('Hi')
    next(replies)
    replies.close()
    assert model.cancelled
    model.released.set()


def test_a_late_model_is_stopped(engine_of: Callable[..., ReplyEngine]) -> None:
    late = Stuck('I was ')
    replies = engine_of(late, Parrot('next', 'Hm.'), first_sentence_s=0.1).reply('Hi')
    assert said(replies) == ['Hm.']
    assert late.cancelled
    late.released.set()


def test_a_reply_is_not_longer_than_wanted(
    engine_of: Callable[..., ReplyEngine], failures: list[str]
) -> None:
    endless = Parrot('endless', *(f'Sentence {n}. ' for n in range(100_000)))
    assert said(engine_of(endless).reply('Hi')) == [f'Sentence {n}.' for n in range(4)]
    assert failures == []


def test_a_reply_does_not_go_on_for_ever(
    engine_of: Callable[..., ReplyEngine], failures: list[str]
) -> None:
    clock = Clock()

    class Slow(Parrot):
        def stream(self, messages: Sequence[Message]) -> Generator[str, None, None]:
            yield 'Well. '
            while True:
                clock.now += 6.0
                yield '... '

    sentences = said(engine_of(Slow('slow'), clock=clock, total_s=20.0).reply('Hi'))
    assert sentences == ['Well.', PERSONA.broken_off]
    assert failures == [('slow', 'did not come to an end')]


def test_a_failed_model_is_left_out_for_a_while_and_comes_back(
    engine_of: Callable[..., ReplyEngine],
) -> None:
    clock = Clock()
    best = Parrot('best', ChatModelError('down'))
    engine = engine_of(best, Parrot('last', 'Hm.'), clock=clock, retry_s=30.0)

    def asked_at(now: float) -> bool:
        clock.now = now
        before = len(best.asked)
        assert list(engine.reply('Hi'))
        return len(best.asked) > before

    assert [asked_at(now) for now in (0, 29, 30, 89, 90)] == [True, False, True, False, True]
    best.deltas = ('I am back.',)
    clock.now = 1000
    assert list(engine.reply('Hi')) == [ReplySentence('I am back.', 'best')]
    best.deltas = (ChatModelError('down'),)  # what was long ago is forgiven
    assert [asked_at(now) for now in (1001, 1030, 1031)] == [True, False, True]


def test_the_last_model_is_always_asked(engine_of: Callable[..., ReplyEngine]) -> None:
    only = Parrot('only', ChatModelError('down'))
    engine = engine_of(only)
    for _ in range(2):
        with pytest.raises(ChatModelError, match='no model can answer: only: down'):
            list(engine.reply('Hi'))
    assert len(only.asked) == 2


@pytest.mark.parametrize('deltas', [[], ['I was '], ['Hello there! ', 'I']])
def test_cancelling_ends_a_reply_at_once(
    deltas: list[str], engine_of: Callable[..., ReplyEngine], failures: list[str]
) -> None:
    model = Stuck(*deltas)
    engine = engine_of(model, Parrot('next', 'No.'), first_sentence_s=10.0)
    sentences: list[str] = []
    thread = threading.Thread(target=lambda: sentences.extend(said(engine.reply('Hi'))))
    thread.start()
    assert model.blocked.wait(5)
    start = time.monotonic()
    engine.cancel()
    thread.join(5)
    assert time.monotonic() - start < 0.2
    assert sentences in ([], ['Hello there!']) and failures == []
    model.released.set()


def test_what_was_cancelled_before_it_began_says_nothing(
    engine_of: Callable[..., ReplyEngine],
) -> None:
    model = Parrot('model', 'Hello!')
    engine = engine_of(model)
    replies = engine.reply('Hi')
    engine.cancel()
    assert list(replies) == [] and model.asked == []


def test_a_new_reply_ends_the_one_under_way(engine_of: Callable[..., ReplyEngine]) -> None:
    engine = engine_of(Parrot('model', 'One. ', 'Two. '))
    first = engine.reply('Hi')
    next(first)
    assert said(engine.reply('Hi')) == ['One.', 'Two.']
    assert list(first) == []


def test_what_was_said_is_remembered(engine_of: Callable[..., ReplyEngine]) -> None:
    model = Parrot('model', 'One. ', '**Two.** ', 'Three.')
    engine = engine_of(model)
    replies = engine.reply('count')
    assert [next(replies).text for _ in range(2)] == ['One.', 'Two.']
    replies.close()
    model.deltas = ()
    with pytest.raises(ChatModelError):
        list(engine.reply('nothing comes of this'))
    model.deltas = ('Good.',)
    list(engine.reply('and now?'))
    assert model.asked[-1] == [
        {'role': 'system', 'content': PERSONA.instructions},
        {'role': 'user', 'content': 'count'},
        {'role': 'assistant', 'content': 'One. Two.'},
        {'role': 'user', 'content': 'and now?'},
    ]


def test_a_closing_phrase_is_remembered_too(engine_of: Callable[..., ReplyEngine]) -> None:
    model = Parrot('model', 'One. ', ChatModelError('down'))
    engine = engine_of(model)
    list(engine.reply('a'))
    list(engine.reply('b'))
    assert model.asked[-1][2]['content'] == f'One. {PERSONA.broken_off}'


@pytest.mark.parametrize(
    ('limits', 'turns'),
    [
        ({'history_turns': 3, 'history_characters': 1000}, ['7', '8', '9']),
        ({'history_turns': 9, 'history_characters': 20}, ['8', '9']),  # 8 characters each
        ({'history_turns': 9, 'history_characters': 0}, []),
    ],
)
def test_the_history_has_limits(
    limits: dict[str, int], turns: list[str], engine_of: Callable[..., ReplyEngine]
) -> None:
    model = Parrot('model', 'I see. ')
    engine = engine_of(model, persona=PERSONA.model_copy(update=limits))
    for n in range(11):
        list(engine.reply(f'{n:2}'))
    asked = [
        message['content'].strip() for message in model.asked[-1] if message['role'] == 'user'
    ]
    assert asked == [*turns, '10']


def test_what_the_model_wants_done_is_an_activity(
    engine_of: Callable[..., ReplyEngine], failures: list[tuple[str, str]]
) -> None:
    model = Parrot('model', 'Gladly', ToolCall('set_timer', {'duration': '60'}))
    assert list(engine_of(model).reply('Hi')) == [
        ReplySentence('Gladly', 'model'),
        ReplyAction('timer', {'duration': '60'}),
    ]
    model.deltas = (ToolCall('start_quiz', {}),)
    assert list(engine_of(model).reply('Hi')) == [ReplyAction('quiz', {})]
    assert not failures


@pytest.mark.parametrize('call', [ToolCall('fly', {}), ToolCall('set_timer', {'color': 'red'})])
def test_a_tool_that_there_is_not_is_a_failure(
    call: ToolCall, engine_of: Callable[..., ReplyEngine], failures: list[tuple[str, str]]
) -> None:
    engine = engine_of(Parrot('model', call), Parrot('last', 'Hm.'))
    assert list(engine.reply('Hi')) == [ReplySentence('Hm.', 'last')]
    assert failures == [('model', 'calls a tool that it does not have')]


def test_the_model_is_told_what_the_child_told_before(
    engine_of: Callable[..., ReplyEngine],
) -> None:
    model = Parrot('model', 'I see. ')
    list(engine_of(model).reply('Hi', {'child_name': 'Mia', 'favorite color': 'blue'}))
    assert model.asked[0][0]['content'] == (
        f'{PERSONA.instructions}{PERSONA.known} child_name: Mia; favorite color: blue\n'
    )


def test_a_bad_persona_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'persona.yaml'
    good = (CONFIG / 'persona.yaml').read_text()
    path.write_text(good.replace('history_turns: 8', 'history_turns: many'))
    with pytest.raises(ConfigFileError, match=rf"^{path}: history_turns: 'many'"):
        Persona.load(path)
