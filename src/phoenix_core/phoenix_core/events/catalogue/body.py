"""The body: sensors and lights."""

from phoenix_msgs import msg
from sensor_msgs.msg import BatteryState

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE, within
from phoenix_core.events.constants import words_of
from phoenix_core.events.event_type import EventType, Privacy, Role, Summary
from phoenix_core.events.rules import in_range, not_empty, one_of


def _touch(touch: msg.TouchEvent) -> Summary | None:
    return Summary('touch', touch.pad) if touch.kind == msg.TouchEvent.TOUCHED else None


def _button(button: msg.ButtonEvent) -> Summary | None:
    pressed = button.kind == msg.ButtonEvent.PRESSED
    return Summary('button', button.button) if pressed else None


def _motion(motion: msg.MotionEvent) -> Summary | None:
    started = motion.kind == msg.MotionEvent.STARTED
    return Summary('motion', words_of(motion)) if started else None


TOUCH = EventType(
    'TOUCH',
    'sensors/touch',
    msg.TouchEvent,
    qos.EVENT,
    'A touch pad was touched or let go.',
    privacy=Privacy.NONE,
    role=Role.SENSED,
    rules={
        'pad': not_empty,
        'kind': one_of(msg.TouchEvent.TOUCHED, msg.TouchEvent.RELEASED),
        'duration_s': in_range(0),
    },
    compare={'duration_s': within(0.1)},
    starts_trace=True,
    begins='touch',
    summary=_touch,
    drawn='touch',
)
BUTTON = EventType(
    'BUTTON',
    'sensors/button',
    msg.ButtonEvent,
    qos.EVENT,
    'A button was pressed or let go, clicked, clicked twice or held.',
    privacy=Privacy.NONE,
    role=Role.SENSED,
    rules={
        'button': not_empty,
        'kind': one_of(
            msg.ButtonEvent.PRESSED,
            msg.ButtonEvent.RELEASED,
            msg.ButtonEvent.CLICKED,
            msg.ButtonEvent.DOUBLE_CLICKED,
            msg.ButtonEvent.HELD,
        ),
        'duration_s': in_range(0),
    },
    compare={'duration_s': within(0.1)},
    starts_trace=True,
    begins='button',
    summary=_button,
    drawn='touch',
)
MOTION = EventType(
    'MOTION',
    'sensors/motion',
    msg.MotionEvent,
    qos.EVENT,
    'The toy began to be moved, or came to rest.',
    privacy=Privacy.NONE,
    role=Role.SENSED,
    rules={'kind': one_of(msg.MotionEvent.STARTED, msg.MotionEvent.STOPPED)},
    no_consumer='no activity reacts to being moved yet',
    starts_trace=True,
    begins='motion',
    summary=_motion,
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
    rules={'percentage': in_range(0, 1)},
    compare={
        'percentage': within(0.01),
        # Measured or NaN, which equals nothing.
        **dict.fromkeys(('voltage', 'temperature', 'current', 'charge'), IGNORE),
        **dict.fromkeys(('capacity', 'design_capacity'), IGNORE),
    },
    no_consumer='for ROS tools; no node acts on the charge yet',
    traced=False,
)
MICROPHONE_MUTE = EventType(
    'MICROPHONE_MUTE',
    'sensors/microphone_mute',
    msg.MicrophoneMute,
    qos.STATE,
    'Whether the mute switch is on; then the microphone is closed.',
    privacy=Privacy.NONE,
    role=Role.SENSED,
    summary=lambda mute: Summary('microphone', 'muted' if mute.muted else 'on'),
)
LED_COMMAND = EventType(
    'LED_COMMAND',
    'leds/command',
    msg.LedCommand,
    qos.EVENT,
    'Shows an animation on the LED ring.',
    privacy=Privacy.NONE,
    rules={
        'color.r': in_range(0, 1),
        'color.g': in_range(0, 1),
        'color.b': in_range(0, 1),
        'color.a': in_range(0, 1),
        'brightness': in_range(0, 1),
        'duration_s': in_range(0),
    },
    drawn='LED command',
)
LED_FRAME = EventType(
    'LED_FRAME',
    'leds/frame',
    msg.LedFrame,
    qos.LOSSY_STREAM,
    'The pixels of the LED ring.',
    privacy=Privacy.NONE,
    role=Role.DETAIL,
    rules={'rgb': not_empty},
    compare=IGNORE,  # at which moment of an animation it is drawn is chance
    rate_hz=25,
    no_consumer='for the terminal and recordings',
    needs_cause=True,  # the first frame of another animation; the next ones follow from time alone
    drawn='LEDs',
)
