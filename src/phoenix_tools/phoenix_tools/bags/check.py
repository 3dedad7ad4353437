"""Checks a bag: that it is whole, that nothing is missing in its streams, that it is Phoenix's."""

from collections import Counter
from pathlib import Path
from typing import Any

from phoenix_core import events
from phoenix_core.events.event_type import EventRuleError
from phoenix_tools.bags.bag import Topic, open_bag
from phoenix_tools.bags.salvage import Salvage
from phoenix_tools.bags.session import decoder, event_of


def check(path: Path) -> list[str]:
    """
    Return what is wrong with a bag, one line each; empty: nothing.

    :raises BagError: it cannot be read at all.
    """
    problems = []
    if path.is_dir():
        for file in sorted(path.glob('*.mcap')):
            salvage = Salvage(file)
            for _ in salvage.messages():
                pass
            if salvage.damage:
                problems.append(f'{file.name}: {salvage.damage}')
    with open_bag(path) as bag:
        counts: Counter[Topic] = Counter()
        streams: dict[tuple[Topic, str], int] = {}
        known = {topic: event_of(topic) for topic in bag.topics}
        decoders = {topic: decoder(topic, event) for topic, event in known.items() if event}
        for topic, _, data in bag.messages():
            counts[topic] += 1
            event = known[topic]
            if event is None:
                continue
            try:
                message = decoders[topic](data)
                event.check(message)
            except EventRuleError as error:
                problems.append(f'{topic.name}: {error}')
                continue
            except Exception as error:
                reason = ' '.join(str(error).split())[:200]
                problems.append(f'{topic.name}: message {counts[topic]} is damaged: {reason}')
                continue
            problems += _gap(topic, message, streams)
        if counts.total() != bag.message_count:
            problems.append(
                f"{counts.total()} messages, {bag.message_count} by the bag's own account"
            )
        problems += [
            f'{topic.name}: {topic.type} is no event of this version of Phoenix'
            for topic, event in known.items()
            if event is None and _looks_ours(topic)
        ]
    return problems


def _looks_ours(topic: Topic) -> bool:
    """Tell whether a topic seems to be an event; `ros2 bag record -a` takes all of ROS."""
    return topic.type.startswith('phoenix_msgs/') or any(
        topic.name.endswith(f'/{event.topic.lstrip("/")}') for event in events.ALL
    )


def _gap(topic: Topic, message: Any, streams: dict[tuple[Topic, str], int]) -> list[str]:
    """Follow the sequence numbers of a stream."""
    sequence = getattr(message, 'sequence', None)
    if sequence is None:
        return []
    stream = (topic, getattr(message, 'stream_id', ''))
    expected = streams.get(stream, sequence) if sequence else 0
    streams[stream] = sequence + 1
    if sequence == expected:
        return []
    return [f'{topic.name}: {sequence - expected} messages are missing before number {sequence}']
