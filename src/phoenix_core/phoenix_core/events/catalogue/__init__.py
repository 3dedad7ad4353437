"""
The catalogue: every event of Phoenix, in the order in which an interaction meets them.

Who publishes an event and who subscribes to it is declared by the nodes (Publishes, @subscribes).
What an entry does not say is as EventType has it: a field without a rule may hold whatever its
type can, a replay compares all fields but the header exactly, there is no fixed rate and no
deadline, at least one node publishes the event and at least one subscribes to it.
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

# Raised by a change that breaks old recordings or other nodes; the tests say when.
VERSION = 1

ALL: tuple[EventType, ...] = tuple(
    value
    for module in (sound, hearing, talking, activities, body, health, simulation)
    for value in vars(module).values()
    if isinstance(value, EventType)
)
OF_EVERY_NODE = tuple(event for event in ALL if event.of_every_node)
