"""
Speaks a recording to the toy of this machine, and prints who has heard and who has answered.

`python speak.py RECORDING CONDITION`: waits until every condition that the supervisor tells of a
capability that is not well ends so; an empty one waits until all is well.
"""

import sys
import threading

import rclpy
from phoenix_msgs.msg import CapabilityStatus, PlaybackEvent, Transcript
from rclpy.experimental import EventsExecutor

from phoenix_core import events
from phoenix_core.node import discovery
from phoenix_core.node.execution import SPIN_TIMEOUT_S, shut_down
from phoenix_core.testing import Probe

PATIENCE_S = 60.0
recording, condition = sys.argv[1:]


def fits(status) -> bool:
    """Tell whether the toy is in the condition to speak to it."""
    ill = [entry for entry in status.capabilities if entry.level != CapabilityStatus.OK]
    return bool(ill) == bool(condition) and all(
        part.endswith(condition) for entry in ill for part in entry.message.split('; ')
    )


discovery.stay_private()
rclpy.init()
executor = EventsExecutor()
probe = Probe(
    [events.SIMULATED_SOUND],
    [events.SYSTEM_STATUS, events.TRANSCRIPT, events.AUDIO_OUTPUT, events.AUDIO_PLAYBACK],
)
ended = threading.Event()


def spin() -> None:
    """Run the probe until the end."""
    probe.executor = executor
    probe.start()
    while not ended.is_set():
        executor.spin_once(timeout_sec=SPIN_TIMEOUT_S)
    shut_down(executor, [probe])


thread = threading.Thread(target=spin)
thread.start()
try:
    probe.expect(events.SYSTEM_STATUS, fits, timeout_s=PATIENCE_S)
    while not probe.is_active or not probe.events_out.subscription_count(events.SIMULATED_SOUND):
        ended.wait(0.02)  # DDS tells of a match by no event that rclpy passes on
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
finally:
    ended.set()
    thread.join()
    rclpy.try_shutdown()
