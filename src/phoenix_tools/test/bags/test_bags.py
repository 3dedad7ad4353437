"""Bags: written, read by others, damaged, repaired, cut, merged, redacted, converted."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from mcap.reader import make_reader
from phoenix_msgs.msg import (
    ActivityState,
    AudioFrame,
    EventHeader,
    IntentDetected,
    NodeStatus,
    Slot,
    Transcript,
)
from rclpy.serialization import serialize_message
from rosbags.highlevel import AnyReader
from rosbags.interfaces import QosHistory
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND as SECOND
from phoenix_core.clock.units import to_stamp
from phoenix_core.events.message_schema import definition, type_hash
from phoenix_tools import command_line
from phoenix_tools.bags import edit
from phoenix_tools.bags.bag import BagError, BagMessage, Topic, open_bag, topic_of
from phoenix_tools.bags.bag_writer import BagWriter
from phoenix_tools.bags.check import check
from phoenix_tools.bags.record_command import FlightRecorder
from phoenix_tools.bags.salvage import repair
from phoenix_tools.bags.session import UTC_OFFSET, load_session

START_NS = 1_700_000_000_000_000_000


def header(at_ns: int, producer: str = 'someone', trace: str = '', span: str = '') -> EventHeader:
    stamp = to_stamp(at_ns)
    return EventHeader(stamp=stamp, producer=producer, trace_id=trace, span_id=span)


def topic(event) -> Topic:
    return topic_of(f'/phoenix/{event.topic}', event.message, event.qos)


def happenings(seconds: int = 10):
    """A session: a state, each second a sentence and its intent, and 25 frames of sound."""
    state = ActivityState(header=header(START_NS), activity='idle', phase=1)
    yield events.ACTIVITY_STATE, START_NS, state
    noise = np.random.default_rng(0)
    for second in range(seconds):
        at_ns = START_NS + second * SECOND
        ids = {'trace': f'{second + 1:032x}', 'span': f'{second + 1:016x}'}
        text = f'sentence number {second}'
        yield (
            events.TRANSCRIPT,
            at_ns,
            Transcript(header=header(at_ns, 'listener', **ids), kind=2, source=1, text=text),
        )
        yield (
            events.INTENT_DETECTED,
            at_ns + 1,
            IntentDetected(
                header=header(at_ns, 'intent', **ids),
                name='story',
                slots=[Slot(name='topic', value='dragon')],
                confidence=1.0,
                text=text,
            ),
        )
        for frame in range(25):
            samples = noise.integers(-9000, 9000, 640).astype(np.int16)
            yield (
                events.AUDIO_INPUT,
                at_ns + frame * SECOND // 25 + 2,
                AudioFrame(
                    header=header(at_ns, 'microphone'),
                    stream_id='simulated',
                    sequence=25 * second + frame,
                    sample_rate=16000,
                    channels=1,
                    samples=samples.tolist(),
                ),
            )


# Serialized once: the padding between fields is whatever was in memory.
HAPPENED = [
    (event, time_ns, serialize_message(message)) for event, time_ns, message in happenings()
]
EXPECTED = [(f'/phoenix/{event.topic}', time_ns, data) for event, time_ns, data in HAPPENED]


def write(path: Path, happened=None, **options) -> Path:
    with BagWriter(path, **options) as writer:
        for event, time_ns, message in happened or HAPPENED:
            data = message if isinstance(message, bytes) else serialize_message(message)
            writer.write(topic(event), time_ns, data)
    return path


def content(path: Path):
    with open_bag(path) as bag:
        return [(message.topic.name, message.time_ns, message.data) for message in bag.messages()]


@pytest.fixture
def bag(tmp_path):
    return write(tmp_path / 'bag')


def test_independent_readers_read_our_bag_whole_and_agree(bag):
    assert content(bag) == EXPECTED
    with (bag / 'bag_0.mcap').open('rb') as stream:
        by_mcap = [
            (channel.topic, message.log_time, message.data)
            for _, channel, message in make_reader(stream, validate_crcs=True).iter_messages()
        ]
    with AnyReader([bag]) as reader:
        by_rosbags = [
            (connection.topic, time_ns, bytes(data))
            for connection, time_ns, data in reader.messages()
        ]
        intents = [
            reader.deserialize(data, connection.msgtype)
            for connection, _, data in reader.messages()
            if connection.topic == '/phoenix/speech/intent'
        ]
    assert by_mcap == by_rosbags == EXPECTED
    assert [intent.text for intent in intents] == [f'sentence number {n}' for n in range(10)]


@pytest.mark.parametrize('event', events.ALL, ids=lambda event: event.name)
def test_definitions_and_hashes_of_all_events_are_those_another_library_finds(event):
    name = topic(event).type
    store = get_typestore(Stores.EMPTY)
    store.register(get_types_from_msg(definition(name), name))
    assert store.hash_rihs01(name) == type_hash(event.message)


def test_a_bag_is_split_by_size_and_by_time(tmp_path):
    by_time = write(tmp_path / 'by_time', split_s=2.0)
    assert len(list(by_time.glob('*.mcap'))) == 5
    by_size = write(tmp_path / 'by_size', split_bytes=100_000)
    assert len(list(by_size.glob('*.mcap'))) == 4
    assert content(by_time) == content(by_size) == EXPECTED
    assert check(by_time) == check(by_size) == []


def test_what_was_flushed_survives_a_power_cut(tmp_path):
    writer = BagWriter(tmp_path / 'cut')
    for number, (event, time_ns, data) in enumerate(HAPPENED):
        writer.write(topic(event), time_ns, data)
        if number == 200:
            writer.flush()
            shutil.copytree(tmp_path / 'cut', tmp_path / 'found')
    writer.close()
    with pytest.raises(BagError, match='repair'):
        content(tmp_path / 'found')
    count, damages = repair(tmp_path / 'found', tmp_path / 'repaired')
    assert (count, len(damages)) == (201, 1)
    assert content(tmp_path / 'repaired') == EXPECTED[:201]
    assert check(tmp_path / 'repaired') == []


@pytest.mark.parametrize('share', [0.03, 0.3, 0.6, 0.9, 0.999])
def test_a_bag_cut_anywhere_is_told_in_one_line_and_saved_up_to_there(bag, tmp_path, share):
    file = bag / 'bag_0.mcap'
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(BagError) as problem:
        content(bag)
    assert '\n' not in str(problem.value)
    assert str(bag) in str(problem.value)
    count, damages = repair(bag, tmp_path / 'repaired')
    assert len(damages) == 1
    assert content(tmp_path / 'repaired') == EXPECTED[:count]
    assert count >= (share - 0.3) * len(EXPECTED)


def test_a_second_repair_says_that_there_is_nothing_left_to_do(bag, capsys):
    file = bag / 'bag_0.mcap'
    file.write_bytes(file.read_bytes()[:-3000])
    assert command_line.run(['bags', 'repair', str(bag)]) == 0
    saved = content(bag.with_name('bag-repaired'))
    capsys.readouterr()
    assert command_line.run(['bags', 'repair', str(bag)]) == 0
    assert 'nothing to repair' in capsys.readouterr().out
    assert content(bag.with_name('bag-repaired')) == saved


@pytest.mark.parametrize('position', [0, 5, 2000, 60_000, -3, -300])
def test_a_flipped_byte_is_found(bag, position):
    file = bag / 'bag_0.mcap'
    damaged = bytearray(file.read_bytes())
    damaged[position] ^= 0xFF
    file.write_bytes(damaged)
    try:
        problems = check(bag)
    except BagError as error:
        problems = [str(error)]
    assert problems
    assert all('\n' not in problem for problem in problems)


def no_bag(path: Path) -> None:
    path.mkdir()


def text_file(path: Path) -> None:
    path.write_text('hello')


def broken_metadata(path: Path) -> None:
    write(path)
    (path / 'metadata.yaml').write_text('rosbag2_bagfile_information: [1, 2')


def other_metadata(path: Path) -> None:
    write(path)
    (path / 'metadata.yaml').write_text('hello: 3')


def empty_file(path: Path) -> None:
    write(path)
    (path / 'bag_0.mcap').write_bytes(b'')


def missing_file(path: Path) -> None:
    write(path)
    (path / 'bag_0.mcap').unlink()


def no_database(path: Path) -> None:
    path.mkdir()
    (path / 'bag.db3').write_bytes(b'SQLite format 3\0 and nothing else')
    text = (
        'rosbag2_bagfile_information: {version: 9, storage_identifier: sqlite3, message_count: 0,'
        ' relative_file_paths: [bag.db3], duration: {nanoseconds: 0}, starting_time:'
        ' {nanoseconds_since_epoch: 0}, topics_with_message_count: [], files: []}'
    )
    (path / 'metadata.yaml').write_text(text)


def other_robot(path: Path) -> None:
    store = get_typestore(Stores.ROS2_JAZZY)
    with Writer(path, version=9) as writer:
        connection = writer.add_connection('/chatter', 'std_msgs/msg/String', typestore=store)
        text = store.types['std_msgs/msg/String']('hi')
        writer.write(connection, 1, store.serialize_cdr(text, 'std_msgs/msg/String'))


@pytest.mark.parametrize(
    'make',
    [
        no_bag, text_file, broken_metadata, other_metadata, empty_file, missing_file, no_database,
        other_robot, lambda path: None,
    ],
)  # fmt: skip
def test_what_is_no_bag_of_a_toy_is_told_in_one_line(tmp_path, make):
    path = tmp_path / 'bag'
    make(path)
    with pytest.raises(BagError) as problem:
        load_session(path)
    assert str(path) in str(problem.value)
    assert '\n' not in str(problem.value)


def test_a_bag_that_another_library_wrote_is_a_session(tmp_path):
    with Writer(tmp_path / 'bag', version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connections = {}
        for event, time_ns, message in happenings():
            kind = topic(event)
            if event not in connections:
                connections[event] = writer.add_connection(
                    kind.name, kind.type, msgdef=kind.definition, rihs01=kind.type_hash
                )
            writer.write(connections[event], time_ns, serialize_message(message))
    session = load_session(tmp_path / 'bag')
    assert session.namespace == '/phoenix'
    assert [(e.event, e.time_ns, e.message) for e in session.events] == list(happenings())
    assert len(session.interactions()) == 10


def test_a_bag_of_an_older_version_is_read_by_its_own_definitions(tmp_path):
    """As if IntentDetected had had another field, and no confidence yet."""
    name = 'phoenix_msgs/msg/IntentDetected'
    text = definition(name).replace('float32 confidence', 'uint8 loudness')
    store = get_typestore(Stores.EMPTY)
    store.register(get_types_from_msg(text, name))

    def make(kind, **values):
        """Make a message of the old types; what is not given is empty."""
        message = store.types[kind]
        defaults = {'string': '', 'uint8': 0, 'float32': 0.0, 'int32': 0, 'uint32': 0}
        for field, (_, description) in store.fielddefs[kind][1]:
            if field not in values:
                inner = description if isinstance(description, str) else description[0]
                values[field] = defaults[inner] if inner in defaults else make(inner)
        return message(**values)

    stamp = make('builtin_interfaces/msg/Time', sec=5, nanosec=6)
    ids = {'producer': 'intent', 'trace_id': 'a' * 32, 'span_id': 'b' * 16}
    old = make(
        name,
        header=make('phoenix_msgs/msg/EventHeader', stamp=stamp, **ids),
        name='story',
        loudness=3,
        slots=[make('phoenix_msgs/msg/Slot', name='topic', value='dragon')],
        text='a story about a dragon',
    )
    with Writer(tmp_path / 'bag', version=9) as writer:
        connection = writer.add_connection('/ember/speech/intent', name, typestore=store)
        writer.write(connection, 7, store.serialize_cdr(old, name))
    session = load_session(tmp_path / 'bag')
    assert session.namespace == '/ember'
    slots = [Slot(name='topic', value='dragon')]
    expected = IntentDetected(name='story', slots=slots, text='a story about a dragon')
    expected.header = EventHeader(stamp=Time(sec=5, nanosec=6), **ids)
    assert [event.message for event in session.events] == [expected]


def test_an_interval_is_cut_out_with_the_state_that_held(bag, tmp_path):
    count = edit.cut(bag, tmp_path / 'part', 2.5, 4.0)
    cut = content(tmp_path / 'part')
    assert len(cut) == count
    assert cut[0] == EXPECTED[0]  # the state
    begin, end = START_NS + 2.5 * SECOND, START_NS + 4 * SECOND
    assert cut[1:] == [entry for entry in EXPECTED if begin <= entry[1] < end]
    with pytest.raises(BagError, match='holds nothing from 20 s'):
        edit.cut(bag, tmp_path / 'nothing', 20, 30)


def test_a_flight_recorder_keeps_the_states_of_all_nodes_that_held_before():
    recorder = FlightRecorder(10.0)
    stated = [
        BagMessage(
            topic(events.NODE_STATUS),
            START_NS + at_s * SECOND,
            serialize_message(NodeStatus(header=header(START_NS, node))),
        )
        for node, at_s in (('leds', 0), ('voice', 1), ('leds', 2), ('speaker', 60))
    ]
    for message in stated:
        recorder.add(events.NODE_STATUS, message)
    assert recorder.take() == stated[1:]


def test_two_halves_are_merged_to_the_whole(bag, tmp_path):
    edit.cut(bag, tmp_path / 'second', 5.0, 99)
    edit.cut(bag, tmp_path / 'first', 0, 5.0)
    edit.merge([tmp_path / 'second', tmp_path / 'first'], tmp_path / 'whole')
    # The state is in both.
    assert content(tmp_path / 'whole') == [EXPECTED[0], *EXPECTED]


def test_a_redacted_bag_holds_neither_sound_nor_words_and_keeps_the_timing(bag, tmp_path):
    edit.redact(bag, tmp_path / 'redacted')
    session = load_session(tmp_path / 'redacted')
    kept = [entry for entry in happenings() if entry[0] is not events.AUDIO_INPUT]
    assert [(e.event, e.time_ns) for e in session.events] == [entry[:2] for entry in kept]
    everything = b''.join(data for _, _, data in content(tmp_path / 'redacted'))
    assert b'sentence' not in everything
    assert b'dragon' not in everything
    assert b'story' in everything  # what kind of wish it was remains
    assert check(tmp_path / 'redacted') == []


def test_converted_to_sqlite_and_back_a_bag_is_the_same(bag, tmp_path):
    edit.convert(bag, tmp_path / 'database', 'sqlite3')
    with sqlite3.connect(next((tmp_path / 'database').glob('*.db3'))) as database:
        (count,) = database.execute('SELECT count(*) FROM messages').fetchone()
    assert count == len(EXPECTED)
    assert content(tmp_path / 'database') == EXPECTED
    edit.convert(tmp_path / 'database', tmp_path / 'back', 'mcap')
    assert content(tmp_path / 'back') == EXPECTED
    with open_bag(bag) as before, open_bag(tmp_path / 'back') as after:
        assert set(before.topics) == set(after.topics)


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_topics_whose_qos_differs_in_the_metadata_are_read(bag, tmp_path, storage):
    edit.convert(bag, tmp_path / 'reindexed', storage)
    metadata = tmp_path / 'reindexed' / 'metadata.yaml'
    text = metadata.read_text()
    metadata.write_text(text.replace('history: keep_last', 'history: unknown'))  # as rosbag2 does
    assert metadata.read_text() != text
    assert content(tmp_path / 'reindexed') == EXPECTED
    assert check(tmp_path / 'reindexed') == []


def test_a_gap_in_a_stream_is_found(tmp_path):
    frames = [entry for entry in happenings(2) if getattr(entry[2], 'sequence', 0) != 30]
    bag = write(tmp_path / 'bag', frames)
    assert check(bag) == ['/phoenix/audio/input: 1 messages are missing before number 31']


def test_of_foreign_topics_only_what_looks_like_an_event_is_a_problem(tmp_path):
    """As `ros2 bag record -a` makes them: with /rosout, and without a history that DDS tells."""
    store = get_typestore(Stores.ROS2_JAZZY)
    state = topic(events.ACTIVITY_STATE)
    unknown = [state.qos[0]._replace(history=QosHistory.UNKNOWN, depth=0)]
    with Writer(tmp_path / 'bag', version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        kept = writer.add_connection(
            state.name,
            state.type,
            msgdef=state.definition,
            rihs01=state.type_hash,
            offered_qos_profiles=unknown,
        )
        writer.write(kept, START_NS, HAPPENED[0][2])
        for name in ('/rosout', '/phoenix/activity/state'):
            writer.add_connection(name, 'rcl_interfaces/msg/Log', typestore=store)
        slot = topic_of('/phoenix/slot', Slot, events.ACTIVITY_STATE.qos)
        writer.add_connection(slot.name, slot.type, msgdef=slot.definition, rihs01=slot.type_hash)
    assert check(tmp_path / 'bag') == [
        '/phoenix/activity/state: rcl_interfaces/msg/Log is no event of this version of Phoenix',
        '/phoenix/slot: phoenix_msgs/msg/Slot is no event of this version of Phoenix',
    ]
    assert len(load_session(tmp_path / 'bag').events) == 1


def test_what_is_noted_in_a_bag_remains_a_text(tmp_path):
    bag = write(tmp_path / 'bag', custom={UTC_OFFSET: '7200'})
    metadata = bag / 'metadata.yaml'
    metadata.write_text(metadata.read_text().replace("'7200'", '7200'))  # as rosbag2 writes it
    assert load_session(bag).utc_offset_s == 7200
    repair(bag, tmp_path / 'repaired')
    assert load_session(tmp_path / 'repaired').utc_offset_s == 7200


def test_who_has_read_enough_sees_no_traceback(bag):
    """As in `phoenix bags info BAG | head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, '-m', 'phoenix_tools.command_line', 'bags', 'info', str(bag)]
    ended = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (128 + signal.SIGPIPE, b'')


def test_nothing_is_overwritten(bag, tmp_path):
    with pytest.raises(BagError, match='exists already'):
        edit.redact(bag, bag)
    for storage in ('mcap', 'sqlite3'):
        with pytest.raises(BagError, match='exists already'):
            edit.convert(bag, bag, storage)
