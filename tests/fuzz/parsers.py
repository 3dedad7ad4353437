"""
The parsers of what a stranger may have written, their seeds, and what they may raise.

A parser that raises anything else, or takes too long, has a defect. tests/fuzz/test_parsers.py
tries each for a moment, bench/fuzz.py for as long as wanted.
"""

import functools
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from front_door import ROOT

from phoenix_activities.state.state_store import StateStore
from phoenix_audio.wav import WavError, WavWriter, read_wav
from phoenix_bringup.launch_arguments import DECLARATIONS, LaunchArgumentError, parse
from phoenix_core.events.short_text import name_of
from phoenix_core.limits.announced import Announced
from phoenix_core.limits.parent_file import ParentFile
from phoenix_core.limits.quiet_hours import QuietHours
from phoenix_core.settings import plugins
from phoenix_core.settings.config_file import ConfigFileError
from phoenix_core.settings.layers import resolve
from phoenix_core.settings.node_settings import NodeSettings, SettingsError
from phoenix_core.settings.profile import Profile, load_profile
from phoenix_core.settings.yaml_file import YamlFileError, read_yaml
from phoenix_core.storage.mute_file import MuteFile
from phoenix_core.telemetry.exposition import merged
from phoenix_hw.leds.animation import load_animations
from phoenix_speech.conversation.chat_model import ChatModelError
from phoenix_speech.conversation.chat_tools import ToolCallStream
from phoenix_speech.conversation.persona import Persona
from phoenix_speech.conversation.providers.openai import _parse
from phoenix_speech.conversation.spoken_text import is_rubbish, spoken
from phoenix_speech.sentences import SentenceStream, SpeechRules, speakable_pieces
from phoenix_speech.understanding.intent_matcher import IntentMatcher
from phoenix_speech.voice.reading.reader import TextReader
from phoenix_tools.bags.bag import BagError
from phoenix_tools.bags.salvage import repair
from phoenix_tools.bags.session import load_session

LONGEST_S = 10.0  # for one input, on a busy machine; none is larger than a seed or two
SEEDS = Path(__file__).with_name('seeds')
CONFIG = ROOT / 'config'

# What breaks parsers: numbers at limits, brackets, marks of other syntaxes, rare characters.
PIECES = [
    *(b'0', b'-1', b'1e999', b'nan', b'.inf', b'9' * 400, b'null', b'true', b'~', b'{}', b'[]'),
    *(b'[' * 200, b'{"a":' * 200, b'*a', b'&a ', b'<<: ', b'!!python/name:os.system ', b'"', b"'"),
    *(b'\n', b'\r\n', b'\t', b'\0', b'\xff\xfe', b'\xef\xbb\xbf', b'\x1b[2J', b'%s{}', b'$(ls)'),
    *(b'../' * 20, b'\xed\xa0\x80', b'\xe2\x80\xae', b'\xcc\x81' * 50, b'\xf0\x9f\xa6\x8a'),
    *(b'2026-02-30', b'24:00', b'-0', b'0x7fffffff', b': ', b'- ', b'|', b'>', b'#', b'=', b'@'),
]


@dataclass(frozen=True)
class Parser:
    """
    A parser under test.

    :param run: parses bytes; a folder is its own.
    :param seeds: inputs that are in order, from the tree.
    :param refuses: what it raises for those that are not.
    """

    name: str
    run: Callable[[bytes, Path], object]
    seeds: tuple[bytes, ...]
    refuses: tuple[type[Exception], ...] = ()
    pieces: list[bytes] = field(default_factory=lambda: PIECES)

    def inputs(self, seed: int) -> Iterator[bytes]:
        """Yield inputs for ever: kept cases first, then mutations of the seeds."""
        yield from cases(self.name)
        yield from self.seeds
        chance = random.Random(f'{self.name} {seed}')
        while True:
            yield mutated(chance, self.seeds, self.pieces)

    def fails(self, data: bytes, folder: Path) -> str:
        """Return what is wrong with how it takes an input; empty if nothing is."""
        begun_s = time.monotonic()
        try:
            self.run(data, folder)
        except self.refuses:
            pass
        except Exception as error:  # this is what is looked for
            return f'{type(error).__name__}: {error}'[:300]
        took_s = time.monotonic() - begun_s
        return f'took {took_s:.1f} s' if took_s > LONGEST_S else ''


def cases(name: str) -> list[bytes]:
    """Return the inputs that a parser once failed at."""
    return [path.read_bytes() for path in sorted((SEEDS / name).glob('*'))]


def mutated(chance: random.Random, seeds: Iterable[bytes], pieces: list[bytes]) -> bytes:
    """Return a seed with a few mutations."""
    pool = list(seeds)
    data = bytearray(chance.choice(pool))
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((1, 1, 4, 32, 500)))
        match chance.randrange(7):
            case 0 if data:
                data[min(at, len(data) - 1)] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = chance.choice(pieces)
            case 3:
                data[at:end] = chance.choice(pieces)
            case 4:
                data[at:at] = data[at:end] * chance.choice((1, 2, 50))
            case 5:
                other = chance.choice(pool)
                begin = chance.randrange(len(other) + 1)
                data[at:end] = other[begin : begin + (end - at)]
            case 6:
                del data[at:]
    return bytes(data)


def _in_file(name: str, parse_file: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    def run(data: bytes, folder: Path) -> object:
        path = folder / name
        path.write_bytes(data)
        return parse_file(path)

    return run


def _on_text(parse_text: Callable[[str], object]) -> Callable[[bytes, Path], object]:
    return lambda data, folder: parse_text(data.decode('utf-8', 'replace'))


def _content(*patterns: str) -> tuple[bytes, ...]:
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    assert found, patterns
    return tuple(path.read_bytes() for path in found)


@functools.cache
def _rules() -> SpeechRules:
    return SpeechRules.load(CONFIG, 'de')


@functools.cache
def _reader() -> TextReader:
    return TextReader(CONFIG, 'de')


@functools.cache
def _matcher() -> IntentMatcher:
    return IntentMatcher([CONFIG / 'en'])


def _profile(path: Path) -> None:
    names = plugins.names(plugins.NODES)
    profile = load_profile(path, names)
    for name in names:
        resolve(plugins.load(plugins.NODES, name).settings_class(), name, profile, {})


def _environment(text: str) -> None:
    variable, _, value = text.partition('=')
    resolve(NodeSettings, 'leds', Profile(), {variable: value})


def _arguments(text: str) -> object:
    return parse(dict(line.partition(':=')[::2] for line in text.splitlines()))


def _kept(path: Path) -> object:
    store = StateStore(path, lambda report: None)
    kept = store.load()
    store.save({'new': 1})
    assert StateStore(path, lambda report: None).load() == {'new': 1}
    return kept


def _stored_state() -> tuple[bytes, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'toy.sqlite3'
        StateStore(path, lambda report: None).save({'toy': {'told': {'child_name': 'Mia'}}})
        return (path.read_bytes(),)


def _parent_file(path: Path) -> object:
    file = ParentFile(path)
    return file.limits, file.problem, file.pin_set, file.forgotten


def _announced(path: Path) -> object:
    return Announced(path).servers


def _salvage(path: Path) -> None:
    target = path.with_name('repaired')
    repair(path, target)


def _bag(path: Path) -> None:
    load_session(path)


def _sentences(text: str) -> None:
    stream = SentenceStream(_rules())
    pieces = [piece for part in text.split(' ') for piece in stream.feed(part + ' ')]
    for sentence in [*pieces, *stream.finish()]:
        is_rubbish(sentence)
        spoken(sentence, 'Phoenix', _rules())
        _reader().read(_reader().in_words(sentence))
        speakable_pieces(sentence, _rules())


def _wav() -> tuple[bytes, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'a.wav'
        with WavWriter(path, 16000) as writer:
            writer.write(np.arange(400, dtype=np.int16))
        return (path.read_bytes(),)


CHAT = (
    b'{"choices": [{"delta": {"content": "Hi"}}]}',
    b'{"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "a"}}]}}]}',
)
PARENT = b'{"limits": {"quiet_hours": "20:00-07:00", "daily_minutes": 60}, "forgotten": 3}'
METRICS = b'# HELP a b\n# TYPE a counter\na{node="x"} 1.0\na{node="y"} 2.0\n'


def parsers() -> list[Parser]:
    """Return all parsers."""
    sentences = _content('tests/scripted_child/*.yaml', 'src/phoenix_speech/test/german*.txt')
    lines = tuple(line for text in sentences for line in text.splitlines() if len(line) > 8)
    return [
        Parser('yaml', _in_file('a.yaml', read_yaml), _content('config/*.yaml'), (YamlFileError,)),
        Parser(
            'profile',
            _in_file('a.yaml', _profile),
            _content('config/sim.yaml', 'config/pi.yaml'),
            (SettingsError,),
        ),
        Parser(
            'environment',
            _on_text(_environment),
            (b'PHOENIX_LEDS_METRICS=true', b'PHOENIX_ADULTS=[mom, dad]', b'PHOENIX_LANGUAGE=de'),
            (SettingsError,),
        ),
        Parser(
            'launch_arguments',
            _on_text(_arguments),
            tuple(f'{name}:=x\nlayout:=composed'.encode() for name in DECLARATIONS),
            (LaunchArgumentError,),
        ),
        Parser(
            'persona',
            _in_file('a.yaml', Persona.load),
            _content('config/*/persona.yaml'),
            (ConfigFileError,),
        ),
        Parser(
            'animations',
            _in_file('a.yaml', load_animations),
            _content('config/leds.yaml'),
            (ConfigFileError,),
        ),
        Parser(
            'announced', _in_file('a.json', _announced), (b'{"servers": ["https://a.example"]}',)
        ),
        Parser('kept_state', _in_file('toy.sqlite3', _kept), _stored_state()),
        Parser('parent_file', _in_file('parent.json', _parent_file), (PARENT,)),
        Parser('mute_file', _in_file('mute', lambda p: MuteFile(p).permits_sound), (b'open\n',)),
        Parser('quiet_hours', _on_text(QuietHours.parse), (b'20:00-06:30', b''), (ValueError,)),
        Parser(
            'chat', _on_text(lambda text: _parse(text, ToolCallStream())), CHAT, (ChatModelError,)
        ),
        Parser('wav', _in_file('a.wav', read_wav), _wav(), (WavError,)),
        Parser(
            'salvage',
            _in_file('a_0.mcap', _salvage),
            _content('tests/bags/light/*.mcap'),
            (BagError,),
        ),
        Parser('bag', _in_file('a.mcap', _bag), _content('tests/bags/light/*.mcap'), (BagError,)),
        Parser('metrics', _on_text(lambda text: merged([text, text])), (METRICS,)),
        Parser('sentences', _on_text(_sentences), lines),
        Parser('intents', _on_text(lambda text: _matcher().understand(text)), lines),
        Parser('names', _on_text(name_of), lines),
    ]
