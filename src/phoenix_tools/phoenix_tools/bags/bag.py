"""Read a bag: its topics with their types, and its messages in the order of time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from rclpy.qos import QoSProfile
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import Reader

from phoenix_core.events import message_schema
from phoenix_core.settings.yaml_file import read_yaml
from phoenix_tools.command_error import CommandError

_UNLIMITED = QosTime(9223372036, 854775807)


class BagError(CommandError):
    """A bag cannot be read or written; one line with its path and the reason."""


@dataclass(frozen=True)
class Topic:
    """
    A topic of a bag.

    :param name: absolute.
    :param type: e.g. phoenix_msgs/msg/SayRequest.
    :param definition: the .msg text, followed by those of the types it uses.
    :param type_hash: ROS's hash of the type, RIHS01_ and 64 hex digits.
    :param qos: what the publishers offered.
    """

    name: str
    type: str
    definition: str
    type_hash: str
    qos: tuple[Qos, ...]


class BagMessage(NamedTuple):
    """A recorded message: its serialized data and the time of its reception."""

    topic: Topic
    time_ns: int
    data: bytes


@dataclass(frozen=True)
class Bag:
    """
    An open bag.

    :param custom: metadata of the recorder.
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
        with _reading(self.path):
            for connection, time_ns, data in self.reader.messages():
                topic = topics[connection.topic, connection.msgtype]
                yield BagMessage(topic, time_ns, bytes(data))

    @property
    def message_count(self) -> int:
        """The number of messages that the metadata states."""
        return self.reader.message_count


@contextmanager
def open_bag(path: Path) -> Iterator[Bag]:
    """
    Open a rosbag2 directory, in MCAP or SQLite3.

    :raises BagError: it is not a bag, or damaged.
    """
    if not path.exists():
        raise BagError(f'{path}: no such bag')
    if path.is_dir() and not (path / 'metadata.yaml').exists():
        if any(path.glob('*.mcap')):
            raise BagError(f'{path}: has no metadata.yaml; ./phoenix bags repair {path}')
        raise BagError(f'{path}: is no rosbag2 directory: it has no metadata.yaml')
    with _reading(path):
        if path.is_dir():
            read_yaml(path / 'metadata.yaml')  # refuses what would occupy the library for ever
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
                tuple(getattr(connection.ext, 'offered_qos_profiles', ())),
            )
            for connection in reader.connections
        )
        yield Bag(path, topics, custom_data(reader.storage.metadata.custom), reader)
    finally:
        reader.close()


def _match_by_name(reader: Reader) -> None:
    """
    Match the topics of the files with those of metadata.yaml by name and type alone.

    The library requires the same QoS in both and silently leaves out the others;
    `ros2 bag reindex` changes it.
    """
    listed = {(topic.topic, topic.msgtype): topic.ext for topic in reader.connections}
    for file in getattr(reader.storage, 'storages', ()):
        file.connections[:] = [
            topic._replace(ext=listed.get((topic.topic, topic.msgtype), topic.ext))
            for topic in file.connections
        ]


def custom_data(read: Mapping[Any, Any] | None) -> dict[str, str]:
    """Return custom metadata as text again: in rosbag2's YAML '0' becomes a number."""
    return {str(name): str(value) for name, value in (read or {}).items()}


def one_line(error: Exception) -> str:
    """Return the text of an error of a library in one line."""
    return ' '.join(str(error).split())[:200] or type(error).__name__


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Convert whatever the library raises to a BagError."""
    try:
        yield
    except BagError:
        raise
    except Exception as error:  # struct, zstd, sqlite, yaml errors: the bag is damaged
        advice = ''
        if any(path.glob('*.mcap')):
            advice = f'; ./phoenix bags repair {path} saves what can be saved'
        raise BagError(f'{path}: cannot be read: {one_line(error)}{advice}') from error


def topic_of(name: str, message: type, qos: QoSProfile) -> Topic:
    """Return the description of a topic, as a bag holds it."""
    type_name = message_schema.type_name(message)
    definition, type_hash = message_schema.definition(type_name), message_schema.type_hash(message)
    return Topic(name, type_name, definition, type_hash, (_qos(qos),))


def _qos(profile: QoSProfile) -> Qos:
    return Qos(
        QosHistory[profile.history.name],
        profile.depth,
        QosReliability[profile.reliability.name],
        QosDurability[profile.durability.name],
        _UNLIMITED,
        _UNLIMITED,
        QosLiveliness.AUTOMATIC,
        _UNLIMITED,
        False,
    )
