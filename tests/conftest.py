"""What tests of real nodes share: a graph, a fast microphone, example packages."""

import array
import itertools
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from domain_coordinator import domain_id
from front_door import Phoenix

from phoenix_audio.wav import read_wav
from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds, to_stamp
from phoenix_core.testing import TestGraph

SAMPLE_RATE = 16_000
FRAME_SAMPLES = 640


class TestMicrophone:
    """
    Sends sound as the microphone does, but as fast as it is taken.

    end: samples sent so far.
    """

    __test__ = False  # not a test class, whatever its name says

    def __init__(self, graph: TestGraph, samples: Path) -> None:
        self._probe = graph.probe(publishes=[events.AUDIO_INPUT], records=[events.AUDIO_INPUT])
        self._samples = samples
        self._start_ns = graph.call(self._probe.get_clock().now).nanoseconds
        self._noise = np.random.default_rng(0)
        self._sent = 0
        self.sequence = 0
        self.end = 0

    def play(self, name: str) -> None:
        """Send a recording of the repository; a last part of less than a frame is left out."""
        self.send(read_wav(self._samples / name))

    def keep_quiet(self, seconds: float) -> None:
        """Send the noise of a quiet room."""
        count = round(seconds * SAMPLE_RATE)
        self.send(self._noise.integers(-2, 3, count).astype(np.int16))

    def send(self, sound: np.ndarray) -> None:
        for start in range(0, len(sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            self._send_frame(sound[start : start + FRAME_SAMPLES])
            if self._sent % 25 == 0:
                self.wait()
        self.wait()

    def wait(self) -> None:
        """Wait until what was sent has been taken, so that no queue overflows."""
        self._probe.expect_count(events.AUDIO_INPUT, self._sent)

    def time_of(self, position: int) -> Time:
        """Return when a sample was captured."""
        after_ns = round(position * NANOSECONDS_PER_SECOND / SAMPLE_RATE)
        return to_stamp(self._start_ns + after_ns)

    def position_at(self, stamp: Time) -> int:
        """Return which sample was captured at that time."""
        after_ns = nanoseconds(stamp) - self._start_ns
        return round(after_ns * SAMPLE_RATE / NANOSECONDS_PER_SECOND)

    def _send_frame(self, samples: np.ndarray) -> None:
        self._probe.publish(
            events.AUDIO_INPUT,
            stamp=self.time_of(self.end),
            stream_id='test',
            sequence=self.sequence,
            sample_rate=SAMPLE_RATE,
            channels=1,
            samples=array.array('h', samples.tobytes()),
        )
        self.sequence += 1
        self.end += FRAME_SAMPLES
        self._sent += 1


@pytest.fixture
def graph():
    with TestGraph() as graph:
        yield graph


@pytest.fixture
def samples():
    """Where the recordings are."""
    return Path(__file__).parents[1] / 'samples'


@pytest.fixture
def microphone(graph, samples):
    return TestMicrophone(graph, samples)


@pytest.fixture
def expect_health(graph):
    """Wait until a node tells that it is so well, and of which fault."""
    probe = graph.probe(records=[events.NODE_STATUS])

    def expect(node, level, code=''):
        def is_newest(status):
            told = [s for s in probe.recorded(events.NODE_STATUS) if s.header.producer == node]
            return status is told[-1] and status.level == level and code in status.message

        probe.expect(events.NODE_STATUS, lambda s: s.header.producer == node and is_newest(s))

    return expect


@pytest.fixture
def refusal(graph):
    """Add a node that must not come up, and return what it says of the reason."""
    probe = graph.probe(records=[events.FAULT])
    numbers = itertools.count(1)

    def refuse(node_class, parameters):
        with pytest.raises(AssertionError, match='did not become active'):
            graph.add(node_class, parameters=parameters)
        fault = probe.expect_count(events.FAULT, next(numbers))[-1]
        assert fault.code == 'configure_failed'
        assert fault.node == fault.header.producer == node_class.node_name()
        return fault.message

    return refuse


@pytest.fixture
def phoenix():
    """Start ./phoenix on a ROS graph of its own; what still runs at the end is killed."""
    started = []
    with domain_id() as domain:

        def start(*arguments, **options):
            started.append(Phoenix(domain, *arguments, **options))
            return started[-1]

        yield start
        for one in started:
            one.kill()


@pytest.fixture
def install_example(tmp_path, monkeypatch):
    """Install a package of examples/ with pip, as people do."""

    def install(name):
        pip = [sys.executable, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
        target = tmp_path / 'installed'
        options = ['--no-deps', '--no-index', '--no-build-isolation', '--target', target]
        source = tmp_path / 'source'  # a build leaves folders behind
        shutil.copytree(Path(__file__).parents[1] / 'examples' / name, source)
        subprocess.run([*pip, *options, source], check=True)
        monkeypatch.syspath_prepend(target)
        monkeypatch.delitem(sys.modules, name, raising=False)

    return install
