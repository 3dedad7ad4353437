"""The toy's own health: faults, statuses, metrics."""

from diagnostic_msgs.msg import DiagnosticArray
from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE
from phoenix_core.events.event_type import EventType, Privacy, Role, Summary
from phoenix_core.events.rules import not_empty, one_of

SEVERITIES = {
    msg.Fault.WARNING: 'warning',
    msg.Fault.ERROR: 'error',
    msg.Fault.FATAL: 'fatal',
}
_TROUBLES = {msg.CapabilityStatus.DEGRADED: 'impaired', msg.CapabilityStatus.LOST: 'lost'}


def _fault(fault: msg.Fault) -> Summary:
    tried = f' ({fault.tried})' if fault.tried else ''
    text = f'{SEVERITIES[fault.severity]} in {fault.node}: {fault.code}: {fault.message}{tried}'
    return Summary('fault', text)


def _system_status(status: msg.SystemStatus) -> Summary | None:
    levels = {entry.capability: entry.level for entry in status.capabilities}
    if msg.CapabilityStatus.UNKNOWN in levels.values():
        return None  # it still comes up
    troubles = [
        f'{name} {_TROUBLES[level]}' for name, level in levels.items() if level in _TROUBLES
    ]
    return Summary('health', ', '.join(troubles) or 'all well')


FAULT = EventType(
    'FAULT',
    'system/fault',
    msg.Fault,
    qos.LATCHED_EVENT,  # who comes later must learn why something is missing
    'Something went wrong; the toy goes on with what still works.',
    privacy=Privacy.NONE,
    rules={
        'node': not_empty,
        'code': not_empty,
        'severity': one_of(msg.Fault.WARNING, msg.Fault.ERROR, msg.Fault.FATAL),
        'message': not_empty,
    },
    compare={'message': IGNORE},  # may name a line or a time
    no_consumer='for the terminal and recordings; nodes are told by SYSTEM_STATUS',
    of_every_node=True,
    summary=_fault,
    drawn='fault',
)
NODE_STATUS = EventType(
    'NODE_STATUS',
    'system/node_status',
    msg.NodeStatus,
    qos.STATE,
    'What a node is doing and how many hear it. Every node publishes its own.',
    privacy=Privacy.NONE,
    rules={
        'state': one_of(
            msg.NodeStatus.UNCONFIGURED,
            msg.NodeStatus.INACTIVE,
            msg.NodeStatus.ACTIVE,
            msg.NodeStatus.FINALIZED,
        ),
        'level': one_of(
            msg.CapabilityStatus.OK, msg.CapabilityStatus.DEGRADED, msg.CapabilityStatus.LOST
        ),
    },
    compare=IGNORE,
    traced=False,
    of_every_node=True,
)
NODE_METRICS = EventType(
    'NODE_METRICS',
    'system/metrics',
    msg.NodeMetrics,
    qos.EVENT,
    'What a node has counted and measured. Every node publishes its own while somebody listens.',
    privacy=Privacy.NONE,
    role=Role.DETAIL,
    rules={'exposition': not_empty},
    compare=IGNORE,
    traced=False,
    of_every_node=True,
)
SYSTEM_STATUS = EventType(
    'SYSTEM_STATUS',
    'system/status',
    msg.SystemStatus,
    qos.STATE,
    'How well each capability works.',
    privacy=Privacy.NONE,
    rules={
        'capabilities[].capability': not_empty,
        'capabilities[].level': one_of(
            msg.CapabilityStatus.UNKNOWN,
            msg.CapabilityStatus.OK,
            msg.CapabilityStatus.DEGRADED,
            msg.CapabilityStatus.LOST,
        ),
    },
    traced=False,
    summary=_system_status,
)
DIAGNOSTICS = EventType(
    'DIAGNOSTICS',
    '/diagnostics',
    DiagnosticArray,
    qos.EVENT,
    "Each node's state for ROS tools, once a second. Every node publishes its own.",
    privacy=Privacy.NONE,
    role=Role.DETAIL,
    compare=IGNORE,
    no_consumer='for ROS tools',
    traced=False,
    of_every_node=True,
)
