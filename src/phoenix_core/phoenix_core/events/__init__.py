"""
Events: the catalogue of all events, and the event types, rules and QoS profiles it consists of.

`from phoenix_core import events` imports the catalogue: events.TRANSCRIPT.
"""

from phoenix_core.events.catalogue import *  # noqa: F403  # re-exports the catalogue
