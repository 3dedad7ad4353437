"""Events about the health of the toy: faults, statuses, metrics."""

from diagnostic_msgs.msg import DiagnosticArray
from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE
from phoenix_core.events.constants import constants, words_of
from phoenix_core.events.event_type import EventType, Privacy, Role, Summary
from phoenix_core.events.rules import NotEmpty, OneOf, constant_of

_TROUBLES = {msg.CapabilityStatus.DEGRADED: 'impaired', msg.CapabilityStatus.LOST: 'lost'}


def _fault(fault: msg.Fault) -> Summary:
    tried = f' ({fault.tried})' if fault.tried else ''
    severity = words_of(fault, 'severity')
    text = f'{severity} in {fault.node}: {fault.code}: {fault.message}{tried}'
    return Summary('fault', text)


def _system_status(status: msg.SystemStatus) -> Summary | None:
    levels = {entry.capability: entry.level for entry in status.capabilities}
    if msg.CapabilityStatus.UNKNOWN in levels.values():
        return None  # the toy is still starting
    troubles = [
        f'{name} {_TROUBLES[level]}' for name, level in levels.items() if level in _TROUBLES
    ]
    return Summary('health', ', '.join(troubles) or 'all well')


FAULT = EventType(
    'FAULT',
    'system/fault',
    msg.Fault,
    qos.LATCHED_EVENT,  # tells late subscribers why a capability is missing
    'Something failed; the toy continues with what still works.',
    privacy=Privacy.NONE,
    rules={
        'node': NotEmpty(),
        'code': NotEmpty(),
        'severity': constant_of(msg.Fault),
        'message': NotEmpty(),
    },
    compare={'message': IGNORE},  # may contain a line number or a time
    no_consumer='for the terminal and recordings; nodes use SYSTEM_STATUS',
    of_every_node=True,
    summary=_fault,
    drawn='fault',
)
NODE_STATUS = EventType(
    'NODE_STATUS',
    'system/node_status',
    msg.NodeStatus,
    qos.STATE,
    'The state and health of a node, and its subscriber counts. Every node publishes its own.',
    privacy=Privacy.NONE,
    rules={'state': constant_of(msg.NodeStatus), 'level': constant_of(msg.CapabilityStatus)},
    compare=IGNORE,
    traced=False,
    of_every_node=True,
)
NODE_METRICS = EventType(
    'NODE_METRICS',
    'system/metrics',
    msg.NodeMetrics,
    qos.EVENT,
    'The metrics of a node. Every node publishes its own while there is a subscriber.',
    privacy=Privacy.NONE,
    role=Role.DETAIL,
    rules={'exposition': NotEmpty()},
    compare=IGNORE,
    traced=False,
    of_every_node=True,
)
SYSTEM_STATUS = EventType(
    'SYSTEM_STATUS',
    'system/status',
    msg.SystemStatus,
    qos.STATE,
    'The condition of each capability.',
    privacy=Privacy.NONE,
    rules={
        'capabilities[].capability': NotEmpty(),
        'capabilities[].level': OneOf(tuple(constants(msg.CapabilityStatus))),
    },
    traced=False,
    summary=_system_status,
)
DIAGNOSTICS = EventType(
    'DIAGNOSTICS',
    '/diagnostics',
    DiagnosticArray,
    qos.EVENT,
    'The state of a node for ROS tools, once a second. Every node publishes its own.',
    privacy=Privacy.NONE,
    role=Role.DETAIL,
    compare=IGNORE,
    no_consumer='for ROS tools',
    traced=False,
    of_every_node=True,
)
