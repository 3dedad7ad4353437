"""A bag as Phoenix sees it: topics with their types, and messages in the order of their time."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ament_index_python.packages import PackageNotFoundError, get_package_share_path
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rosbags.interfaces import (
    ConnectionExtRosbag2,
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import Reader

from phoenix_core.events import message_schema

_UNLIMITED = QosTime(9223372036, 854775807)
_PRIMITIVE = re.compile(r'(bool|byte|char|float32|float64|u?int(8|16|32|64)|w?string)\b')


class BagError(Exception):
    """A bag cannot be read or written; one line with its path and the reason."""


@dataclass(frozen=True)
class Topic:
    """
    A topic of a bag.

    :param name: absolute.
    :param type: e.g. phoenix_msgs/msg/SayRequest.
    :param definition: the .msg text, followed by those of the types it is made of.
    :param type_hash: ROS's hash of the type, RIHS01_ and 64 hex digits.
    :param qos: what the publishers offered.
    """

    name: str
    type: str
    definition: str
    type_hash: str
    qos: tuple[Qos, ...]


class BagMessage(NamedTuple):
    """A message as it was recorded: data is its serialized form, time_ns when it came."""

    topic: Topic
    time_ns: int
    data: bytes


@dataclass(frozen=True)
class Bag:
    """
    An open bag.

    :param custom: what the recorder noted beside the messages.
    """

    path: Path
    topics: tuple[Topic, ...]
    custom: Mapping[str, str]
    reader: Reader

    def messages(self) -> Iterator[BagMessage]:
        """
        Yield all messages in the order of their time.

        :raises BagError: the bag is damaged.
        """
        topics = {(topic.name, topic.type): topic for topic in self.topics}
        with _one_line(self.path):
            for connection, time_ns, data in self.reader.messages():
                topic = topics[connection.topic, connection.msgtype]
                yield BagMessage(topic, time_ns, bytes(data))

    @property
    def message_count(self) -> int:
        """How many messages there are by the bag's own account."""
        return self.reader.message_count


@contextmanager
def open_bag(path: Path) -> Iterator[Bag]:
    """
    Open a rosbag2 directory, in MCAP or SQLite3.

    :raises BagError: it is none, or damaged.
    """
    if not path.exists():
        raise BagError(f'{path}: no such bag')
    if path.is_dir() and not (path / 'metadata.yaml').exists():
        if any(path.glob('*.mcap')):
            raise BagError(f'{path}: has no metadata.yaml; ./phoenix bags repair {path}')
        raise BagError(f'{path}: is no rosbag2 directory: it has no metadata.yaml')
    with _one_line(path):
        reader = Reader(path)
        reader.open()
        _match_by_name(reader)
    try:
        topics = tuple(
            Topic(
                connection.topic,
                connection.msgtype,
                connection.msgdef.data,
                connection.digest,
                tuple(_qos_of(connection.ext)),
            )
            for connection in reader.connections
        )
        yield Bag(path, topics, custom_data(reader.storage.metadata.custom), reader)
    finally:
        reader.close()


def _match_by_name(reader: Reader) -> None:
    """
    Let the topics of the files be those of metadata.yaml by name and type alone.

    The library wants the same QoS in both, which `ros2 bag reindex` changes, and leaves out the
    others without a word.
    """
    told = {(topic.topic, topic.msgtype): topic.ext for topic in reader.connections}
    for file in getattr(reader.storage, 'storages', ()):
        file.connections[:] = [
            topic._replace(ext=told.get((topic.topic, topic.msgtype), topic.ext))
            for topic in file.connections
        ]


def custom_data(noted: Mapping[Any, Any] | None) -> dict[str, str]:
    """Return texts as the texts they were: rosbag2 writes YAML in which '0' becomes a number."""
    return {str(name): str(value) for name, value in (noted or {}).items()}


def _qos_of(extension: Any) -> list[Qos]:
    if isinstance(extension, ConnectionExtRosbag2):
        return list(extension.offered_qos_profiles)
    return []


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    """Turn whatever the reading library raises into one line."""
    try:
        yield
    except BagError:
        raise
    except Exception as error:  # struct, zstd, sqlite, yaml errors: the bag is damaged
        reason = ' '.join(str(error).split()) or type(error).__name__
        advice = ''
        if path.is_dir() and any(path.glob('*.mcap')):
            advice = f'; ./phoenix bags repair {path} saves what can be saved'
        raise BagError(f'{path}: cannot be read: {reason[:200]}{advice}') from error


def topic_of(name: str, message: type, qos: QoSProfile) -> Topic:
    """Describe a topic that this program subscribes to."""
    type_name = message_schema.type_name(message)
    type_hash = message_schema.type_hash(message)
    return Topic(name, type_name, definition(type_name), type_hash, (_qos(qos),))


@cache
def definition(type_name: str) -> str:
    """
    Return the .msg text of an installed type, then those it is made of, as rosbag2 stores them.

    :raises BagError: the type is not installed.
    """
    texts = {type_name: _msg_text(type_name)}
    waiting = [type_name]
    while waiting:
        name = waiting.pop(0)
        for used in _used_types(name, texts[name]):
            if used not in texts:
                texts[used] = _msg_text(used)
                waiting.append(used)
    parts = [texts.pop(type_name)]
    for name, text in texts.items():
        package, _, short = name.split('/')
        parts.append(f'{"=" * 80}\nMSG: {package}/{short}\n{text}')
    return '\n'.join(part.rstrip('\n') for part in parts)


def _msg_text(type_name: str) -> str:
    package, kind, name = type_name.split('/')
    try:
        path = Path(get_package_share_path(package)) / kind / f'{name}.msg'
    except PackageNotFoundError as error:
        raise BagError(f'{type_name}: the package {package} is not installed') from error
    if not path.exists():
        raise BagError(f'{type_name}: {path} is not installed')
    return path.read_text()


def _used_types(type_name: str, text: str) -> Iterator[str]:
    package = type_name.split('/')[0]
    for line in text.splitlines():
        field = line.split('#')[0].split()
        if len(field) < 2 or _PRIMITIVE.match(field[0]):
            continue
        name = field[0].split('[')[0]
        parts = name.split('/')
        yield f'{parts[0]}/msg/{parts[-1]}' if len(parts) > 1 else f'{package}/msg/{name}'


def _qos(profile: QoSProfile) -> Qos:
    reliable = profile.reliability == ReliabilityPolicy.RELIABLE
    latched = profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
    keep_all = profile.history == HistoryPolicy.KEEP_ALL
    return Qos(
        QosHistory.KEEP_ALL if keep_all else QosHistory.KEEP_LAST,
        profile.depth,
        QosReliability.RELIABLE if reliable else QosReliability.BEST_EFFORT,
        QosDurability.TRANSIENT_LOCAL if latched else QosDurability.VOLATILE,
        _UNLIMITED,
        _UNLIMITED,
        QosLiveliness.AUTOMATIC,
        _UNLIMITED,
        False,
    )
