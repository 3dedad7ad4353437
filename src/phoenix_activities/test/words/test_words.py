"""The words of every language: complete, of one shape, and nowhere else but in config/."""

import ast
import itertools
import random
import re
import shutil

import pytest
import yaml
from whole_toy import ACTIVITIES, CONFIG, words_of

from phoenix_activities.engine.installed import load_words
from phoenix_activities.words.words import Phrase, Phrases
from phoenix_core.settings.config_file import ConfigFileError

LANGUAGES = sorted(path.parent.name for path in CONFIG.glob('*/intents.yaml'))
CODE = sorted((CONFIG.parent / 'src' / 'phoenix_activities' / 'phoenix_activities').rglob('*.py'))
# Lists and dictionaries whose entries may differ: another language has other riddles.
OF_ITS_OWN = ('questions', 'animals', 'dances', 'steps', 'color_names')


def keys(value, path=''):
    """Yield the path of every key, and of every {value} that a text names."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in OF_ITS_OWN:
                yield from keys(inner, f'{path}.{key}')
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, path)
    else:
        yield path
        yield from (f'{path} {{{name}}}' for name in re.findall(r'\{(\w+)\}', str(value)))


def read(language, name):
    return yaml.safe_load((CONFIG / language / name).read_text())


FILES = sorted(path.relative_to(CONFIG / 'en') for path in CONFIG.glob('en/activities/*.yaml'))


@pytest.mark.parametrize('language', LANGUAGES)
@pytest.mark.parametrize('name', [*map(str, FILES), 'answers.yaml', 'persona.yaml'])
def test_every_language_has_the_same_keys(language, name):
    assert set(keys(read(language, name))) == set(keys(read('en', name)))


@pytest.mark.parametrize('language', LANGUAGES)
def test_every_language_has_all_intents_and_what_the_toy_replies_to(language):
    for name, part in (('intents.yaml', 'intents'), ('scripted_replies.yaml', 'topics')):
        assert set(read(language, name)[part]) == set(read('en', name)[part])


def test_every_activity_declares_its_phrases():
    """Each phrase is a field of a model: what code names is what the file must hold."""
    for activity in ACTIVITIES:
        phrases = type(words_of('en').of_activity(activity.name).phrases)
        assert issubclass(phrases, Phrases)
        assert phrases.model_fields, activity.name
        assert all(field.is_required() for field in phrases.model_fields.values())


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        (lambda phrases: phrases.pop('remaining'), 'phrases.remaining: Field required'),
        (lambda phrases: phrases.update(remaining=[]), 'phrases.remaining: .* at least 1 item'),
        (lambda phrases: phrases.update(remaining='{time}'), 'phrases.remaining: .* valid list'),
        (lambda phrases: phrases.update(sometimes=['?']), "phrases: unknown {'sometimes'}"),
    ],
)
def test_a_language_that_lacks_a_phrase_is_refused_with_file_and_key(tmp_path, change, said):
    folder = tmp_path / 'de'
    shutil.copytree(CONFIG / 'de', folder)
    file = folder / 'activities' / 'timer.yaml'
    content = yaml.safe_load(file.read_text())
    change(content['phrases'])
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigFileError, match=f'^{file}: .*{said}'):
        load_words([folder], random.Random(1), ACTIVITIES)


def test_a_phrase_is_not_said_in_the_same_words_twice_running():
    chance, phrase = random.Random(1), Phrase(['one', 'two', 'three'])
    said = [phrase.choose(chance) for _ in range(100)]
    assert set(said) == {'one', 'two', 'three'}
    assert all(text != after for text, after in itertools.pairwise(said))
    assert Phrase(['only']).choose(chance) == 'only'


def test_no_spoken_words_stand_in_code():
    """Apart from docstrings, errors and descriptions of settings, no text has three words."""
    strays = []
    for path in CODE:
        tree = ast.parse(path.read_text())
        excused = {
            id(constant)
            for node in ast.walk(tree)
            if isinstance(node, ast.Raise)
            or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            or (isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'setting')
            for constant in ast.walk(node)
        }
        strays += [
            (path.name, node.lineno, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in excused
            and re.search(r'\w \w+ \w|\w [\w ]+[.!?]', node.value)
        ]
    # What faults and the diagram say is not said aloud.
    quiet = {'toy_node.py', 'diagram.py', 'state_keeper.py', 'state_store.py', 'node.py'}
    assert {name for name, *_ in strays} <= quiet, strays


@pytest.mark.parametrize('language', LANGUAGES)
def test_every_animation_that_words_name_is_there(language):
    animations = set(yaml.safe_load((CONFIG / 'leds.yaml').read_text())['animations'])
    named = set()

    def look(value):
        if isinstance(value, dict):
            show = value.get('show')
            if show is not None:
                named.add(show if isinstance(show, str) else show['animation'])
            value = list(value.values())
        if isinstance(value, list):
            for inner in value:
                look(inner)

    for path in CONFIG.glob(f'{language}/**/*.yaml'):
        look(yaml.safe_load(path.read_text()))
    assert len(named) > 5
    assert named <= animations
