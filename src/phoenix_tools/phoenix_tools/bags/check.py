"""Check that a bag is whole, that its streams have no gaps and that it keeps the rules."""

from collections import Counter
from pathlib import Path
from typing import Any

from phoenix_core import events
from phoenix_core.events.event_type import EventRuleError
from phoenix_tools.bags.bag import Topic, one_line, open_bag
from phoenix_tools.bags.decoding import decoders
from phoenix_tools.bags.salvage import McapSalvage


def check(path: Path) -> list[str]:
    """
    Return the problems of a bag, one line each; empty: none.

    :raises BagError: it cannot be read at all.
    """
    problems = []
    for file in sorted(path.glob('*.mcap')):
        salvage = McapSalvage(file)
        for _ in salvage.messages():
            pass
        if salvage.damage:
            problems.append(f'{file.name}: {salvage.damage}')
    with open_bag(path) as bag:
        counts: Counter[Topic] = Counter()
        streams: dict[tuple[Topic, str], int] = {}
        known = decoders(bag.topics)
        for topic, _, data in bag.messages():
            counts[topic] += 1
            if topic not in known:
                continue
            event, decode = known[topic]
            try:
                message = decode(data)
                event.check(message)
            except EventRuleError as error:
                problems.append(f'{topic.name}: {error}')
            except Exception as error:
                reason = one_line(error)
                problems.append(f'{topic.name}: message {counts[topic]} is damaged: {reason}')
            else:
                problems += _gap(topic, message, streams)
        if counts.total() != bag.message_count:
            problems.append(
                f"{counts.total()} messages, {bag.message_count} by the bag's own account"
            )
        problems += [
            f'{topic.name}: {topic.type} is no event of this version of Phoenix'
            for topic in bag.topics
            if topic not in known and _looks_ours(topic)
        ]
    return problems


def _looks_ours(topic: Topic) -> bool:
    """Return whether a topic resembles an event; `ros2 bag record -a` records all of ROS."""
    return topic.type.startswith('phoenix_msgs/') or any(
        topic.name.endswith(f'/{event.topic.lstrip("/")}') for event in events.ALL
    )


def _gap(topic: Topic, message: Any, streams: dict[tuple[Topic, str], int]) -> list[str]:
    """Check the sequence number of a message of a stream."""
    sequence = getattr(message, 'sequence', None)
    if sequence is None:
        return []
    stream = (topic, getattr(message, 'stream_id', ''))
    expected = streams.get(stream, sequence) if sequence else 0
    streams[stream] = sequence + 1
    if sequence == expected:
        return []
    return [f'{topic.name}: {sequence - expected} messages are missing before number {sequence}']
