"""The whole toy in a simulated room, where its microphone hears its speaker."""

import pytest
from front_door import ROOT, Phoenix
from phoenix_msgs.msg import PlaybackEvent, Transcript

from phoenix_core import events
from phoenix_core.testing import TestGraph

OWN_PHRASE = 'My name is Jarvis. Just say, hey Jarvis! Hey Jarvis! That is how you call me.'
PERSON = ROOT / 'samples' / 'hey_jarvis.wav'


@pytest.mark.long
def test_the_toy_hears_a_person_who_interrupts_it_and_never_itself():
    with TestGraph() as graph:
        toy = Phoenix(graph.domain, 'run', PHOENIX_MICROPHONE_SIMULATED_ECHO_GAIN='1')
        try:
            check(graph, toy)
        finally:
            toy.kill()


def check(graph, toy):
    probe = graph.probe(
        publishes=[events.SAY_REQUEST, events.TRANSCRIPT, events.SIMULATED_SOUND],
        records=[
            events.AUDIO_PLAYBACK,
            events.AUDIO_PLAYED,
            events.WAKE_WORD_DETECTED,
            events.LISTENING,
            events.USER_SPEECH,
            events.FAULT,
        ],
    )

    def playback(kind, where=lambda event: True):
        return probe.expect(
            events.AUDIO_PLAYBACK, lambda e: e.kind == kind and where(e), timeout_s=60
        )

    toy.wait_for('ready')
    probe.publish(events.SAY_REQUEST, utterance_id='own phrase', text=OWN_PHRASE)
    playback(PlaybackEvent.FINISHED, lambda e: e.utterance_id == 'own phrase')

    probe.publish(
        events.TRANSCRIPT,
        kind=Transcript.FINAL,
        source=Transcript.TYPED,
        text='tell me a story about a dragon',
    )
    story = playback(PlaybackEvent.STARTED, lambda e: e.utterance_id != 'own phrase')
    heard = len(probe.recorded(events.AUDIO_PLAYED))
    probe.expect_count(events.AUDIO_PLAYED, heard + 150)  # 3 s of the story
    assert probe.recorded(events.WAKE_WORD_DETECTED) == []
    assert probe.recorded(events.LISTENING) == []

    probe.publish(events.SIMULATED_SOUND, file=str(PERSON))
    probe.expect(events.WAKE_WORD_DETECTED)
    playback(PlaybackEvent.INTERRUPTED, lambda e: e.utterance_id == story.utterance_id)
    probe.expect(events.LISTENING)
    assert probe.recorded(events.USER_SPEECH) == []  # neither the person's call nor the echo
    assert probe.recorded(events.FAULT) == []
