"""
The catalogue: every event of Phoenix, in the order in which an interaction meets them.

Who produces and who consumes an event is declared by the nodes (EventNode.produces, .consumes).
What an entry does not say is as EventType has it: a field without a rule may hold whatever its
type can, a replay compares all fields but the header exactly, there is no fixed rate and no
deadline, at least one node produces the event and at least one consumes it.
"""

from diagnostic_msgs.msg import DiagnosticArray
from phoenix_msgs import msg
from sensor_msgs.msg import BatteryState

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE, within
from phoenix_core.events.event_type import EventType, Privacy
from phoenix_core.events.rules import Reference, in_range, not_empty, one_of

# Raised by a change that breaks old recordings or other nodes; the tests say when.
VERSION = 1

# Sound.

AUDIO_INPUT = EventType(
    'AUDIO_INPUT',
    'audio/input',
    msg.AudioFrame,
    qos.STREAM,
    'What the microphone hears.',
    privacy=Privacy.AUDIO,
    rules={'sample_rate': in_range(8000, 192000), 'channels': one_of(1), 'samples': not_empty},
    compare=IGNORE,  # what goes in is not compared but played
    rate_hz=25,  # 640 samples at 16 kHz, see the microphone's settings
    traced=False,
)
AUDIO_OUTPUT = EventType(
    'AUDIO_OUTPUT',
    'audio/output',
    msg.AudioFrame,
    qos.STREAM,
    'What the speaker is to play.',
    privacy=Privacy.AUDIO,
    rules={
        'stream_id': not_empty,
        'sample_rate': in_range(8000, 192000),
        'channels': one_of(1),
    },
    compare=IGNORE,  # the words are compared, in SAY_REQUEST
)
AUDIO_PLAYED = EventType(
    'AUDIO_PLAYED',
    'audio/played',
    msg.AudioFrame,
    qos.STREAM,
    'What the speaker plays, as loud as it plays it, stamped with the time at which it is heard.',
    privacy=Privacy.AUDIO,
    rules={
        'stream_id': not_empty,
        'sample_rate': in_range(8000, 192000),
        'channels': one_of(1),
        'samples': not_empty,
    },
    compare=IGNORE,  # the words are compared, in SAY_REQUEST
    rate_hz=50,
    traced=False,
)
AUDIO_PLAYBACK = EventType(
    'AUDIO_PLAYBACK',
    'audio/playback',
    msg.PlaybackEvent,
    qos.EVENT,
    'The speaker started, finished or interrupted an utterance.',
    privacy=Privacy.NONE,
    rules={
        'kind': one_of(
            msg.PlaybackEvent.STARTED, msg.PlaybackEvent.FINISHED, msg.PlaybackEvent.INTERRUPTED
        ),
        'utterance_id': not_empty,
        'position_s': in_range(0),
    },
    compare={'utterance_id': IGNORE, 'position_s': within(0.5)},
)
EARCON = EventType(
    'EARCON',
    'audio/earcon',
    msg.Earcon,
    qos.EVENT,
    'A small sound that stands in for words.',
    privacy=Privacy.NONE,
    rules={'earcon': not_empty},
    compare={'utterance_id': IGNORE},
)

VOLUME = EventType(
    'VOLUME',
    'audio/volume',
    msg.Volume,
    qos.STATE,
    'How loud the toy speaks.',
    privacy=Privacy.NONE,
    rules={'level': in_range(0, 1)},
)

# Hearing and understanding.

WAKE_WORD_DETECTED = EventType(
    'WAKE_WORD_DETECTED',
    'speech/wake_word',
    msg.WakeWordDetected,
    qos.EVENT,
    'The wake phrase was heard.',
    privacy=Privacy.NONE,
    rules={'phrase': not_empty, 'score': in_range(0, 1)},
    compare={'score': within(0.1)},
    starts_trace=True,
)
WAKE_WORD_SCORE = EventType(
    'WAKE_WORD_SCORE',
    'speech/wake_word_score',
    msg.WakeWordScore,
    qos.LOSSY_STREAM,
    'How much like a wake phrase it sounded. Published while somebody listens.',
    privacy=Privacy.NONE,
    rules={'phrase': not_empty, 'score': in_range(0, 1)},
    compare=IGNORE,  # what comes of it is compared, in WAKE_WORD_DETECTED
    rate_hz=12.5,  # of each phrase; openWakeWord's step is 80 ms
    no_consumer='for recordings and the live console',
    traced=False,
)
LISTEN_REQUEST = EventType(
    'LISTEN_REQUEST',
    'speech/listen',
    msg.ListenRequest,
    qos.EVENT,
    'Opens or closes the listener without a wake word.',
    privacy=Privacy.NONE,
    rules={'kind': one_of(msg.ListenRequest.OPEN, msg.ListenRequest.CLOSE)},
)
LISTENING = EventType(
    'LISTENING',
    'speech/listening',
    msg.ListeningEvent,
    qos.EVENT,
    'The listener opened or closed its ear, and why.',
    privacy=Privacy.NONE,
    rules={
        'kind': one_of(
            msg.ListeningEvent.OPENED,
            msg.ListeningEvent.HEARD,
            msg.ListeningEvent.NO_SPEECH,
            msg.ListeningEvent.NOT_UNDERSTOOD,
            msg.ListeningEvent.CANCELLED,
            msg.ListeningEvent.MUTED,
        )
    },
)
USER_SPEECH = EventType(
    'USER_SPEECH',
    'speech/user_speech',
    msg.UserSpeech,
    qos.EVENT,
    'A person started or ended speaking.',
    privacy=Privacy.NONE,
    rules={
        'kind': one_of(msg.UserSpeech.STARTED, msg.UserSpeech.ENDED),
        'duration_s': in_range(0),
    },
    compare={'duration_s': within(0.3)},
)
TRANSCRIPT = EventType(
    'TRANSCRIPT',
    'speech/transcript',
    msg.Transcript,
    qos.EVENT,
    'What a person said, in words.',
    privacy=Privacy.PERSONAL,
    rules={
        'kind': one_of(msg.Transcript.PARTIAL, msg.Transcript.FINAL),
        'source': one_of(msg.Transcript.SPOKEN, msg.Transcript.TYPED),
        'text': not_empty,
        'recognition_s': in_range(0),
    },
    compare={'recognition_s': IGNORE},
)
EXPECTED_ANSWERS = EventType(
    'EXPECTED_ANSWERS',
    'speech/expected_answers',
    msg.ExpectedAnswers,
    qos.STATE,
    'Which answers would be understood now, because the toy has asked.',
    privacy=Privacy.NONE,
)
INTENT_DETECTED = EventType(
    'INTENT_DETECTED',
    'speech/intent',
    msg.IntentDetected,
    qos.EVENT,
    'What a person wants.',
    privacy=Privacy.PERSONAL,
    rules={'name': not_empty, 'confidence': in_range(0, 1), 'text': not_empty},
    references={'name': Reference('intents'), 'slots[].name': Reference('intents', of='name')},
    compare={'confidence': within(0.05)},
    deadline_s=0.5,  # after the transcript
)

# Talking.

SAY_REQUEST = EventType(
    'SAY_REQUEST',
    'speech/say',
    msg.SayRequest,
    qos.EVENT,
    'Something to be said aloud.',
    privacy=Privacy.PERSONAL,
    rules={'utterance_id': not_empty, 'text': not_empty},
    compare={'utterance_id': IGNORE},  # a random one
)
STOP_SPEAKING = EventType(
    'STOP_SPEAKING',
    'speech/stop',
    msg.StopSpeaking,
    qos.EVENT,
    'Ends all speech at once.',
    privacy=Privacy.NONE,
    rules={'reason': not_empty},
)
CONVERSATION_REQUEST = EventType(
    'CONVERSATION_REQUEST',
    'conversation/request',
    msg.ConversationRequest,
    qos.EVENT,
    'Asks for a reply that no activity has, or cancels it.',
    privacy=Privacy.PERSONAL,
    rules={'kind': one_of(msg.ConversationRequest.REPLY, msg.ConversationRequest.CANCEL)},
)
CONVERSATION = EventType(
    'CONVERSATION',
    'conversation/event',
    msg.ConversationEvent,
    qos.EVENT,
    'The progress of a reply: starting, a sentence, ended.',
    privacy=Privacy.PERSONAL,
    rules={
        'kind': one_of(
            msg.ConversationEvent.STARTING,
            msg.ConversationEvent.SENTENCE,
            msg.ConversationEvent.ENDED,
        )
    },
    compare={'utterance_id': IGNORE},
)

# What the toy does.

ACTIVITY_REQUEST = EventType(
    'ACTIVITY_REQUEST',
    'activity/request',
    msg.ActivityRequest,
    qos.EVENT,
    'Asks the toy to do something, by name.',
    privacy=Privacy.PERSONAL,
    rules={'activity': not_empty, 'slots[].name': not_empty},
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

# Body.

TOUCH = EventType(
    'TOUCH',
    'sensors/touch',
    msg.TouchEvent,
    qos.EVENT,
    'A touch pad was touched or let go.',
    privacy=Privacy.NONE,
    rules={
        'pad': not_empty,
        'kind': one_of(msg.TouchEvent.TOUCHED, msg.TouchEvent.RELEASED),
        'duration_s': in_range(0),
    },
    compare={'duration_s': within(0.1)},
    starts_trace=True,
)
BUTTON = EventType(
    'BUTTON',
    'sensors/button',
    msg.ButtonEvent,
    qos.EVENT,
    'A button was pressed or let go, clicked, clicked twice or held.',
    privacy=Privacy.NONE,
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
)
MOTION = EventType(
    'MOTION',
    'sensors/motion',
    msg.MotionEvent,
    qos.EVENT,
    'The toy began to be moved, or came to rest.',
    privacy=Privacy.NONE,
    rules={'kind': one_of(msg.MotionEvent.STARTED, msg.MotionEvent.STOPPED)},
    no_consumer='no activity reacts to being moved yet',
    starts_trace=True,
)
BATTERY = EventType(
    'BATTERY',
    'sensors/battery',
    BatteryState,
    qos.STATE,
    'The charge of the battery.',
    privacy=Privacy.NONE,
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
)
LED_FRAME = EventType(
    'LED_FRAME',
    'leds/frame',
    msg.LedFrame,
    qos.LOSSY_STREAM,
    'The pixels of the LED ring.',
    privacy=Privacy.NONE,
    rules={'rgb': not_empty},
    compare=IGNORE,  # at which moment of an animation it is drawn is chance
    rate_hz=25,
    needs_cause=True,  # the first frame of another animation; the next ones follow from time alone
)

# The toy's own health.

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
)
NODE_METRICS = EventType(
    'NODE_METRICS',
    'system/metrics',
    msg.NodeMetrics,
    qos.EVENT,
    'What a node has counted and measured. Every node publishes its own while somebody listens.',
    privacy=Privacy.NONE,
    rules={'exposition': not_empty},
    compare=IGNORE,
    traced=False,
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
)
DIAGNOSTICS = EventType(
    'DIAGNOSTICS',
    '/diagnostics',
    DiagnosticArray,
    qos.EVENT,
    "Each node's state for ROS tools, once a second. Every node publishes its own.",
    privacy=Privacy.NONE,
    compare=IGNORE,
    no_consumer='for ROS tools',
    traced=False,
)

# Simulation: stands in for hardware alone. Interactions begin with what the devices make of it.

SIMULATED_SOUND = EventType(
    'SIMULATED_SOUND',
    'simulation/sound',
    msg.SimulatedSound,
    qos.EVENT,
    'Plays a recording into the simulated microphone.',
    privacy=Privacy.PERSONAL,
    rules={'file': not_empty},
    traced=False,
)
SIMULATED_SENSOR = EventType(
    'SIMULATED_SENSOR',
    'simulation/sensor',
    msg.SimulatedSensor,
    qos.EVENT,
    'Moves a simulated sensor.',
    privacy=Privacy.NONE,
    rules={
        'kind': one_of(
            msg.SimulatedSensor.TOUCH,
            msg.SimulatedSensor.BUTTON,
            msg.SimulatedSensor.MOTION,
            msg.SimulatedSensor.BATTERY,
            msg.SimulatedSensor.MUTE,
        )
    },
    traced=False,
)

# Events that every node produces without declaring them, whatever its lifecycle state.
OF_EVERY_NODE = (FAULT, NODE_STATUS, NODE_METRICS, DIAGNOSTICS)

ALL = tuple(value for value in list(globals().values()) if isinstance(value, EventType))
