"""
The events: the catalogue, and what an event type, its rules and its quality of service are.

`from phoenix_core import events` gives the catalogue: events.TRANSCRIPT.
"""

from phoenix_core.events.catalogue import *  # noqa: F403  # each entry is written once
