"""
The catalogue: all events of Phoenix, in the order in which they occur in an interaction.

Nodes declare which events they publish and subscribe to (Publishes, @subscribes). The defaults of
an entry are those of EventType: a field without a rule may hold any value of its type, a replay
compares all fields but the header exactly, there is no fixed rate and no deadline, at least one
node publishes the event and at least one subscribes to it.
"""

from phoenix_core.events.catalogue import (
    activities,
    body,
    health,
    hearing,
    simulation,
    sound,
    talking,
)
from phoenix_core.events.catalogue.activities import *  # noqa: F403
from phoenix_core.events.catalogue.body import *  # noqa: F403
from phoenix_core.events.catalogue.health import *  # noqa: F403
from phoenix_core.events.catalogue.hearing import *  # noqa: F403
from phoenix_core.events.catalogue.simulation import *  # noqa: F403
from phoenix_core.events.catalogue.sound import *  # noqa: F403
from phoenix_core.events.catalogue.talking import *  # noqa: F403
from phoenix_core.events.event_type import EventType

# Raise it with a change that breaks recordings or other nodes; see contracts.py.
VERSION = 1

ALL: tuple[EventType, ...] = tuple(
    value
    for module in (sound, hearing, talking, activities, body, health, simulation)
    for value in vars(module).values()
    if isinstance(value, EventType)
)
OF_EVERY_NODE = tuple(event for event in ALL if event.of_every_node)
