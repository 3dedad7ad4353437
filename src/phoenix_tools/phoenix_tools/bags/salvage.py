"""Read the intact part of a damaged MCAP file."""

from collections.abc import Iterator
from pathlib import Path

from mcap.records import Channel, Message, Schema
from mcap.stream_reader import StreamReader
from rosbags.rosbag2.metadata import parse_qos

from phoenix_core.settings.yaml_file import YamlFileError, read_yaml
from phoenix_tools.bags.bag import BagError, BagMessage, Topic, custom_data, one_line
from phoenix_tools.bags.bag_writer import METADATA, BagWriter


class McapSalvage:
    """
    Read the records of a file up to the damage.

    :param path: of an .mcap file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage = ''  # what ended the reading; empty: the file is intact
        self.topics: list[Topic] = []

    def messages(self) -> Iterator[BagMessage]:
        """Yield the messages before the damage, in the order of the file."""
        schemas: dict[int, Schema] = {}
        topics: dict[int, Topic] = {}
        try:
            with self.path.open('rb') as stream:
                for record in StreamReader(stream, validate_crcs=True).records:
                    if isinstance(record, Schema):
                        schemas[record.id] = record
                    elif isinstance(record, Channel) and record.id not in topics:
                        topics[record.id] = _topic(record, schemas[record.schema_id])
                        self.topics.append(topics[record.id])
                    elif isinstance(record, Message):
                        yield BagMessage(topics[record.channel_id], record.log_time, record.data)
        except Exception as error:  # whatever the library raises is the damage
            self.damage = one_line(error)


def _topic(channel: Channel, schema: Schema) -> Topic:
    metadata = channel.metadata
    return Topic(
        channel.topic,
        schema.name,
        schema.data.decode(),
        metadata.get('topic_type_hash', ''),
        tuple(parse_qos(metadata.get('offered_qos_profiles', ''))),
    )


def repair(path: Path, target: Path) -> tuple[int, list[str]]:
    """
    Write the intact part of a bag's MCAP files as a new bag.

    :returns: the number of messages saved, and the damages, one line each.
    :raises BagError: there is no MCAP file, or the target exists.
    """
    files = sorted(path.glob('*.mcap'), key=_number) if path.is_dir() else [path]
    if not files:
        raise BagError(f'{path}: holds no .mcap file to repair')
    damages = []
    with BagWriter(target, custom=_custom(path)) as writer:
        for file in files:
            salvage = McapSalvage(file)
            for message in salvage.messages():
                writer.write(*message)
            for topic in salvage.topics:
                writer.add_topic(topic)
            if salvage.damage:
                damages.append(f'{file}: {salvage.damage}')
    return writer.message_count, damages


def _number(file: Path) -> tuple[int, str]:
    digits = file.stem.rpartition('_')[2]
    return (int(digits) if digits.isdecimal() else 0, file.name)


def _custom(path: Path) -> dict[str, str]:
    """Return the metadata of the recorder, where it is still readable."""
    try:
        information = read_yaml(path / METADATA)
        return custom_data(information['rosbag2_bagfile_information']['custom_data'])
    except (YamlFileError, KeyError, TypeError, AttributeError):
        return {}
