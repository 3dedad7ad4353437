"""Events that control simulated devices; an interaction begins with the event of the device."""

from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType, Privacy, Role
from phoenix_core.events.rules import NotEmpty, constant_of

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
