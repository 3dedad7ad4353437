"""`phoenix list`: what can be chosen, and what each needs."""

import pytest

from phoenix_core.settings.provider import Needs, Provider
from phoenix_tools.arguments import parser
from phoenix_tools.settings import list_command, parts

MISSING = Provider(
    lambda *_: None,
    needs=Needs(packages=('no-such-package',), languages=('fr',), download='a model'),
)
NO_PROGRAM = Provider(lambda *_: None, needs=Needs(program='no-such-program', licence='MIT'))
READY = Provider(lambda *_: None, needs=Needs(packages=('pyyaml',), setting='host'))
broken = property()  # no provider at all


@pytest.fixture
def shown(capsys):
    def run(what):
        assert list_command.main(parser().parse_args(['list', what])) == 0
        return capsys.readouterr().out.splitlines()

    return run


def line(lines, start):
    return next(one for one in lines if one.startswith(start))


def test_a_voice_says_what_it_needs_and_what_to_type_when_it_is_missing(shown, provide):
    provide('phoenix.voices', 'MISSING', 'NO_PROGRAM', 'READY', 'broken')
    told = shown('voices')
    install = 'MISSING: .venv/bin/python -m pip install no-such-package'
    assert line(told, 'MISSING ').endswith(f'speaks fr; needs no-such-package, a model; {install}')
    assert 'needs the program no-such-program, MIT; MISSING: apt install no-such-program' in line(
        told, 'NO_PROGRAM'
    )
    ready = line(told, 'READY')
    assert 'any language; needs pyyaml 6' in ready
    assert ready.endswith('(MIT), its setting host')
    assert 'must be a Provider' in line(told, 'broken')


def test_a_wake_word_whose_weights_no_product_may_carry_says_so(shown):
    told = shown('wake-words')
    assert 'hears alexa, hey_jarvis' in line(told, 'microwakeword')
    assert 'not in a product' in line(told, 'openwakeword')


def test_the_devices_name_those_of_the_sound_system(shown, monkeypatch):
    found = [
        {'name': 'Ear', 'max_input_channels': 1, 'max_output_channels': 0},
        {'name': 'Mouth', 'max_input_channels': 0, 'max_output_channels': 2},
    ]

    class Library:
        def query_devices(self):
            return found

    monkeypatch.setattr(parts.portaudio, 'library', Library)
    told = shown('devices')
    assert "  sound devices for input: 'Ear'" in told
    assert "  sound devices for output: 'Mouth'" in told


def test_without_portaudio_it_says_what_to_type(shown, monkeypatch):
    def library():
        raise ValueError('PortAudio library not found; apt install libportaudio2')

    monkeypatch.setattr(parts.portaudio, 'library', library)
    assert '  no sound devices: PortAudio library not found; apt install libportaudio2' in shown(
        'devices'
    )


def test_a_language_says_who_hears_and_who_speaks_it(shown):
    told = shown('languages')
    assert 'moonshine' in line(told, 'en')
    assert 'moonshine' not in line(told, 'de')
    spoken = line(told, 'de').partition('spoken by ')[2]
    assert 'espeak_ng' in spoken
    assert 'piper' not in spoken
