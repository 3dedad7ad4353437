"""Each part of the whole toy fails in each way that it can; the toy recovers and answers."""

import itertools
import threading

import pytest
import yaml
from failing_nodes import RAISE
from fragile_toy import FAULTS, FragileToy, requests_of
from front_door import ROOT
from phoenix_msgs.msg import CapabilityStatus

from phoenix_core import events
from phoenix_tools.faults.observed_toy import SIGNALS

SAMPLES = ROOT / 'samples'
NOTHING_KEPT = {'PHOENIX_ACTIVITIES_STATE_FILE': ''}
LOST_S = 30.0  # after some attempts


@pytest.mark.long
@pytest.mark.parametrize(
    ('layout', 'how'), [(layout, how) for layout in FAULTS for how in FAULTS[layout]]
)
def test_whichever_part_fails_the_toy_comes_back_and_answers(tmp_path, layout, how):
    requests = requests_of(SAMPLES, tmp_path)
    with FragileToy(layout, NOTHING_KEPT) as toy:
        assert toy.wait_until_well()
        victims = toy.victims(how)
        if how in SIGNALS:  # ends a process with all of its nodes: once for each process
            victims = list({toy.witness.nodes[name].process_id: name for name in victims}.values())
        if how == RAISE:  # at the next event

            def speak() -> None:
                for request in itertools.cycle(requests):
                    if toy.play(request) is None or failed.is_set():
                        return

            failed = threading.Event()
            speaker = threading.Thread(target=speak)
            speaker.start()
        for victim in victims:
            took_s = toy.fail(how, victim)
            assert took_s is not None, f'{victim} did not come back: {toy.witness.toy}'
            print(f'{how} {victim}: {took_s:.1f} s')
        if how == RAISE:
            failed.set()
            speaker.join()
        for request in requests:
            assert toy.play(request) == ''


def lost(toy: FragileToy) -> list[str] | None:
    """Return the capabilities that are lost; None while others have not come up."""
    levels = {name: entry.level for name, entry in toy.witness.toy.items()}
    if set(levels.values()) != {CapabilityStatus.OK, CapabilityStatus.LOST}:
        return None
    return [name for name, level in levels.items() if level == CapabilityStatus.LOST]


@pytest.mark.long
def test_a_toy_whose_wake_word_model_is_missing_is_called_by_a_touch():
    with FragileToy(
        'composed', {**NOTHING_KEPT, 'PHOENIX_WAKE_WORD_MODELS': '[gone.onnx]'}
    ) as toy:
        assert toy.wait_for(lambda: lost(toy) == ['attention'], LOST_S)
        toy.touch()
        assert toy.play(SAMPLES / 'turn_on_the_living_room_light.wav') == ''


@pytest.mark.long
def test_a_toy_without_a_microphone_says_so_when_it_is_touched():
    gone = {
        'PHOENIX_MICROPHONE_PROVIDER': 'portaudio',
        'PHOENIX_MICROPHONE_PORTAUDIO_DEVICE': 'gone',
    }
    idle = yaml.safe_load((ROOT / 'config' / 'en' / 'activities' / 'idle.yaml').read_text())
    words = idle['lost']['hearing']
    with FragileToy('composed', {**NOTHING_KEPT, **gone}) as toy:
        probe = toy.graph.probe(records=[events.TOUCH, events.SAY_REQUEST])
        assert toy.wait_for(lambda: lost(toy) == ['hearing'], LOST_S)
        assert probe.expect(events.SAY_REQUEST).text in words  # told unasked, and when touched
        toy.touch()
        touch = probe.expect(events.TOUCH)
        said = probe.expect(
            events.SAY_REQUEST,
            lambda request: request.header.trace_id == touch.header.trace_id,
        )
        assert said.text in words
