"""The words of the toy: which there are, and what it would understand of a sentence."""

import asyncio
import sys

import pytest

from phoenix_core.settings.node_settings import installed_config
from phoenix_studio.companion import Companion
from phoenix_studio.ros_calls import CallError
from phoenix_studio.words_desk import Sentence, WordsDesk

GIVEN = {'language': 'en', 'config_dir': '', 'country': 'GB', 'adults': ['grandma']}
ECHO = """
import os, sys, time
for line in sys.stdin:
    if line == 'end\\n':
        sys.exit()
    if line == 'wait\\n':
        time.sleep(60)
    print(os.getpid() if line == 'who\\n' else line.strip(), flush=True)
"""


class FakeSettings:
    """The settings of the intent node."""

    def __init__(self, **given):
        self._given = {**GIVEN, **given}

    async def value(self, node, name):
        assert node == 'intent'
        return self._given[name]


def tried(*sentences, **given):
    """Return what is found in sentences that are tried one after another."""

    async def try_all():
        desk = WordsDesk(FakeSettings(**given))
        try:
            return [await desk.try_out(Sentence(text=text)) for text in sentences]
        finally:
            await desk.end()

    return asyncio.run(try_all())


def test_a_sentence_is_understood_as_the_toy_would_and_each_is_the_first():
    several, unclear, yes, danger, free = tried(
        'set a timer for ten minutes and tell me a joke',
        'ten minutes',
        'yes',
        'i drank bleach',
        'why is the sky blue',
    )
    assert several == {
        'care': None,
        'intents': [
            {'name': 'timer_set', 'slots': {'duration': '600'}, 'confidence': 1.0},
            {'name': 'joke', 'slots': {'part': '2'}, 'confidence': 1.0},
        ],
        'failures': [],
    }
    assert unclear['intents'][0]['name'] == 'unsure'
    assert yes['intents'][0]['name'] not in ('timer_set', 'unsure')
    assert danger['care'] == {'category': 'poison', 'level': 'care', 'words': 'poison'}
    [care] = danger['intents']
    assert care['name'] == 'care'
    assert 'grandma' in care['slots']['say']
    assert (free['care'], free['intents'][0]['name']) == (None, 'fallback')


def test_words_that_cannot_be_read_are_told(tmp_path):
    (tmp_path / 'en').mkdir()
    (tmp_path / 'en' / 'intents.yaml').write_text('language: en\nintent: {}\n')
    [found] = tried('hello', config_dir=str(tmp_path))
    assert 'unknown' in found['problem']
    assert str(tmp_path) in found['problem']


def words(**given):
    return asyncio.run(WordsDesk(FakeSettings(**given)).words())


def test_all_words_of_a_language_are_there_with_their_files():
    found = words(language='de')
    files = {file['name']: file for file in found['files']}
    assert found['folder'] == str(installed_config() / 'de')
    assert 'intents:' in files['intents.yaml']['text']
    assert 'stories/der_kleine_drache.yaml' in files
    assert {name for name, file in files.items() if file['locked']} == {
        'safety/care.yaml',
        'safety/guard.yaml',
        'safety/words.yaml',
    }


def test_the_rules_of_safety_are_those_that_are_installed(tmp_path):
    (tmp_path / 'en' / 'safety').mkdir(parents=True)
    (tmp_path / 'en' / 'safety' / 'care.yaml').write_text('rules: []\n')
    (tmp_path / 'en' / 'answers.yaml').write_text('answers: {}\n')
    files = {file['name']: file for file in words(config_dir=str(tmp_path))['files']}
    assert files['answers.yaml']['path'] == str(tmp_path / 'en' / 'answers.yaml')
    care = installed_config() / 'en' / 'safety' / 'care.yaml'
    assert files['safety/care.yaml']['path'] == str(care)


@pytest.fixture
def echo(tmp_path, monkeypatch):
    """The name of a module that answers lines."""
    (tmp_path / 'echo_lines.py').write_text(ECHO)
    monkeypatch.setenv('PYTHONPATH', f'{tmp_path}:{":".join(sys.path)}')
    return 'echo_lines'


def test_a_companion_is_started_once_and_again_when_it_has_ended(echo):
    async def ask_all():
        companion = Companion(echo, pause_s=60)
        try:
            first = await companion.ask(b'who', 10)
            assert await companion.ask(b'who', 10) == first
            with pytest.raises(CallError, match='does not answer'):
                await companion.ask(b'end', 10)
            second = await companion.ask(b'who', 10)
            assert second != first
            with pytest.raises(CallError, match='too long'):
                await companion.ask(b'wait', 0.5)
            assert await companion.ask(b'who', 10) not in (first, second)
        finally:
            await companion.end()

    asyncio.run(ask_all())


def test_a_companion_that_nobody_asks_ends(echo):
    async def ask_and_wait():
        companion = Companion(echo, pause_s=0.1)
        await companion.ask(b'who', 10)
        process = companion._process
        await asyncio.wait_for(process.wait(), 10)
        await companion.ask(b'who', 10)
        await companion.end()

    asyncio.run(ask_and_wait())
