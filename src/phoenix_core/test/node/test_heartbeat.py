"""Status, diagnostics and faults of a node, on a real graph."""

import gc
import os
import socket

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from phoenix_msgs.msg import CapabilityStatus, Fault, NodeStatus, StopSpeaking

from phoenix_core import events
from phoenix_core.node.declarations import subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.health import MOST_IN_PERIOD
from phoenix_core.settings.node_settings import NodeSettings


class Patient(EventNode):
    """Falls ill on request."""

    settings: NodeSettings

    @subscribes(events.STOP_SPEAKING)
    def on_stop(self, stop: StopSpeaking) -> None:
        if stop.reason == 'heal':
            self.healed('cold')
        else:
            self.fault(
                'cold',
                'sneezes',
                tried='tea',
                self_healing=True,
                impairs=CapabilityStatus.DEGRADED,
            )


class Refuser(EventNode):
    """Cannot be configured."""

    settings: NodeSettings
    error: Exception

    def configure(self) -> None:
        raise self.error


def of(node, **fields):
    def fits(message):
        return message.header.producer == node and all(
            getattr(message, name) == value for name, value in fields.items()
        )

    return fits


def test_a_node_tells_who_and_how_well_it_is(graph):
    probe = graph.probe(
        publishes=[events.STOP_SPEAKING],
        records=[events.NODE_STATUS, events.FAULT, events.DIAGNOSTICS],
    )
    graph.add(Patient)
    well = of('patient', state=NodeStatus.ACTIVE, level=CapabilityStatus.OK)
    status = probe.expect(events.NODE_STATUS, well)
    assert (status.host, status.process_id) == (socket.gethostname(), os.getpid())
    assert status.consumes == ['speech/stop']
    assert status.autostart

    probe.publish(events.STOP_SPEAKING, reason='fall ill')
    fault = probe.expect(events.FAULT)
    assert (fault.code, fault.tried, fault.self_healing) == ('cold', 'tea', True)
    ill = of('patient', level=CapabilityStatus.DEGRADED, message='cold: sneezes')
    probe.expect(events.NODE_STATUS, ill)

    def diagnosed(level):
        return lambda message: any(
            (status.name, status.level) == ('/phoenix/patient', level) for status in message.status
        )

    probe.expect(events.DIAGNOSTICS, diagnosed(DiagnosticStatus.WARN))
    probe.publish(events.STOP_SPEAKING, reason='heal')
    probe.expect_count(events.NODE_STATUS, 2, well)
    probe.expect(events.DIAGNOSTICS, diagnosed(DiagnosticStatus.OK))


def test_a_fault_at_every_event_is_told_now_and_then(graph):
    probe = graph.probe(
        publishes=[events.STOP_SPEAKING], records=[events.FAULT, events.NODE_STATUS]
    )
    graph.add(Patient)
    well = of('patient', state=NodeStatus.ACTIVE, level=CapabilityStatus.OK)
    probe.expect(events.NODE_STATUS, well)
    for _ in range(MOST_IN_PERIOD + 4):
        probe.publish(events.STOP_SPEAKING, reason='fall ill')
    probe.expect(events.NODE_STATUS, of('patient', level=CapabilityStatus.DEGRADED))
    probe.publish(events.STOP_SPEAKING, reason='heal')
    probe.expect_count(events.NODE_STATUS, 2, well)  # by now all have been handled
    assert len(probe.recorded(events.FAULT)) == MOST_IN_PERIOD


@pytest.mark.parametrize(
    ('error', 'severity', 'self_healing'),
    [
        (ValueError('gain: 3; allowed are 0 to 2'), Fault.FATAL, False),
        (OSError('the device is gone'), Fault.ERROR, True),
    ],
)
def test_bad_configuration_is_fatal_and_a_missing_device_is_not(
    graph, error, severity, self_healing
):
    probe = graph.probe(records=[events.FAULT, events.NODE_STATUS])
    Refuser.error = error
    with pytest.raises(AssertionError, match='did not become active'):
        graph.add(Refuser)
    fault = probe.expect(events.FAULT)
    assert (fault.severity, fault.self_healing) == (severity, self_healing)
    assert str(error) in fault.message
    assert gc.isenabled()
    lost = of('refuser', state=NodeStatus.UNCONFIGURED, level=CapabilityStatus.LOST)
    assert str(error) in probe.expect(events.NODE_STATUS, lost).message
