"""The microphone node: what the simulated room and other providers become on the graph."""

import array
import threading
import time

import gpiozero
import numpy as np
import pytest
from builtin_interfaces.msg import Time
from gpiozero.pins.mock import MockFactory, MockPin
from phoenix_msgs.msg import CapabilityStatus, EarLight, NodeStatus
from rclpy.duration import Duration

from phoenix_audio.microphone.echo_canceller import EchoCanceller
from phoenix_audio.microphone.node import Microphone
from phoenix_audio.microphone.provider import CapturedFrame, MicrophoneError
from phoenix_audio.wav import WavWriter, read_wav
from phoenix_core import events
from phoenix_core.settings.node_settings import SettingsError
from phoenix_core.storage.mute_file import MuteFile
from phoenix_hw.leds.node import Leds
from phoenix_hw.leds.provider import LedStripError
from phoenix_hw.leds.providers.simulated import SimulatedLedStrip, SimulatedLedStripSettings
from phoenix_hw.sensors.node import Sensors

ROOM_NOISE = 2  # the simulated room is so loud at most


@pytest.fixture
def leds(graph):
    """The LEDs of a toy, whose light the ear needs; they go dark when they are stopped."""
    return graph.add(Leds)


@pytest.fixture
def probe(graph, leds):
    """Publish and record, in a toy that nobody has muted."""
    probe = graph.probe(
        publishes=[
            events.SIMULATED_SOUND,
            events.SIMULATED_VOICE,
            events.MICROPHONE_MUTE,
            events.EAR_LIGHT,
            events.AUDIO_PLAYED,
        ],
        records=[events.AUDIO_INPUT, events.EAR_LIGHT, events.FAULT, events.NODE_STATUS],
    )
    probe.publish(events.MICROPHONE_MUTE, muted=False)
    return probe


def heard(frame):
    return np.frombuffer(frame.samples, np.int16).astype(int)


def stamp_s(message):
    return message.header.stamp.sec + message.header.stamp.nanosec * 1e-9


def expect_recording(probe, path):
    """Wait until a recording has been heard to its end and compare every sample of it."""
    sound = read_wav(path).astype(int)
    frames = -(-len(sound) // 640)
    sound = np.pad(sound, (0, 640 * frames - len(sound)))

    def is_end(frame):
        return np.abs(heard(frame) - sound[-640:]).max() <= ROOM_NOISE

    end = probe.expect(events.AUDIO_INPUT, is_end)
    played = probe.recorded(events.AUDIO_INPUT)[: end.sequence + 1][-frames:]
    assert np.abs(np.concatenate([heard(frame) for frame in played]) - sound).max() <= ROOM_NOISE


def test_a_quiet_room_is_a_stream_of_numbered_frames_in_real_time(graph, probe):
    began = graph.call(probe.now_s)
    graph.add(Microphone)
    frames = probe.expect_count(events.AUDIO_INPUT, 40)
    assert [frame.sequence for frame in frames] == list(range(40))
    assert {(f.sample_rate, f.channels, len(f.samples), f.lost) for f in frames} == {
        (16000, 1, 640, 0)
    }
    assert all(0 < np.abs(heard(frame)).max() <= ROOM_NOISE for frame in frames)

    stamps = np.array([stamp_s(frame) for frame in frames])
    assert began < stamps[0]
    assert stamps[-1] < graph.call(probe.now_s)
    gaps = np.diff(stamps)
    assert gaps.min() > 0
    assert gaps.mean() == pytest.approx(0.04, abs=0.004)
    assert np.median(gaps) == pytest.approx(0.04, abs=0.004)


def test_size_and_rate_of_the_frames_can_be_chosen(graph, probe):
    graph.add(Microphone, parameters={'sample_rate': 48000, 'frame_samples': 480})
    stamps = [stamp_s(f) for f in probe.expect_count(events.AUDIO_INPUT, 50)]
    frame = probe.recorded(events.AUDIO_INPUT)[0]
    assert (frame.sample_rate, len(frame.samples)) == (48000, 480)
    assert (stamps[-1] - stamps[0]) / 49 == pytest.approx(0.01, abs=0.002)


def test_a_recording_is_heard_unchanged(graph, probe, samples):
    graph.add(Microphone)
    path = samples / 'hey_jarvis.wav'
    probe.publish(events.SIMULATED_SOUND, file=str(path))
    expect_recording(probe, path)


def test_live_sound_is_heard_unchanged_while_the_device_is_open(graph, probe):
    graph.add(Microphone)
    probe.expect(events.AUDIO_INPUT)
    noise = np.random.default_rng(1).integers(-9000, 9000, (8, 640)).astype(np.int16)
    for sequence, samples in enumerate(noise):
        probe.publish(
            events.SIMULATED_VOICE,
            sequence=sequence,
            sample_rate=16000,
            channels=1,
            samples=array.array('h', samples.tobytes()),
        )
    loud = probe.expect_count(events.AUDIO_INPUT, 8, lambda f: np.abs(heard(f)).max() > 100)
    sound = np.concatenate([heard(frame) for frame in loud])
    assert np.abs(sound - noise.ravel()).max() <= ROOM_NOISE


def test_live_sound_as_fast_as_a_browser_sends_it_is_no_flood(graph, probe):
    graph.add(Microphone)
    probe.expect(events.AUDIO_INPUT)
    noise = np.random.default_rng(4)  # the same again would be a microphone that is stuck
    for sequence in range(200):  # at once: more than in any second
        probe.publish(
            events.SIMULATED_VOICE,
            sequence=sequence,
            sample_rate=16000,
            channels=1,
            samples=array.array('h', noise.integers(-5000, 5000, 320).astype('h').tobytes()),
        )
    probe.expect_count(events.AUDIO_INPUT, 12, lambda f: np.abs(heard(f)).max() > 100)
    assert probe.recorded(events.FAULT) == []


def test_live_sound_of_another_rate_is_a_fault(graph, probe):
    graph.add(Microphone)
    probe.expect(events.AUDIO_INPUT)
    probe.publish(
        events.SIMULATED_VOICE, sample_rate=48000, channels=1, samples=array.array('h', [1])
    )
    assert '48000 Hz, allowed is 16000' in probe.expect(events.FAULT).message


def test_a_recording_may_be_heard_from_the_start_on(graph, probe, tmp_path):
    path = tmp_path / 'noise.wav'
    noise = np.random.default_rng(1).integers(-9000, 9000, 5000).astype(np.int16)
    with WavWriter(path, 16000) as wav:
        wav.write(noise)
    graph.add(Microphone, parameters={'simulated.file': str(path)})
    expect_recording(probe, path)


@pytest.mark.parametrize('content', [None, b'RIFF but not a wave file'])
def test_a_recording_that_cannot_be_played_is_refused_by_name(graph, probe, tmp_path, content):
    path = tmp_path / 'broken.wav'
    if content is not None:
        path.write_bytes(content)
    graph.add(Microphone)
    probe.publish(events.SIMULATED_SOUND, file=str(path))
    fault = probe.expect(events.FAULT)
    before = len(probe.recorded(events.AUDIO_INPUT))
    probe.expect_count(events.AUDIO_INPUT, before + 5)  # it still hears
    assert str(path) in fault.message


def test_what_cannot_be_configured_is_refused_by_name(refusal):
    unknown = refusal(Microphone, {'provider': 'no such'})
    assert "no 'no such' in phoenix.microphones; installed: portaudio, simulated" in unknown
    missing = refusal(Microphone, {'simulated.file': '/no/such.wav'})
    assert '/no/such.wav: cannot be read: No such file' in missing


@pytest.mark.parametrize(
    ('setting', 'value'), [('SAMPLE_RATE', '44'), ('FRAME_SAMPLES', 'many'), ('FRAMES', '1')]
)
def test_a_wrong_setting_is_refused_by_name(graph, setting, value):
    with pytest.raises(SettingsError, match=f'PHOENIX_MICROPHONE_{setting}'):
        graph.add(Microphone, environ={f'PHOENIX_MICROPHONE_{setting}': value})


def test_it_is_deaf_while_inactive_and_begins_anew(graph, probe):
    node = graph.add(Microphone)
    probe.expect_count(events.AUDIO_INPUT, 5)
    graph.call(node.trigger_deactivate)
    before = len(probe.recorded(events.AUDIO_INPUT))
    graph.call(node.trigger_activate)
    frames = probe.expect_count(events.AUDIO_INPUT, before + 5)
    assert [frame.sequence for frame in frames[before:]] == list(range(5))


class LooseCable:
    """A microphone that is lost after the first frame, and hears again once it is restarted."""

    def __init__(self, settings):
        self._samples = np.full(settings.frame_samples, 7, np.int16)
        self._restarted = False

    def start(self, on_frame, on_error):
        def run():
            on_frame(CapturedFrame(self._samples, 0, 0.04))
            if not self._restarted:
                on_error(OSError('the cable is loose'))

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def stop(self):
        self._thread.join()
        self._restarted = True


def test_a_lost_microphone_is_a_fault(graph, probe, provide):
    provide('phoenix.microphones', 'LooseCable')
    graph.add(Microphone, parameters={'provider': 'LooseCable'})
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('microphone', 'microphone_lost')
    assert 'the cable is loose' in fault.message
    frames = probe.expect_count(events.AUDIO_INPUT, 2)  # it is opened again
    assert {frame.stream_id for frame in frames} == {'LooseCable'}


class Flaky:
    """A microphone that fails in some way at each start but the third."""

    starts = 0

    def __init__(self, settings):
        self._samples = settings.frame_samples
        self._ended = threading.Event()

    def start(self, on_frame, on_error):
        type(self).starts += 1
        amiss = self.frame(self._samples) if self.starts < 3 else None
        self._ended = ended = threading.Event()
        chance = np.random.default_rng(1)

        def run():
            while not ended.wait(0.04):
                frame = chance.integers(-9, 9, self._samples) if amiss is None else amiss
                frame[0] = 7 if amiss is None else frame[0]
                on_frame(CapturedFrame(frame.astype(np.int16), 0, 0.04))

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def stop(self):
        self._ended.set()
        self._thread.join()

    def frame(self, count):
        raise MicrophoneError('microphone (default): unplugged')


class Zeros(Flaky):
    starts = 0

    def frame(self, count):
        return np.zeros(count)


class Stuck(Flaky):
    starts = 0

    def frame(self, count):
        return np.random.default_rng(0).integers(-9, 9, count)


class Clipping(Flaky):
    starts = 0

    def frame(self, count):
        return np.where(np.arange(count) % 2, 32767, -32768)


@pytest.mark.parametrize(
    ('provider', 'reason'),
    [
        (Flaky, 'microphone (default): unplugged'),
        (Zeros, 'nothing but zeros for 0.5 s'),
        (Clipping, 'nothing but clipping for 0.5 s'),
        (Stuck, 'nothing but the same again and again for 0.5 s'),
    ],
)
def test_a_deaf_microphone_says_so_and_comes_back_by_itself(
    graph, probe, provide, provider, reason
):
    provide('phoenix.microphones', provider.__name__)
    provider.starts = 0
    quick = {'deaf_s': 0.5, 'retry_s': 0.1, 'retry_max_s': 1.0}
    graph.add(Microphone, parameters={'provider': provider.__name__, **quick})

    def status(level):
        def fits(message):
            return (message.header.producer, message.level) == ('microphone', level)

        return fits

    lost = probe.expect(events.NODE_STATUS, status(CapabilityStatus.LOST))
    assert (lost.state, lost.message) == (NodeStatus.ACTIVE, f'microphone_lost: {reason}')
    first, second = probe.expect_count(events.FAULT, 2)
    assert (first.message, first.tried) == (reason, 'opens it again in 0.1 s')
    # One frame is enough to be heard again, and a stuck device has one.
    assert second.message == reason
    assert second.tried == f'opens it again in {0.1 if provider is Stuck else 0.2} s'
    healed = len(probe.recorded(events.NODE_STATUS))
    probe.expect(events.AUDIO_INPUT, lambda frame: frame.samples[0] == 7)
    ok = sum(map(status(CapabilityStatus.OK), probe.recorded(events.NODE_STATUS)[:healed])) + 1
    probe.expect_count(events.NODE_STATUS, ok, status(CapabilityStatus.OK))
    assert provider.starts == 3
    assert len(probe.recorded(events.FAULT)) == 2


def test_the_mute_switch_closes_the_device_while_the_node_goes_on(graph, probe, provide):
    provide('phoenix.microphones', 'Frozen')
    graph.add(Microphone, parameters={'provider': 'Frozen'})
    probe.expect(events.AUDIO_INPUT)
    probe.publish(events.MICROPHONE_MUTE, muted=True)
    probe.publish(events.MICROPHONE_MUTE, muted=True)
    assert Frozen.stopping.wait(10)
    graph.call(lambda: None)  # the executor does not wait for the device
    Frozen.thawed.set()
    before = len(probe.recorded(events.AUDIO_INPUT))
    probe.publish(events.MICROPHONE_MUTE, muted=False)
    frames = probe.expect_count(events.AUDIO_INPUT, before + 2)
    assert Frozen.log == ['open', 'closed', 'open']
    assert [frame.sequence for frame in frames] == list(range(len(frames)))
    assert probe.recorded(events.FAULT) == []


class Counting:
    """A microphone that tells how often it is opened and closed."""

    log = []
    closed = threading.Event()
    opened = threading.Semaphore(0)  # as often as that

    def __init__(self, settings):
        self._ended = threading.Event()

    def start(self, on_frame, on_error):
        self.log.append('open')
        self.opened.release()
        self._ended = ended = threading.Event()

        def run():
            while not ended.wait(0.04):
                on_frame(CapturedFrame(np.ones(640, np.int16), 0, 0.04))

        threading.Thread(target=run).start()

    def stop(self):
        self._ended.set()
        self.log.append('closed')
        self.closed.set()


class Frozen(Counting):
    """A microphone that is slow to be closed, too."""

    log = []
    stopping = threading.Event()
    thawed = threading.Event()

    def stop(self):
        self.stopping.set()
        assert self.thawed.wait(10)
        super().stop()


def test_a_toy_that_starts_muted_hears_nothing_until_the_switch_is_off(graph, probe):
    probe.publish(events.MICROPHONE_MUTE, muted=True)
    node = graph.add(Microphone)
    graph.call(lambda: None)
    muted = len(probe.recorded(events.AUDIO_INPUT))
    probe.publish(events.MICROPHONE_MUTE, muted=False)
    probe.expect_count(events.AUDIO_INPUT, muted + 3)
    assert node.is_active


@pytest.mark.parametrize('told', [True, None])
def test_a_device_is_not_opened_before_the_toy_is_known_not_to_be_muted(
    graph, leds, provide, told
):
    provide('phoenix.microphones', 'Counting')
    Counting.log.clear()
    Counting.closed.clear()
    Counting.opened = threading.Semaphore(0)
    probe = graph.probe(publishes=[events.MICROPHONE_MUTE], records=[events.AUDIO_INPUT])
    if told is not None:  # as by a latched state
        probe.publish(events.MICROPHONE_MUTE, muted=told)
    graph.add(Microphone, parameters={'provider': 'Counting'})
    assert Counting.log == []
    probe.publish(events.MICROPHONE_MUTE, muted=False)
    probe.expect(events.AUDIO_INPUT)
    probe.publish(events.MICROPHONE_MUTE, muted=True)
    assert Counting.closed.wait(10)
    probe.publish(events.MICROPHONE_MUTE, muted=False)
    for _ in range(2):
        assert Counting.opened.acquire(timeout=10)
    assert Counting.log == ['open', 'closed', 'open']


class GroundedPin(MockPin):
    """A pin whose contact is closed: no pull-up lifts it."""

    def _set_pull(self, value):
        self._pull = value


def test_a_switch_on_a_pin_that_is_closed_at_the_start(graph, leds, provide, monkeypatch):
    pins = MockFactory()
    monkeypatch.setattr(gpiozero.Device, 'pin_factory', pins)
    pins.pin(17, pin_class=GroundedPin)
    provide('phoenix.microphones', 'Counting')
    Counting.log.clear()
    probe = graph.probe(records=[events.MICROPHONE_MUTE, events.AUDIO_INPUT, events.FAULT])
    # In the order of the supervisor: who hears comes before who speaks.
    graph.add(Microphone, parameters={'provider': 'Counting'})
    graph.add(Sensors, parameters={'provider': 'gpiozero', 'gpiozero.mute_pin': 17})
    assert probe.expect(events.MICROPHONE_MUTE).muted
    pins.pin(17).drive_high()
    probe.expect(events.AUDIO_INPUT)
    assert Counting.log == ['open']
    assert probe.recorded(events.FAULT) == []


def test_a_mute_switch_that_nobody_tells_of_keeps_the_device_closed(
    graph, leds, provide, monkeypatch, expect_health
):
    monkeypatch.setattr('phoenix_audio.microphone.node.SWITCH_S', 0.2)
    provide('phoenix.microphones', 'Counting')
    Counting.log.clear()
    probe = graph.probe(
        publishes=[events.MICROPHONE_MUTE], records=[events.AUDIO_INPUT, events.FAULT]
    )
    graph.add(Microphone, parameters={'provider': 'Counting'})
    fault = probe.expect(events.FAULT)
    assert (fault.code, fault.tried) == ('mute_switch_unknown', 'leaves the device closed')
    expect_health('microphone', CapabilityStatus.LOST, 'mute_switch_unknown')
    assert Counting.log == []
    probe.publish(events.MICROPHONE_MUTE, muted=False)
    probe.expect(events.AUDIO_INPUT)
    expect_health('microphone', CapabilityStatus.OK)


def loudness(frame):
    return np.sqrt(np.mean(heard(frame).astype(float) ** 2))


@pytest.mark.parametrize('cancelled', [False, True])
def test_what_the_toy_plays_is_returned_by_the_room_and_taken_out(
    graph, probe, samples, cancelled
):
    node = graph.add(
        Microphone, parameters={'simulated.echo_gain': 1.0, 'echo_cancellation': cancelled}
    )
    reply = read_wav(samples / 'austen_0880.wav')
    begin_s = graph.call(node.now_s) + 0.1
    for start in range(0, len(reply), 8000):  # told at once: nothing of it is late
        seconds, fraction = divmod(begin_s + start / 16000, 1)
        probe.publish(
            events.AUDIO_PLAYED,
            stamp=Time(sec=int(seconds), nanosec=int(fraction * 1e9)),
            stream_id='reply',
            sample_rate=16000,
            channels=1,
            samples=array.array('h', reply[start : start + 8000].tobytes()),
        )
    end_s = begin_s + len(reply) / 16000
    probe.expect(events.AUDIO_INPUT, lambda frame: stamp_s(frame) > end_s + 0.5)
    frames = [f for f in probe.recorded(events.AUDIO_INPUT) if stamp_s(f) > begin_s + 1]
    loudest = max(loudness(frame) for frame in frames)
    assert (loudest < 500) if cancelled else (loudest > 2000)
    assert loudness(frames[-1]) <= ROOM_NOISE
    assert probe.recorded(events.FAULT) == []


class Fragile(SimulatedLedStrip):
    """A strip that can be broken."""

    broken = False

    def __init__(self, settings):
        super().__init__(settings, SimulatedLedStripSettings())

    def show(self, rgb):
        if self.broken:
            raise LedStripError('broken')
        super().show(rgb)


def frames_after(probe, what):
    """Return how many frames come until what is awaited has happened, and long after that."""
    what()
    settled = len(probe.recorded(events.AUDIO_INPUT))
    count = len(probe.recorded(events.EAR_LIGHT))
    probe.expect_count(events.EAR_LIGHT, count + 5, timeout_s=20)
    return len(probe.recorded(events.AUDIO_INPUT)) - settled


def test_no_light_no_ear_and_the_ear_opens_with_the_light(graph, provide, expect_health):
    provide('phoenix.led_strips', 'Fragile')
    probe = graph.probe(
        publishes=[events.MICROPHONE_MUTE],
        records=[events.AUDIO_INPUT, events.EAR_LIGHT, events.FAULT],
    )
    probe.publish(events.MICROPHONE_MUTE, muted=False)
    strip = graph.add(Leds, parameters={'provider': 'Fragile'}).strip
    graph.add(Microphone)
    probe.expect(events.AUDIO_INPUT)

    def break_strip():
        strip.broken = True
        probe.expect(events.EAR_LIGHT, lambda light: not light.visible)
        graph.call(lambda: None)  # the microphone has heard of it, too

    assert frames_after(probe, break_strip) <= 1  # one may be on its way
    expect_health('microphone', CapabilityStatus.LOST, 'ear_light_unknown')
    told = probe.expect(events.FAULT, lambda fault: fault.node == 'microphone')
    assert (told.code, told.tried) == ('ear_light_unknown', 'closes the device')
    before = len(probe.recorded(events.AUDIO_INPUT))
    strip.broken = False
    probe.expect_count(events.AUDIO_INPUT, before + 5)
    expect_health('microphone', CapabilityStatus.OK)
    assert sum(fault.node == 'microphone' for fault in probe.recorded(events.FAULT)) == 1


def test_a_frame_held_up_until_the_light_is_no_longer_known_is_not_given_out(
    graph, probe, monkeypatch
):
    late = threading.Event()

    def hold_up(_, samples, captured_s):
        if not late.is_set():
            late.set()
            time.sleep(EarLight.LEASE_S + 0.1)
            return np.full_like(samples, 9000)
        return samples

    graph.add(Microphone)
    probe.expect(events.AUDIO_INPUT)
    monkeypatch.setattr(EchoCanceller, 'cancel', hold_up)
    assert late.wait(10)
    count = len(probe.recorded(events.AUDIO_INPUT))
    frames = probe.expect_count(events.AUDIO_INPUT, count + 20)
    assert max(np.abs(heard(frame)).max() for frame in frames) <= ROOM_NOISE


def test_a_confirmation_that_is_old_or_from_another_time_opens_nothing(graph, probe, leds):
    graph.call(leds.trigger_deactivate)
    graph.add(Microphone)
    now = graph.call(lambda: probe.get_clock().now())
    for offset_s in (-60.0, -0.6, 0.6, 60.0):
        stamp = (now + Duration(seconds=offset_s)).to_msg()
        probe.publish(events.EAR_LIGHT, stamp=stamp, visible=True)
    probe.expect(events.NODE_STATUS, lambda s: 'ear_light_unknown' in s.message)
    assert probe.recorded(events.AUDIO_INPUT) == []
    graph.call(leds.trigger_activate)
    probe.expect(events.AUDIO_INPUT)


@pytest.mark.parametrize('kept', [True, False, None])
def test_who_says_that_the_toy_is_not_muted_is_believed_only_with_the_file(
    graph, probe, tmp_path, provide, kept
):
    provide('phoenix.microphones', 'Counting')
    Counting.log.clear()
    file = MuteFile(tmp_path / 'phoenix' / 'phoenix.mute')
    if kept is not None:
        file.write(kept)
    environ = {'XDG_STATE_HOME': str(tmp_path)}
    graph.add(Microphone, parameters={'provider': 'Counting'}, environ=environ)
    if kept is not False:
        probe.expect(events.FAULT, lambda fault: fault.code == 'unmute_refused')
        assert Counting.log == []
        file.write(False)
        probe.publish(events.MICROPHONE_MUTE, muted=False)
    probe.expect(events.AUDIO_INPUT)


def test_a_word_mutes_whatever_the_file_says(graph, probe, tmp_path, provide):
    provide('phoenix.microphones', 'Counting')
    Counting.log.clear()
    Counting.closed.clear()
    MuteFile(tmp_path / 'phoenix' / 'phoenix.mute').write(False)
    environ = {'XDG_STATE_HOME': str(tmp_path)}
    graph.add(Microphone, parameters={'provider': 'Counting'}, environ=environ)
    probe.expect(events.AUDIO_INPUT)
    probe.publish(events.MICROPHONE_MUTE, muted=True)
    assert Counting.closed.wait(10)
