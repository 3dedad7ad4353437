"""Every part of the whole toy fails, in every way that it can; the toy comes back and answers."""

import pytest
from front_door import ROOT

from phoenix_bringup.fragile_toy import FAULTS, FragileToy

SAMPLE = ROOT / 'samples' / 'hey_jarvis_turn_on_the_light.wav'


@pytest.mark.long
@pytest.mark.parametrize(
    ('layout', 'how'), [(layout, how) for layout in FAULTS for how in FAULTS[layout]]
)
def test_whichever_part_fails_the_toy_comes_back_and_answers(layout, how):
    with FragileToy(layout, {'PHOENIX_ACTIVITIES_STATE_FILE': ''}) as toy:
        assert toy.wait_until_well()
        victims = toy.victims(how)
        processes = {toy.witness.nodes[name].process_id: name for name in victims}
        # A signal ends a process with all of its nodes: once for each process.
        for victim in processes.values() if how in ('kill -9', 'SIGSTOP') else victims:
            took_s = toy.fail(how, victim)
            assert took_s is not None, f'{victim} did not come back: {toy.witness.toy}'
            print(f'{how} {victim}: {took_s:.1f} s')
        assert toy.play(SAMPLE) == ''
