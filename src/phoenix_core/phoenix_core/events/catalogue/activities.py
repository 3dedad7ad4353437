"""Events of activities: what the toy does, and the changes between activities."""

from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.constants import words_of
from phoenix_core.events.event_type import EventType, Privacy, Role, Summary
from phoenix_core.events.rules import NotEmpty, Reference, constant_of

ACTIVITY_REQUEST = EventType(
    'ACTIVITY_REQUEST',
    'activity/request',
    msg.ActivityRequest,
    qos.EVENT,
    'Requests an activity by name.',
    privacy=Privacy.PERSONAL,
    role=Role.REQUESTED,
    rules={'activity': NotEmpty(), 'slots[].name': NotEmpty()},
    begins='request',
)
ACTIVITY_STATE = EventType(
    'ACTIVITY_STATE',
    'activity/state',
    msg.ActivityState,
    qos.STATE,
    'The current activity and its phase.',
    privacy=Privacy.NONE,
    rules={'activity': NotEmpty(), 'phase': constant_of(msg.ActivityState)},
    references={'activity': Reference('activities')},
    summary=lambda state: Summary('state', f'{state.activity}, {words_of(state, "phase")}'),
    drawn='state',
)
ACTIVITY_TRANSITION = EventType(
    'ACTIVITY_TRANSITION',
    'activity/transition',
    msg.ActivityTransition,
    qos.EVENT,
    'The toy changed from one activity to another.',
    privacy=Privacy.NONE,
    rules={'to_activity': NotEmpty(), 'reason': NotEmpty()},
    references={'to_activity': Reference('activities')},
    no_consumer='for recordings; nodes use ACTIVITY_STATE',
)
