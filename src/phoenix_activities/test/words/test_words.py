"""The words of every language: complete, of one shape, and nowhere else but in config/."""

import ast
import inspect
import re
import sys

import pytest
import yaml
from whole_toy import ACTIVITIES, CONFIG, words_of

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


@pytest.mark.parametrize('language', LANGUAGES)
@pytest.mark.parametrize('activity', ACTIVITIES, ids=lambda activity: activity.name)
def test_every_phrase_that_an_activity_names_is_there(language, activity):
    named = set()
    for parent in activity.__mro__[:-2]:  # without Activity and object
        source = inspect.getsource(sys.modules[parent.__module__])
        for call in re.findall(r'phrase\(([^()]*)', source):
            named.update(re.findall(r"'(\w+)'", call))
    assert named <= set(words_of(language).of_activity(activity.name).phrases)


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
    quiet = {'node.py', 'diagram.py', 'state_keeper.py', 'state_store.py'}
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
