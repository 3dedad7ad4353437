"""
Types sentences to the toy of this machine, which must be ready, and prints what it says to each.

`python type_to.py SENTENCE...`: waits each time until the answer was heard.
"""

import sys

from beside_the_toy import PATIENCE_S, probe_beside_the_toy, wait_until_heard
from phoenix_msgs.msg import PlaybackEvent, Transcript

from phoenix_core import events

HEARS = (events.SAY_REQUEST, events.AUDIO_PLAYBACK)

with probe_beside_the_toy([events.TRANSCRIPT], HEARS) as probe:
    wait_until_heard(probe, events.TRANSCRIPT, by=2)  # the intent room and the activities
    for sentence in sys.argv[1:]:
        asked = probe.publish(
            events.TRANSCRIPT, kind=Transcript.FINAL, source=Transcript.TYPED, text=sentence
        )
        said = probe.expect(
            events.SAY_REQUEST,
            lambda say, trace=asked.trace_id: say.header.trace_id == trace,
            timeout_s=PATIENCE_S,
        )
        print(said.text, flush=True)
        probe.expect(
            events.AUDIO_PLAYBACK,
            lambda event, said=said: (
                event.kind == PlaybackEvent.FINISHED and event.utterance_id == said.utterance_id
            ),
            timeout_s=PATIENCE_S,
        )
