"""
Speaks a recording to the toy of this machine, and prints who has heard and who has answered.

`python speak.py RECORDING CONDITION`: waits until every condition that the supervisor tells of a
capability that is not well ends so; an empty one waits until all is well.
"""

import sys

from beside_the_toy import PATIENCE_S, probe_beside_the_toy, wait_until_heard
from phoenix_msgs.msg import CapabilityStatus, PlaybackEvent, Transcript

from phoenix_core import events

recording, condition = sys.argv[1:]
HEARS = (events.SYSTEM_STATUS, events.TRANSCRIPT, events.AUDIO_OUTPUT, events.AUDIO_PLAYBACK)


def fits(status) -> bool:
    """Return whether the toy is in the condition to speak to it."""
    ill = [entry for entry in status.capabilities if entry.level != CapabilityStatus.OK]
    return bool(ill) == bool(condition) and all(
        part.endswith(condition) for entry in ill for part in entry.message.split('; ')
    )


with probe_beside_the_toy([events.SIMULATED_SOUND], HEARS) as probe:
    probe.expect(events.SYSTEM_STATUS, fits, timeout_s=PATIENCE_S)
    wait_until_heard(probe, events.SIMULATED_SOUND)
    probe.publish(events.SIMULATED_SOUND, file=recording)
    heard = probe.expect(
        events.TRANSCRIPT, lambda event: event.kind == Transcript.FINAL, timeout_s=PATIENCE_S
    )
    probe.expect(
        events.AUDIO_PLAYBACK,
        lambda event: event.kind == PlaybackEvent.FINISHED,
        timeout_s=PATIENCE_S,
    )
    answered = probe.expect(events.AUDIO_OUTPUT)
    print(heard.header.producer, answered.header.producer)
