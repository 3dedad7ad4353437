import asyncio
import contextlib
import random
import socket
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Sequence
from contextlib import ExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import chat_server
import pytest
from chat_server import Answer, ChatServer

from phoenix_core.limits.announced import Announced
from phoenix_core.limits.parent_file import ParentFile
from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.conversation.allowed_models import AllowedModels
from phoenix_speech.conversation.chat_model import (
    ChatModel,
    ChatModelError,
    Message,
    NothingToSayError,
    in_thread,
)
from phoenix_speech.conversation.chat_tools import ToolCall
from phoenix_speech.conversation.persona import Persona
from phoenix_speech.conversation.providers.openai import OpenAIChatModel
from phoenix_speech.conversation.providers.scripted import ScriptedChat
from phoenix_speech.conversation.reply import (
    ReplyAction,
    ReplyEngine,
    ReplyPart,
    SpokenSentence,
)
from phoenix_speech.sentences import SpeechRules

CONFIG = Path(__file__).parents[4] / 'config'
PERSONA = Persona.load(CONFIG / 'en' / 'persona.yaml')
RULES = SpeechRules.load(CONFIG, 'en')
UNLIMITED: dict[str, Any] = {
    'allowed': AllowedModels(ParentFile(None), Announced(None)),
    'on_refusal': lambda name: None,
}
BROKEN_OFF = SpokenSentence(PERSONA.broken_off, 'persona')

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return 'asyncio'


class Parrot:
    """A chat model that says what it is told to say, and keeps what it was asked."""

    address: str | None = ''

    def __init__(self, name: str, *deltas: str | ToolCall | Exception) -> None:
        self.name = name
        self.deltas = deltas
        self.asked: list[list[Message]] = []
        self.cancelled = False

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str | ToolCall, None]:
        self.asked.append(list(messages))
        try:
            for delta in self.deltas:
                if isinstance(delta, Exception):
                    raise delta
                yield delta
            async for delta in self.rest():
                yield delta
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled = True
            raise

    async def rest(self) -> AsyncGenerator[str | ToolCall, None]:
        return
        yield

    async def close(self) -> None:
        pass


class Slow(Parrot):
    """Says what it is told to, and then waits."""

    def __init__(self, *deltas: str) -> None:
        super().__init__('slow', *deltas)
        self.waiting = asyncio.Event()
        self.released = asyncio.Event()

    async def rest(self) -> AsyncGenerator[str | ToolCall, None]:
        self.waiting.set()
        await self.released.wait()
        yield ' too late.'


class Stuck(Parrot):
    """Says what it is told to, and then blocks its thread, and hears no cancellation."""

    def __init__(self, *deltas: str) -> None:
        super().__init__('stuck', *deltas)
        self.waiting = asyncio.Event()
        self.released = threading.Event()

    async def rest(self) -> AsyncGenerator[str | ToolCall, None]:
        loop = asyncio.get_running_loop()

        def block() -> Generator[str | ToolCall, None, None]:
            loop.call_soon_threadsafe(self.waiting.set)
            self.released.wait(10)
            yield ' too late.'

        async with aclosing(in_thread(block())) as deltas:
            async for delta in deltas:
                yield delta


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

        return ReplyEngine(models, persona, RULES, on_failure=failed, **{**UNLIMITED, **options})  # type: ignore[arg-type]

    return make


async def everything(replies: AsyncIterator[ReplyPart]) -> list[ReplyPart]:
    return [part async for part in replies]


async def said(replies: AsyncIterator[SpokenSentence]) -> list[str]:
    return [sentence.text async for sentence in replies]


@asynccontextmanager
async def toy(
    behavior: Callable[[Answer], None] | None, failures: list[tuple[str, str]]
) -> AsyncIterator[ReplyEngine]:
    """The ladder of a real toy: a server (None: a dead port), then the script."""
    with ExitStack() as stack:
        if behavior is None:
            with socket.create_server(('127.0.0.1', 0)) as taken:
                url = f'http://127.0.0.1:{taken.getsockname()[1]}/v1'
        else:
            url = stack.enter_context(ChatServer(behavior)).url
        models: list[ChatModel] = [
            OpenAIChatModel(base_url=url, model='tiny'),
            ScriptedChat(CONFIG / 'en' / 'scripted_replies.yaml', chance=random.Random(1)),
        ]
        engine = ReplyEngine(
            models,
            PERSONA,
            RULES,
            on_failure=lambda name, reason: failures.append((name, reason)),
            first_sentence_s=0.4,
            total_s=0.6,
            **UNLIMITED,
        )
        yield engine
        await engine.close()


async def test_a_good_server_replies(failures: list[tuple[str, str]]) -> None:
    async with toy(chat_server.good, failures) as engine:
        assert await everything(engine.reply('Hi')) == [
            SpokenSentence('Hello there!', 'openai'),
            SpokenSentence('I am Phoenix.', 'openai'),
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
async def test_the_script_replies_when_the_server_does_not(
    behavior: Callable[[Answer], None] | None, reason: str, failures: list[tuple[str, str]]
) -> None:
    async with toy(behavior, failures) as engine:
        start = time.monotonic()
        sentences = await everything(engine.reply('Tell me a joke about my secret'))
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
async def test_a_broken_reply_ends_politely(
    behavior: Callable[[Answer], None],
    first: str,
    reason: str,
    failures: list[tuple[str, str]],
) -> None:
    async with toy(behavior, failures) as engine:
        assert await everything(engine.reply('Hi')) == [
            SpokenSentence(first, 'openai'),
            BROKEN_OFF,
        ]
    assert len(failures) == 1 and reason in failures[0][1]


@pytest.mark.parametrize(
    ('deltas', 'reason'),
    [
        ([], 'said nothing'),
        (['?! ', '... ', '\n\n'], 'said nothing'),
        (['<think>The child says hi.', ' I should'], 'said nothing'),
        (['Hel\x07lo.'], 'rubbish'),
        (['User: hello. '], 'rubbish'),
        (['word '] * 100_000, 'without end'),
        (['.'] * 100_000, 'without end'),
        (['x' * 5000 + '. '], 'rubbish'),
        ([RuntimeError('bug')], 'RuntimeError'),
        ([None], 'TypeError'),
    ],
)
async def test_rubbish_is_a_failure(
    deltas: list[str], reason: str, engine_of: Callable[..., ReplyEngine], failures: list[str]
) -> None:
    engine = engine_of(Parrot('mad', *deltas), Parrot('good', 'All is well.'))
    assert await everything(engine.reply('Hi')) == [SpokenSentence('All is well.', 'good')]
    assert len(failures) == 1 and reason in failures[0][1]


THOUGHTS = [
    '<think>Hm. A child!</think>\n\nHello! How are you?',
    'Hello! <thinking>Nice. <think>Or not.</think> Go on.</thinking>How are you?',
    '[THINK]Hm.[/THINK]Hello! How are you?<think>Was that',
    '◁think▷Hm. ◁/think▷Hello! <Think >How</THINK> How are you?',
    '<think></think>Hello! How are <reasoning>x < y</reasoning>you?',
]


@pytest.mark.parametrize('size', [1, 2, 3, 7, 1000])
@pytest.mark.parametrize('reply', THOUGHTS)
async def test_thoughts_are_left_out_and_the_reply_is_not(
    reply: str, size: int, engine_of: Callable[..., ReplyEngine], failures: list[str]
) -> None:
    model = Parrot('model', *(reply[at : at + size] for at in range(0, len(reply), size)))
    assert await said(engine_of(model).reply('Hi')) == ['Hello!', 'How are you?']
    assert failures == []


async def test_a_server_that_marks_the_end_of_thoughts_alone_is_known_from_then_on(
    engine_of: Callable[..., ReplyEngine],
) -> None:
    model = Parrot('model', 'The child greets', ' me</thi', 'nk>Hello!')
    engine = engine_of(model)
    assert await said(engine.reply('Hi')) == ['Hello!']
    model.deltas = ('First thought. Second. ', 'Third.</think>', 'Hello!')
    assert await said(engine.reply('Hi')) == ['Hello!']
    model.deltas = ('I do not think ', 'today.')
    for _ in range(2):
        assert await said(engine.reply('Hi')) == ['I do not think today.']


@pytest.mark.parametrize('text', ['It is 3 < 4.', 'Is a<b?', 'I like [thin] things.', 'A <t'])
async def test_what_looks_like_the_begin_of_thoughts_is_said(
    text: str, engine_of: Callable[..., ReplyEngine]
) -> None:
    replies = await said(engine_of(Parrot('model', *text)).reply('Hi'))
    assert [''.join(filter(str.isalnum, one)) for one in replies] == [
        ''.join(filter(str.isalnum, text))
    ]


async def test_sentences_come_while_the_model_still_talks(
    engine_of: Callable[..., ReplyEngine],
) -> None:
    model = Slow('Hello there! ', 'How')
    replies = engine_of(model).reply('Hi')
    assert (await anext(replies)).text == 'Hello there!'
    model.released.set()
    assert await said(replies) == ['How too late.']


async def test_closing_a_reply_stops_the_model(engine_of: Callable[..., ReplyEngine]) -> None:
    model = Slow('Hello there! ')
    replies = engine_of(model).reply('Hi')
    await anext(replies)
    await replies.aclose()
    assert model.cancelled


@pytest.mark.parametrize('kind', [Slow, Stuck])
async def test_a_late_model_is_stopped(
    kind: type[Slow | Stuck], engine_of: Callable[..., ReplyEngine]
) -> None:
    late = kind('I was ')
    replies = engine_of(late, Parrot('next', 'Hm.'), first_sentence_s=0.1).reply('Hi')
    assert await said(replies) == ['Hm.']
    assert late.cancelled
    late.released.set()


async def test_a_reply_is_not_longer_than_wanted(
    engine_of: Callable[..., ReplyEngine], failures: list[str]
) -> None:
    endless = Parrot('endless', *(f'Sentence {n}. ' for n in range(100_000)))
    assert await said(engine_of(endless).reply('Hi')) == [f'Sentence {n}.' for n in range(4)]
    assert failures == []


async def test_a_reply_does_not_go_on_for_ever(
    engine_of: Callable[..., ReplyEngine], failures: list[str]
) -> None:
    clock = Clock()

    class Dripping(Parrot):
        async def rest(self) -> AsyncGenerator[str | ToolCall, None]:
            yield 'Well. '
            while True:  # and never lets the event loop do anything else
                clock.now += 6.0
                yield '... '

    sentences = await said(engine_of(Dripping('slow'), clock=clock, total_s=20.0).reply('Hi'))
    assert sentences == ['Well.', PERSONA.broken_off]
    assert failures == [('slow', 'did not come to an end')]


async def test_a_failed_model_is_left_out_for_a_while_and_comes_back(
    engine_of: Callable[..., ReplyEngine],
) -> None:
    clock = Clock()
    best = Parrot('best', ChatModelError('down'))
    engine = engine_of(best, Parrot('last', 'Hm.'), clock=clock)

    async def asked_at(now: float) -> bool:
        clock.now = now
        before = len(best.asked)
        assert await everything(engine.reply('Hi'))
        return len(best.asked) > before

    assert [await asked_at(now) for now in (0, 29, 30, 89, 90)] == [True, False, True, False, True]
    best.deltas = ('I am back.',)
    clock.now = 1000
    assert await everything(engine.reply('Hi')) == [SpokenSentence('I am back.', 'best')]
    best.deltas = (ChatModelError('down'),)  # what was long ago is forgiven
    assert [await asked_at(now) for now in (1001, 1030, 1031)] == [True, False, True]


@pytest.mark.parametrize(('retry_s', 'asked_again'), [(0.0, 0.0), (2.0, 2.0), (9e9, 300.0)])
async def test_a_model_that_says_how_long_it_is_away_is_left_out_so_long(
    retry_s: float, asked_again: float, engine_of: Callable[..., ReplyEngine]
) -> None:
    clock = Clock()
    best = Parrot('best', ChatModelError('answers 429', retry_s=retry_s))
    engine = engine_of(best, Parrot('last', 'Hm.'), clock=clock)
    asked = []
    for clock.now in (0.0, asked_again - 0.1, asked_again):
        assert await said(engine.reply('Hi')) == ['Hm.']
        asked.append(len(best.asked))
    assert asked == [1, 1, 2]


async def test_a_model_that_has_nothing_to_say_to_this_is_asked_the_next_time(
    engine_of: Callable[..., ReplyEngine], failures: list[tuple[str, str]]
) -> None:
    choosy = Parrot('choosy', NothingToSayError('is no question'))
    engine = engine_of(choosy, Parrot('script', 'I see.'))
    for _ in range(2):
        replies = await everything(engine.reply('I had spaghetti.'))
        assert replies == [SpokenSentence('I see.', 'script')]
    assert len(choosy.asked) == 2
    assert failures == []


async def test_the_last_model_is_always_asked(engine_of: Callable[..., ReplyEngine]) -> None:
    only = Parrot('only', ChatModelError('down'))
    engine = engine_of(only)
    for _ in range(2):
        with pytest.raises(ChatModelError, match='no model can answer: only: down'):
            await everything(engine.reply('Hi'))
    assert len(only.asked) == 2


@pytest.mark.parametrize('deltas', [[], ['I was '], ['Hello there! ', 'I']])
@pytest.mark.parametrize('kind', [Slow, Stuck])
async def test_cancelling_ends_a_reply_at_once(
    kind: type[Slow | Stuck],
    deltas: list[str],
    engine_of: Callable[..., ReplyEngine],
    failures: list[str],
) -> None:
    model = kind(*deltas)
    engine = engine_of(model, Parrot('next', 'No.'), first_sentence_s=10.0)
    sentences: list[str] = []

    async def reply() -> None:
        async for sentence in engine.reply('Hi'):
            sentences.append(sentence.text)

    task = asyncio.create_task(reply())
    await asyncio.wait_for(model.waiting.wait(), 5)
    start = time.monotonic()
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert time.monotonic() - start < 0.2
    assert task.cancelled() and model.cancelled
    assert sentences in ([], ['Hello there!']) and failures == []
    model.released.set()


async def test_a_model_that_ignores_cancellation_is_abandoned(
    engine_of: Callable[..., ReplyEngine], failures: list[str]
) -> None:
    released = asyncio.Event()

    class Stubborn(Parrot):
        async def rest(self) -> AsyncGenerator[str | ToolCall, None]:
            while not released.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await released.wait()
            yield ' too late.'

    engine = engine_of(Stubborn('stubborn'), Parrot('next', 'Hm.'), first_sentence_s=0.1)
    assert await said(engine.reply('Hi')) == ['Hm.']
    assert failures == [('stubborn', 'no sentence within 0.1 s')]
    released.set()


async def test_what_was_said_is_remembered(engine_of: Callable[..., ReplyEngine]) -> None:
    model = Parrot('model', 'One. ', '**Two.** ', 'Three.')
    engine = engine_of(model)
    replies = engine.reply('count')
    assert [(await anext(replies)).text for _ in range(2)] == ['One.', 'Two.']
    await replies.aclose()
    model.deltas = ()
    with pytest.raises(ChatModelError):
        await everything(engine.reply('nothing comes of this'))
    model.deltas = ('Good.',)
    await everything(engine.reply('and now?'))
    assert model.asked[-1] == [
        {'role': 'system', 'content': PERSONA.instructions},
        {'role': 'user', 'content': 'count'},
        {'role': 'assistant', 'content': 'One. Two.'},
        {'role': 'user', 'content': 'and now?'},
    ]


async def test_a_closing_phrase_is_remembered_too(engine_of: Callable[..., ReplyEngine]) -> None:
    model = Parrot('model', 'One. ', ChatModelError('down'))
    engine = engine_of(model)
    await everything(engine.reply('a'))
    await everything(engine.reply('b'))
    assert model.asked[-1][2]['content'] == f'One. {PERSONA.broken_off}'


@pytest.mark.parametrize(
    ('limits', 'turns'),
    [
        ({'history_turns': 3, 'history_characters': 1000}, ['7', '8', '9']),
        ({'history_turns': 9, 'history_characters': 20}, ['8', '9']),  # 8 characters each
        ({'history_turns': 9, 'history_characters': 0}, []),
    ],
)
async def test_the_history_has_limits(
    limits: dict[str, int], turns: list[str], engine_of: Callable[..., ReplyEngine]
) -> None:
    model = Parrot('model', 'I see. ')
    engine = engine_of(model, persona=PERSONA.model_copy(update=limits))
    for n in range(11):
        await everything(engine.reply(f'{n:2}'))
    asked = [
        message['content'].strip() for message in model.asked[-1] if message['role'] == 'user'
    ]
    assert asked == [*turns, '10']


async def test_what_the_model_wants_done_is_an_activity(
    engine_of: Callable[..., ReplyEngine], failures: list[tuple[str, str]]
) -> None:
    model = Parrot('model', 'Gladly', ToolCall('set_timer', {'duration': '60'}))
    assert await everything(engine_of(model).reply('Hi')) == [
        SpokenSentence('Gladly', 'model'),
        ReplyAction('timer', {'duration': '60'}),
    ]
    model.deltas = (ToolCall('start_quiz', {}),)
    assert await everything(engine_of(model).reply('Hi')) == [ReplyAction('quiz', {})]
    assert not failures


@pytest.mark.parametrize('call', [ToolCall('fly', {}), ToolCall('set_timer', {'color': 'red'})])
async def test_a_tool_that_there_is_not_is_a_failure(
    call: ToolCall, engine_of: Callable[..., ReplyEngine], failures: list[tuple[str, str]]
) -> None:
    engine = engine_of(Parrot('model', call), Parrot('last', 'Hm.'))
    assert await everything(engine.reply('Hi')) == [SpokenSentence('Hm.', 'last')]
    assert failures == [('model', 'calls a tool that it does not have')]


async def test_the_model_is_told_what_the_child_told_before(
    engine_of: Callable[..., ReplyEngine],
) -> None:
    model = Parrot('model', 'I see. ')
    await everything(engine_of(model).reply('Hi', {'child_name': 'Mia', 'favorite color': 'blue'}))
    assert model.asked[0][0]['content'] == (
        f'{PERSONA.instructions}The child calls itself "Mia".\n'
        'The child named as its favorite color "blue".\n'
    )


def test_a_bad_persona_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'persona.yaml'
    good = (CONFIG / 'en' / 'persona.yaml').read_text()
    path.write_text(good.replace('history_turns: 8', 'history_turns: many'))
    with pytest.raises(ConfigFileError, match=rf"^{path}: history_turns: 'many'"):
        Persona.load(path)
