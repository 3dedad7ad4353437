"""Events of the body: sensors and lights."""

from phoenix_msgs import msg
from sensor_msgs.msg import BatteryState

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE, within
from phoenix_core.events.constants import words_of
from phoenix_core.events.event_type import EventType, Privacy, Role, Summary
from phoenix_core.events.rules import InRange, NotEmpty, constant_of

TOUCH = EventType(
    'TOUCH',
    'sensors/touch',
    msg.TouchEvent,
    qos.EVENT,
    'A touch pad was touched or released.',
    privacy=Privacy.NONE,
    role=Role.SENSED,
    rules={
        'pad': NotEmpty(),
        'kind': constant_of(msg.TouchEvent),
        'duration_s': InRange(0),
    },
    compare={'duration_s': within(0.1)},
    starts_trace=True,
    begins='touch',
    summary=lambda touch: (Summary('touch', touch.pad) if touch.kind == touch.TOUCHED else None),
    drawn='touch',
)
BUTTON = EventType(
    'BUTTON',
    'sensors/button',
    msg.ButtonEvent,
    qos.EVENT,
    'A button was pressed, released, clicked, double-clicked or held.',
    privacy=Privacy.NONE,
    role=Role.SENSED,
    rules={
        'button': NotEmpty(),
        'kind': constant_of(msg.ButtonEvent),
        'duration_s': InRange(0),
    },
    compare={'duration_s': within(0.1)},
    starts_trace=True,
    begins='button',
    summary=lambda button: (
        Summary('button', button.button) if button.kind == button.PRESSED else None
    ),
    drawn='touch',
)
MOTION = EventType(
    'MOTION',
    'sensors/motion',
    msg.MotionEvent,
    qos.EVENT,
    'The toy started or stopped moving.',
    privacy=Privacy.NONE,
    role=Role.SENSED,
    rules={'kind': constant_of(msg.MotionEvent)},
    no_consumer='no activity reacts to motion yet',
    starts_trace=True,
    begins='motion',
    summary=lambda motion: (
        Summary('motion', words_of(motion)) if motion.kind == motion.STARTED else None
    ),
    drawn='touch',
)
BATTERY = EventType(
    'BATTERY',
    'sensors/battery',
    BatteryState,
    qos.STATE,
    'The charge of the battery.',
    privacy=Privacy.NONE,
    role=Role.SENSED,
    rules={'percentage': InRange(0, 1)},
    compare={
        'percentage': within(0.01),
        # Measured, or NaN, which is not equal to itself.
        **dict.fromkeys(('voltage', 'temperature', 'current', 'charge'), IGNORE),
        **dict.fromkeys(('capacity', 'design_capacity'), IGNORE),
    },
    no_consumer='for ROS tools; no node reacts to the charge yet',
    traced=False,
)
MICROPHONE_MUTE = EventType(
    'MICROPHONE_MUTE',
    'sensors/microphone_mute',
    msg.MicrophoneMute,
    qos.STATE,
    'The position of the mute switch; while it is on, the microphone is closed.',
    privacy=Privacy.NONE,
    role=Role.SENSED,
    summary=lambda mute: Summary('microphone', 'muted' if mute.muted else 'on'),
)
LED_COMMAND = EventType(
    'LED_COMMAND',
    'leds/command',
    msg.LedCommand,
    qos.EVENT,
    'Requests an animation of the LED ring.',
    privacy=Privacy.NONE,
    rules={
        **{f'color.{channel}': InRange(0, 1) for channel in 'rgba'},
        'brightness': InRange(0, 1),
        'duration_s': InRange(0),
    },
    drawn='LED command',
)
LED_FRAME = EventType(
    'LED_FRAME',
    'leds/frame',
    msg.LedFrame,
    qos.LOSSY_STREAM,
    'The pixels shown by the LED ring.',
    privacy=Privacy.NONE,
    role=Role.DETAIL,
    rules={'rgb': NotEmpty()},
    compare=IGNORE,  # frames are drawn at arbitrary moments of an animation
    rate_hz=25,
    no_consumer='for the terminal and recordings',
    needs_cause=True,  # only the first frame of an animation has one
    drawn='LEDs',
)
EAR_LIGHT = EventType(
    'EAR_LIGHT',
    'leds/ear_light',
    msg.EarLight,
    qos.STATE,
    'Whether the light of the open ear can be seen; without it the microphone gives out no sound.',
    privacy=Privacy.NONE,
    role=Role.DETAIL,
    compare=IGNORE,  # a lease, renewed at arbitrary moments
    rate_hz=5,
    traced=False,
)
