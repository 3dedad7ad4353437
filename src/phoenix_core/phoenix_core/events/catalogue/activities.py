"""What the toy does: its activities and their transitions."""

from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.constants import words_of
from phoenix_core.events.event_type import EventType, Privacy, Role, Summary
from phoenix_core.events.rules import Reference, not_empty, one_of

ACTIVITY_REQUEST = EventType(
    'ACTIVITY_REQUEST',
    'activity/request',
    msg.ActivityRequest,
    qos.EVENT,
    'Asks the toy to do something, by name.',
    privacy=Privacy.PERSONAL,
    role=Role.REQUESTED,
    rules={'activity': not_empty, 'slots[].name': not_empty},
    begins='request',
)
ACTIVITY_STATE = EventType(
    'ACTIVITY_STATE',
    'activity/state',
    msg.ActivityState,
    qos.STATE,
    'What the toy is doing now.',
    privacy=Privacy.NONE,
    rules={
        'activity': not_empty,
        'phase': one_of(
            msg.ActivityState.RESTING,
            msg.ActivityState.LISTENING,
            msg.ActivityState.THINKING,
            msg.ActivityState.SPEAKING,
            msg.ActivityState.FOLLOWING_UP,
        ),
    },
    references={'activity': Reference('activities')},
    summary=lambda state: Summary('state', f'{state.activity}, {words_of(state, "phase")}'),
    drawn='state',
)
ACTIVITY_TRANSITION = EventType(
    'ACTIVITY_TRANSITION',
    'activity/transition',
    msg.ActivityTransition,
    qos.EVENT,
    'The toy went from one activity to another.',
    privacy=Privacy.NONE,
    rules={'to_activity': not_empty, 'reason': not_empty},
    references={'to_activity': Reference('activities')},
    no_consumer='for recordings; nodes are told by ACTIVITY_STATE',
)
