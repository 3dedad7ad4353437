"""Simulation: what moves simulated devices; interactions begin with what these make of it."""

from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType, Privacy, Role
from phoenix_core.events.rules import not_empty, one_of

SIMULATED_SOUND = EventType(
    'SIMULATED_SOUND',
    'simulation/sound',
    msg.SimulatedSound,
    qos.EVENT,
    'Plays a recording into the simulated microphone.',
    privacy=Privacy.PERSONAL,
    role=Role.REQUESTED,
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
    role=Role.REQUESTED,
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
