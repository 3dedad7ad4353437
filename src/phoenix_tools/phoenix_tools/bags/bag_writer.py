"""
Write rosbag2 directories in MCAP, so that a kill or a power cut loses one second at most.

Messages are collected in compressed chunks; `flush` ends a chunk and syncs it to the disk.
"""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from mcap.writer import CompressionType, Writer
from rosbags.rosbag2.metadata import dump_qos_v9

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.storage.toy_file import replace_file
from phoenix_tools.bags.bag import BagError, Topic

CHUNK_BYTES = 65536
METADATA = 'metadata.yaml'


class _File:
    """One .mcap file of a bag."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stream: BinaryIO = path.open('xb')
        self.writer = Writer(self.stream, CHUNK_BYTES, CompressionType.ZSTD)
        self.writer.start('ros2', 'phoenix')
        self.schemas: dict[str, int] = {}
        self.channels: dict[Topic, int] = {}
        self.count = 0
        self.bytes = 0  # not compressed
        self.start_ns = 0
        self.end_ns = 0

    def channel(self, topic: Topic) -> int:
        if topic not in self.channels:
            if topic.type not in self.schemas:
                self.schemas[topic.type] = self.writer.register_schema(
                    topic.type, 'ros2msg', topic.definition.encode()
                )
            self.channels[topic] = self.writer.register_channel(
                topic.name,
                'cdr',
                self.schemas[topic.type],
                {
                    'offered_qos_profiles': yaml.safe_dump(_qos(topic), sort_keys=False),
                    'topic_type_hash': topic.type_hash,
                },
            )
        return self.channels[topic]

    def add(self, topic: Topic, time_ns: int, data: bytes) -> None:
        self.start_ns = min(self.start_ns, time_ns) if self.count else time_ns
        self.end_ns = max(self.end_ns, time_ns)
        self.writer.add_message(self.channel(topic), time_ns, data, time_ns, self.count)
        self.count += 1
        self.bytes += len(data)

    def flush(self) -> None:
        self.writer.flush()
        os.fsync(self.stream.fileno())

    def close(self) -> None:
        self.writer.finish()
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.stream.close()

    def description(self) -> dict[str, Any]:
        return {
            'path': self.path.name,
            'starting_time': {'nanoseconds_since_epoch': self.start_ns},
            'duration': {'nanoseconds': self.end_ns - self.start_ns},
            'message_count': self.count,
        }


class BagWriter:
    """
    Write one bag.

    :param path: the directory, which must not exist.
    :param split_bytes: begin another file after that much data, uncompressed; None: never.
    :param split_s: begin another file after that long; None: never.
    :param custom: metadata beside the messages.
    :raises BagError: the directory exists or cannot be made.
    """

    def __init__(
        self,
        path: Path,
        *,
        split_bytes: int | None = None,
        split_s: float | None = None,
        custom: Mapping[str, str] | None = None,
    ) -> None:
        self.path = path
        self.custom = dict(custom or {})
        self._split_bytes = split_bytes
        self._split_s = split_s
        self._files: list[_File] = []  # the completed ones
        self._counts: Counter[Topic] = Counter()
        try:
            path.mkdir(mode=0o700, parents=True)  # it may hold what was said
        except FileExistsError:
            raise BagError(f'{path}: exists already') from None
        except OSError as error:
            raise BagError(f'{path}: cannot be written: {error.strerror}') from error
        self._file = self._next_file()
        self._write_metadata()

    @property
    def message_count(self) -> int:
        """The number of messages written."""
        return sum(self._counts.values())

    def add_topic(self, topic: Topic) -> None:
        """Add a topic, even if it has no messages."""
        self._counts.setdefault(topic, 0)

    def write(self, topic: Topic, time_ns: int, data: bytes) -> None:
        """Add a message."""
        file = self._file
        too_much = self._split_bytes is not None and file.bytes >= self._split_bytes
        too_long = (
            self._split_s is not None
            and time_ns - file.start_ns >= self._split_s * NANOSECONDS_PER_SECOND
        )
        if file.count and (too_much or too_long):
            self.close()
            file = self._file = self._next_file()
        file.add(topic, time_ns, data)
        self._counts[topic] += 1

    def flush(self) -> None:
        """Sync to the disk what was written so far."""
        self._file.flush()

    def close(self) -> None:
        """Complete the bag."""
        for topic in self._counts:
            self._file.channel(topic)
        self._file.close()
        self._files.append(self._file)
        self._write_metadata()

    def __enter__(self) -> 'BagWriter':
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _next_file(self) -> _File:
        return _File(self.path / f'{self.path.resolve().name}_{len(self._files)}.mcap')

    def _write_metadata(self) -> None:
        files = self._files or [self._file]
        counted = [file for file in files if file.count]
        start_ns = min((file.start_ns for file in counted), default=0)
        end_ns = max((file.end_ns for file in counted), default=0)
        information = {
            'version': 9,
            'storage_identifier': 'mcap',
            'duration': {'nanoseconds': end_ns - start_ns},
            'starting_time': {'nanoseconds_since_epoch': start_ns},
            'message_count': sum(file.count for file in files),
            'topics_with_message_count': [
                {
                    'topic_metadata': {
                        'name': topic.name,
                        'type': topic.type,
                        'serialization_format': 'cdr',
                        'offered_qos_profiles': _qos(topic),
                        'type_description_hash': topic.type_hash,
                    },
                    'message_count': count,
                }
                for topic, count in self._counts.items()
            ],
            'compression_format': '',
            'compression_mode': '',
            'relative_file_paths': [file.path.name for file in files],
            'files': [file.description() for file in files],
            'custom_data': self.custom or None,
            'ros_distro': 'jazzy',
        }
        text = yaml.safe_dump({'rosbag2_bagfile_information': information}, sort_keys=False)
        replace_file(self.path / METADATA, text)


def _qos(topic: Topic) -> list[Any]:
    return [dict(profile) for profile in dump_qos_v9(list(topic.qos))]
