"""The words of the toy: which there are, and what it would understand of a sentence."""

import asyncio
import shutil
import sys

import pytest

from phoenix_core.settings.node_settings import installed_config
from phoenix_studio.companion import Companion
from phoenix_studio.restart import NotOursError, NotWellError
from phoenix_studio.ros_calls import CallError
from phoenix_studio.words_desk import READERS, Sentence, Undoing, WordsChange, WordsDesk

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
    """The settings of the nodes that read words."""

    def __init__(self, **given):
        self._given = {**GIVEN, **given}
        self.elsewhere = {}  # by node, another folder

    async def value(self, node, name):
        assert node == 'intent' or (node in READERS and name == 'config_dir')
        return self.elsewhere.get(node, self._given[name])


class FakeRestart:
    """Restarts nothing; fails as often as it is told to."""

    def __init__(self, *failures):
        self.failures = [*failures]
        self.seen = []  # what stands in the file at each restart
        self.file = None

    async def restart(self, names):
        assert names == READERS
        self.seen.append(self.file.read_text())
        if self.failures and (failure := self.failures.pop(0)):
            raise failure


def tried(*sentences, **given):
    """Return what is found in sentences that are tried one after another."""

    async def try_all():
        desk = WordsDesk(FakeSettings(**given), FakeRestart())
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
    return asyncio.run(WordsDesk(FakeSettings(**given), FakeRestart()).words())


def test_all_words_of_a_language_are_there_with_their_files():
    found = words(language='de')
    files = {file['name']: file for file in found['files']}
    assert files['intents.yaml']['path'] == str(installed_config() / 'de' / 'intents.yaml')
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


class Own:
    """A folder of words of one's own, and a desk that may change them."""

    def __init__(self, folder, *failures):
        shutil.copytree(installed_config(), folder)
        self.restart = FakeRestart(*failures)
        self.settings = FakeSettings(config_dir=str(folder))
        self.file = self.restart.file = folder / 'en' / 'answers.yaml'
        self.desk = WordsDesk(self.settings, self.restart)
        self.before = self.file.read_text()

    def version(self, name='answers.yaml'):
        files = asyncio.run(self.desk.words())['files']
        return next(file['version'] for file in files if file['name'] == name)

    def change(self, text, name='answers.yaml', version=None):
        return WordsChange(name=name, text=text, version=version or self.version(name))


def test_words_of_ones_own_are_compared_applied_and_taken_back(tmp_path):
    own = Own(tmp_path / 'words')
    after = own.before.replace('My name is Phoenix!', 'My name is Ember!')
    compared = asyncio.run(own.desk.compare(own.change(after)))
    gone, fresh = [line for line in compared['difference'] if line[0] in '+-']
    assert ('Phoenix!' in gone, 'Ember!' in fresh) == (True, True)
    assert own.file.read_text() == own.before
    outcome = asyncio.run(own.desk.apply(own.change(after)))
    assert outcome == {'accepted': True, 'reason': '', 'applied': True}
    assert own.restart.seen == [after]
    assert asyncio.run(own.desk.words())['undo'] == 'answers.yaml'
    assert asyncio.run(own.desk.undo(Undoing()))['applied']
    assert own.file.read_text() == own.before
    assert asyncio.run(own.desk.words())['undo'] == ''
    assert not asyncio.run(own.desk.undo(Undoing()))['accepted']


def test_words_that_the_toy_does_not_take_are_those_of_before_again(tmp_path):
    own = Own(tmp_path / 'words', NotWellError('answers.yaml: unknown x'))
    outcome = asyncio.run(own.desk.apply(own.change('x: 1\n')))
    assert outcome == {'accepted': False, 'reason': 'answers.yaml: unknown x'}
    assert own.restart.seen == ['x: 1\n', own.before]
    assert own.file.read_text() == own.before
    assert asyncio.run(own.desk.words())['undo'] == ''


def test_words_are_written_where_the_toy_cannot_be_restarted_from_here(tmp_path):
    own = Own(tmp_path / 'words', NotOursError())
    outcome = asyncio.run(own.desk.apply(own.change('answers: {}\n')))
    assert outcome == {'accepted': True, 'reason': '', 'applied': False}
    assert own.file.read_text() == 'answers: {}\n'


def test_what_is_no_yaml_and_what_others_have_changed_is_not_written(tmp_path):
    own = Own(tmp_path / 'words')
    for ask in (own.desk.compare, own.desk.apply):
        outcome = asyncio.run(ask(own.change('answers: [\n')))
        assert not outcome['accepted']
        assert 'answers.yaml' in outcome['reason']
        assert '/tmp' not in outcome['reason'].replace(str(tmp_path), '')
    late = own.change('answers: {}\n')
    own.file.write_text('answers: {a: {say: [b]}}\n')
    assert 'meanwhile' in asyncio.run(own.desk.apply(late))['reason']
    assert own.restart.seen == []


@pytest.mark.parametrize('name', ['safety/care.yaml', '../en/answers.yaml', 'leds.yaml', 'x.yaml'])
def test_safety_and_what_is_no_word_is_nobodys_to_change(tmp_path, name):
    own = Own(tmp_path / 'words')
    care = (installed_config() / 'en' / 'safety' / 'care.yaml').read_text()
    for ask in (own.desk.compare, own.desk.apply):
        outcome = asyncio.run(ask(own.change('rules: []\n', name, version='x')))
        assert outcome == {'accepted': False, 'reason': 'it is not yours to change'}
    assert (installed_config() / 'en' / 'safety' / 'care.yaml').read_text() == care


def test_installed_words_and_those_of_one_node_alone_are_not_changed(tmp_path):
    installed = words()['files']
    assert not any(file['own'] for file in installed)
    own = Own(tmp_path / 'words')
    own.settings.elsewhere['voice'] = ''
    assert not any(file['own'] for file in asyncio.run(own.desk.words())['files'])
    assert not asyncio.run(own.desk.apply(own.change('answers: {}\n')))['accepted']


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
