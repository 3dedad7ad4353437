import asyncio
import random
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.conversation.providers.scripted import ScriptedChat

REPLIES = Path(__file__).parents[4] / 'config' / 'en' / 'scripted_replies.yaml'
SCRIPT = yaml.safe_load(REPLIES.read_text())


def ask(chat: ScriptedChat, text: str) -> str:
    async def reply() -> str:
        return ''.join([delta async for delta in chat.stream([{'role': 'user', 'content': text}])])

    return asyncio.run(reply())


@pytest.fixture(scope='module')
def chat() -> ScriptedChat:
    return ScriptedChat(REPLIES, chance=random.Random(1))


@pytest.mark.parametrize(
    ('text', 'topic'),
    [
        ('Hello!', 'hello'),
        ('Hello, tell me a JOKE please', 'joke'),
        ('Do you like dinosaurs?', 'dinosaur'),
        ('My dog died.', 'sad'),
        ('I’m scared of the dark', 'scared'),  # noqa: RUF001
        ('A boy at school hit me', 'treated_badly'),
        ('My tummy hurts', 'hurt'),
        ('Can I play with matches?', 'dangerous'),
        ('Why is the sky blue?', 'why'),
        ('What is a transistor?', 'question'),
        ('Are you a robot?', 'about_phoenix'),
    ],
)
def test_replies_to_what_matters_most(chat: ScriptedChat, text: str, topic: str) -> None:
    assert ask(chat, text) in SCRIPT['topics'][topic]['replies']


@pytest.mark.parametrize('text', ['', '?!', 'blorp fnord', 'seafarers catch', '\x00(' * 100])
def test_has_a_reply_to_anything(chat: ScriptedChat, text: str) -> None:
    assert ask(chat, text) in SCRIPT['generic']


def test_says_everything_before_it_says_anything_again() -> None:
    chat = ScriptedChat(REPLIES, chance=random.Random(1))
    jokes = SCRIPT['topics']['joke']['replies']
    told = [ask(chat, 'a joke') for _ in range(10 * len(jokes))]
    assert all(one != next_one for one, next_one in pairwise(told))
    for start in range(0, len(told), len(jokes)):
        assert sorted(told[start : start + len(jokes)]) == sorted(jokes)


def test_the_same_chance_gives_the_same_replies() -> None:
    first, second = (ScriptedChat(REPLIES, chance=random.Random(7)) for _ in range(2))
    assert [ask(first, 'well') for _ in range(9)] == [ask(second, 'well') for _ in range(9)]


def test_every_topic_is_within_reach(chat: ScriptedChat) -> None:
    for name, topic in SCRIPT['topics'].items():
        # A word may be caught by a more important topic, but not all of them.
        assert any(ask(chat, word) in topic['replies'] for word in topic['words']), name


def test_replies_can_be_said_aloud() -> None:
    replies = [r for topic in SCRIPT['topics'].values() for r in topic['replies']]
    replies += SCRIPT['generic']
    assert len(replies) == len(set(replies))
    for reply in replies:
        assert reply.isascii() and len(reply) <= 200, reply
        assert reply[-1] in '.!?' and not set(reply) & set('*_#<>[]/@'), reply


@pytest.mark.parametrize(
    ('content', 'problem'),
    [
        ('topics: {a: {words: [b]}}\ngeneric: [a, b]', r'topics\.a\.replies: Field required'),
        ('topics: {}\ngeneric: [a]', r"generic: \['a'\] .*at least 2 items"),
        ('topics: {}\ngeneric: [a, b]\nextra: 1', r"unknown {'extra'}; allowed are topics"),
        ('topics: [', 'not valid YAML'),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / 'replies.yaml'
    path.write_text(content)
    with pytest.raises(ConfigFileError, match=rf'^{path}: .*{problem}'):
        ScriptedChat(path, chance=random.Random(1))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError, match=r'nothing\.yaml: No such file'):
        ScriptedChat(tmp_path / 'nothing.yaml', chance=random.Random(1))
