"""
Types sentences to the toy of this machine, and prints what it says to each.

`python type_to.py SENTENCE...`: waits each time until the answer was heard.
"""

import sys
import threading

import rclpy
from phoenix_msgs.msg import PlaybackEvent, Transcript
from rclpy.experimental import EventsExecutor

from phoenix_core import events
from phoenix_core.node import discovery
from phoenix_core.node.execution import SPIN_TIMEOUT_S, shut_down
from phoenix_core.testing import Probe

PATIENCE_S = 60.0

discovery.stay_private()
rclpy.init()
executor = EventsExecutor()
probe = Probe([events.TRANSCRIPT], [events.SAY_REQUEST, events.AUDIO_PLAYBACK])
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
    # By the intent room and the activities, at least.
    while not probe.is_active or probe.events_out.subscription_count(events.TRANSCRIPT) < 2:
        ended.wait(0.02)  # DDS tells of a match by no event that rclpy passes on
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
finally:
    ended.set()
    thread.join()
    rclpy.try_shutdown()
