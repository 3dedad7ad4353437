"""Events that control simulated devices; an interaction begins with the event of the device."""

from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE
from phoenix_core.events.event_type import EventType, Privacy, Role
from phoenix_core.events.rules import InRange, NotEmpty, constant_of

SIMULATED_SOUND = EventType(
    'SIMULATED_SOUND',
    'simulation/sound',
    msg.SimulatedSound,
    qos.EVENT,
    'Plays a recording into the simulated microphone.',
    privacy=Privacy.PERSONAL,
    role=Role.REQUESTED,
    rules={'file': NotEmpty()},
    traced=False,
)
SIMULATED_VOICE = EventType(
    'SIMULATED_VOICE',
    'simulation/voice',
    msg.AudioFrame,
    qos.STREAM,
    'Sound from another ear, like that of a browser, for the simulated microphone to hear now.',
    privacy=Privacy.AUDIO,
    role=Role.DETAIL,  # AUDIO_INPUT is recorded and compared instead
    rules={'sample_rate': InRange(1), 'channels': InRange(1, 1), 'samples': NotEmpty()},
    compare=IGNORE,
    rate_hz=50,  # 20 ms each
    traced=False,
)
SIMULATED_SENSOR = EventType(
    'SIMULATED_SENSOR',
    'simulation/sensor',
    msg.SimulatedSensor,
    qos.EVENT,
    'Sets a simulated sensor.',
    privacy=Privacy.NONE,
    role=Role.REQUESTED,
    rules={'kind': constant_of(msg.SimulatedSensor)},
    traced=False,
)
