"""What disturbs a toy and must not harm it: floods, bad messages, strangers, clocks, load."""

import os
import random
import socket
import subprocess
import sys
from typing import Any

from fragile_toy import FragileToy
from phoenix_msgs.msg import NodeStatus
from settable_clock import SystemTime

from phoenix_bringup.process_table import acting_nodes
from phoenix_core import events
from phoenix_core.settings import plugins

SECONDS = 2.0  # of each
FLOOD_PER_S = 500
OFF_S = (-1.7e9, -3600.0, -61.0, -0.5, 0.0, 0.5, 61.0, 7200.0, 3e7)
SPINNERS = 20
TEXTS = ('', 'x' * 1000, '\x1b[2J', '\0', '../../etc/passwd', 'voice', '{}', '\U0001f98a' * 20)
NUMBERS = (0, 1, -1, 255, 2**31 - 1, float('nan'), float('inf'), -1e300)
FLOODS = (events.TOUCH, events.BUTTON, events.TRANSCRIPT, events.SIMULATED_SENSOR)


class Disturbances:
    """
    Disturbs a toy for a moment in some way, chosen by name.

    :param toy: a running toy.
    :param system_time: that of its processes.
    :param chance: chooses the rest.
    """

    def __init__(self, toy: FragileToy, system_time: SystemTime, chance: random.Random) -> None:
        self._toy = toy
        self._system_time = system_time
        self._chance = chance
        heard = {
            event
            for name in acting_nodes()
            for event in plugins.load(plugins.NODES, name).declarations.subscribes
            # What makes the toy do something else than it is asked for, as it should.
            if event not in (events.MICROPHONE_MUTE, events.SIMULATED_SOUND)
        }
        self._heard = sorted(heard, key=lambda event: event.name)
        self._stranger = toy.graph.probe(publishes={*heard, *FLOODS})
        self.ways = {
            'flood': self._flood,
            'bad message': self._send_rubbish,
            'stranger': self._take_a_name,
            'clock': self._set_clock,
            'load': self._load,
        }

    def _send(self, event: Any, message: Any) -> None:
        self._toy.graph.call(lambda: self._stranger.events_out.send(event, message))

    def _flood(self) -> None:
        """Send one event many times, in one name or in ever new ones."""
        event, many = self._chance.choice(FLOODS), self._chance.random() < 0.5
        message = filled(event.message, self._chance)
        for number in range(int(SECONDS * FLOOD_PER_S)):
            message.header.producer = f'stranger {number}' if many else 'stranger'
            self._send(event, message)

    def _send_rubbish(self) -> None:
        """Send any events with values at the limits of their types."""
        for _ in range(50):
            event = self._chance.choice(self._heard)
            self._send(event, filled(event.message, self._chance))

    def _take_a_name(self) -> None:
        """Publish that a node of the toy is another process."""
        name = self._chance.choice(sorted(self._toy.witness.nodes))
        others = [s.process_id for s in self._toy.witness.nodes.values()]
        status = NodeStatus(
            state=NodeStatus.ACTIVE,
            host=socket.gethostname(),
            process_id=self._chance.choice([os.getpid(), 1, *others]),
            autostart=self._chance.random() < 0.5,
        )
        status.header.producer = name
        self._send(events.NODE_STATUS, status)
        self._toy.ended.wait(SECONDS)

    def _set_clock(self) -> None:
        self._system_time.set(self._chance.choice(OFF_S))
        self._toy.ended.wait(SECONDS)

    def _load(self) -> None:
        """Keep all processors busy with something else."""
        spin = [sys.executable, '-S', '-c', 'while True: pass']
        spinners = [subprocess.Popen(spin) for _ in range(SPINNERS)]
        self._toy.ended.wait(2 * SECONDS)
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


def filled(message_class: Any, chance: random.Random) -> Any:
    """Return a message with values at the limits of its types; nested messages are empty."""
    message = message_class(check_fields=True)
    for name, kind in message_class.get_fields_and_field_types().items():
        if '/' in kind or '[' in kind or ('<' in kind and not kind.startswith('string')):
            continue
        values = TEXTS if kind.startswith('string') else NUMBERS
        for value in chance.sample(values, len(values)):
            try:
                setattr(message, name, float(value) if kind in ('float', 'double') else value)
                break
            except (AssertionError, TypeError, ValueError, OverflowError):
                continue  # not of that type
    return message
