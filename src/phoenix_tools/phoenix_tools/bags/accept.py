"""Accept a replay as the reference: the bag keeps its inputs and gets the new outcome."""

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rclpy.serialization import serialize_message

from phoenix_tools.bags.bag import open_bag, topic_of
from phoenix_tools.bags.bag_writer import BagWriter
from phoenix_tools.bags.replay import Plan, is_outcome
from phoenix_tools.bags.session import SETTINGS, UTC_OFFSET, Session, SessionEvent
from phoenix_tools.topics import absolute_topic


def accept(session: Session, replayed: Session, plan: Plan) -> None:
    """Replace a session's bag by its recorded inputs and the replayed outcome."""
    running = set(plan.nodes)
    kept = [
        event
        for event in session.events
        if event.producer not in running and event not in plan.inputs
    ]
    recorded = {event.event for event in session.events}
    added = [event for event in replayed.events if event.event in recorded or is_outcome(event)]
    new = sorted([*kept, *added], key=lambda event: event.time_ns)
    with tempfile.TemporaryDirectory(dir=session.path.absolute().parent) as folder:
        part = Path(folder) / session.path.absolute().name  # the files of a bag are named after it
        with open_bag(session.path) as bag:
            kept_metadata = bag.custom
        write_session(
            part, session.namespace, new, session.settings, session.utc_offset_s, kept_metadata
        )
        session.path.rename(Path(folder) / 'old')
        part.rename(session.path)


def write_session(
    path: Path,
    namespace: str,
    session_events: Iterable[SessionEvent],
    settings: Mapping[str, Mapping[str, Any]],
    utc_offset_s: int | None,
    custom: Mapping[str, str] | None = None,
) -> None:
    """Write events as a bag; `custom` is further metadata."""
    custom = {**(custom or {}), SETTINGS: json.dumps(settings)}
    if utc_offset_s is not None:
        custom[UTC_OFFSET] = str(utc_offset_s)
    with BagWriter(path, custom=custom) as writer:
        for event in session_events:
            name = absolute_topic(event.event, namespace)
            topic = topic_of(name, event.event.message_class, event.event.qos)
            writer.write(topic, event.time_ns, serialize_message(event.message))
