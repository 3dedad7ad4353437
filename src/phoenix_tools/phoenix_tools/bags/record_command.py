"""The `phoenix record` command: record the inputs of a running toy and what it does."""

import argparse
import contextlib
import itertools
import json
import os
import queue
import select
import signal
import sys
import threading
import time
from collections import deque
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from phoenix_msgs.msg import Fault
from rclpy.executors import Executor
from rclpy.serialization import deserialize_message

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events.event_type import EventType, Privacy
from phoenix_core.limits.parent_file import ParentFile
from phoenix_core.limits.stored import Stored
from phoenix_core.node.execution import until_signalled
from phoenix_tools.bags.bag import BagError, BagMessage, Topic
from phoenix_tools.bags.bag_writer import BagWriter
from phoenix_tools.bags.expiry import life
from phoenix_tools.bags.latched import LatchedStates
from phoenix_tools.bags.node_settings import SettingsReader
from phoenix_tools.bags.recording import Recorder, RecordingProfile, recorded_events
from phoenix_tools.bags.session import SETTINGS, UTC_OFFSET
from phoenix_tools.ros_context import ros_executor

FLUSH_S = 1.0
AFTERMATH_S = 5.0  # recorded after a fault
DRAIN_S = 0.3  # all that was published before is received by then


class FlightRecorder:
    """Keep the last seconds in memory, and the states that were valid before."""

    def __init__(self, keep_s: float) -> None:
        self._keep_ns = round(keep_s * NANOSECONDS_PER_SECOND)
        self._kept: deque[tuple[EventType, BagMessage]] = deque()
        self._states = LatchedStates()

    def add(self, event: EventType, message: BagMessage) -> None:
        """Keep a message, and drop those that are too old."""
        self._kept.append((event, message))
        while self._kept[0][1].time_ns < message.time_ns - self._keep_ns:
            old_event, old = self._kept.popleft()
            decode = partial(deserialize_message, message_type=old_event.message_class)
            self._states.feed(old_event, old, decode)

    def take(self) -> list[BagMessage]:
        """Return the kept messages and start again."""
        kept = [message for _, message in self._kept]
        self._kept.clear()
        return [*self._states.take(), *kept]


class RecordingThread:
    """Receive messages on the executor's thread and write them in a thread of its own."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._queue: queue.SimpleQueue[tuple[EventType, BagMessage] | None] = queue.SimpleQueue()
        self._flight = FlightRecorder(options.keep * 60) if options.keep else None
        self._writer = None if self._flight else self._new_bag(options.output or default_path())
        self._dump_at_s: float | None = None
        self.settings: dict[str, dict[str, Any]] = {}
        self.topics: list[Topic] = []
        self.count = 0
        self.bytes = 0
        self.failure: BagError | None = None
        self._thread = threading.Thread(target=self._run, name='bag writer')
        self._thread.start()

    def on_message(self, event: EventType, message: BagMessage) -> None:
        """Record a message."""
        self.count += 1
        self.bytes += len(message.data)
        self._queue.put((event, message))
        fault = self._flight and event is events.FAULT and self._dump_at_s is None
        if fault and deserialize_message(message.data, Fault).severity >= Fault.ERROR:
            self._dump_at_s = time.monotonic() + AFTERMATH_S

    def dump(self) -> None:
        """Write the kept messages now."""
        if self._flight:
            self._dump_at_s = time.monotonic() + DRAIN_S

    def close(self) -> None:
        """Write everything and complete the bag."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._write_all()
        except (OSError, BagError) as error:
            self.failure = error if isinstance(error, BagError) else BagError(str(error))

    def _write_all(self) -> None:
        flush_at_s = time.monotonic() + FLUSH_S
        while True:
            with contextlib.suppress(queue.Empty):
                item = self._queue.get(timeout=max(0.0, flush_at_s - time.monotonic()))
                if item is None:
                    break
                event, message = item
                if self._writer is not None:
                    self._writer.write(*message)
                elif self._flight is not None:
                    self._flight.add(event, message)
            now_s = time.monotonic()
            if self._dump_at_s is not None and now_s >= self._dump_at_s:
                self._write_kept()
            if now_s >= flush_at_s:
                flush_at_s = now_s + FLUSH_S
                if self._writer is not None:
                    self._writer.flush()
        if self._dump_at_s is not None:
            self._write_kept()
        if self._writer is not None:
            self._complete(self._writer)

    def _write_kept(self) -> None:
        assert self._flight is not None
        self._dump_at_s = None
        writer = self._new_bag(default_path(self._options.output or Path('bags')))
        for message in self._flight.take():
            writer.write(*message)
        self._complete(writer)

    def _complete(self, writer: BagWriter) -> None:
        for topic in self.topics:
            writer.add_topic(topic)
        writer.custom[SETTINGS] = json.dumps(self.settings)
        writer.custom[UTC_OFFSET] = str(time.localtime().tm_gmtoff)
        writer.close()
        print(f'{writer.path}: {writer.message_count} messages', flush=True)

    def _new_bag(self, path: Path) -> BagWriter:
        options = self._options
        writer = BagWriter(
            path,
            split_bytes=options.split_mb and options.split_mb * 2**20,
            split_s=options.split_s,
            custom=life(options.keep_days, datetime.now(timezone.utc)),
        )
        if stored := Stored.of(os.environ, options.namespace):
            stored.note_recording(path, datetime.now(timezone.utc))
        return writer


def default_path(folder: Path = Path('bags')) -> Path:
    """Return the path of a new bag."""
    name = f'session-{datetime.now():%Y-%m-%d-%H-%M-%S}'
    names = itertools.chain([name], (f'{name}-{number}' for number in itertools.count(2)))
    return next(folder / name for name in names if not (folder / name).exists())


def main(options: argparse.Namespace) -> int:
    """Record until Ctrl-C, or for the time given; return the exit code."""
    most = ParentFile.of(os.environ, options.namespace).limits.recordings_days
    options.keep_days = options.keep_days or most
    if options.keep_days > most:
        raise BagError(
            f'--keep-days {options.keep_days:g}: a parent has decided at most {most}; '
            'see ./phoenix parent set recordings_days'
        )
    recorded = recorded_events(RecordingProfile(options.profile), options.audio)
    recording = RecordingThread(options)
    if any(event.privacy is Privacy.AUDIO for event in recorded):
        print('with sound: this bag will hold the voices of the people in the room')
    elif any(event.privacy is Privacy.PERSONAL for event in recorded):
        print('without sound; this bag will hold what is said, in words')
    print(f'{options.keep_days:g} days long; then the toy or ./phoenix bags deletes it')
    if options.keep:
        print(
            f'keeping {options.keep:g} minutes; a fault, SIGUSR1 or Enter writes them', flush=True
        )
    with ros_executor() as (context, executor), until_signalled() as ended:
        recorder = Recorder(options.namespace, recorded, recording.on_message, context=context)
        recording.topics = recorder.topics
        executor.add_node(recorder)
        print(f'waiting for a toy at {options.namespace}', flush=True)
        signal.signal(signal.SIGUSR1, lambda *_: recording.dump())
        try:
            _spin(executor, recorder, recording, ended, options.duration)
        finally:
            _drain(executor)
            recording.close()
    if recording.failure is not None:
        raise recording.failure
    return 0 if options.duration and not ended else 128 + (ended or [signal.SIGINT])[0]


def _spin(
    executor: Executor,
    recorder: Recorder,
    recording: RecordingThread,
    ended: list[int],
    duration_s: float | None,
) -> None:
    """Record until the end; once a second look for new nodes and print the progress."""
    started_s = tick_s = time.monotonic()
    terminal = sys.stdout.isatty() and sys.stdin.isatty()
    connected = False

    def on_settings(node: str, settings: dict[str, Any]) -> None:
        recording.settings[node] = settings
        print(f'noted the settings of {node}', flush=True)

    reader = SettingsReader(recorder, on_settings)
    while not ended and recording.failure is None:
        executor.spin_once(timeout_sec=0.1)
        now_s = time.monotonic()
        if not connected and recorder.is_connected:
            connected = True
            print('recording', flush=True)
        if duration_s and now_s - started_s >= duration_s:
            return
        if now_s < tick_s:
            continue
        tick_s = now_s + 1
        reader.request_from_new_nodes()
        if terminal:
            length = f'{now_s - started_s:.0f} s, {recording.count} messages'
            print(f'\r{length}, {recording.bytes / 2**20:.1f} MB ', end='', flush=True)
            if _enter_pressed():
                recording.dump()


def _enter_pressed() -> bool:
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(ready) and bool(os.read(sys.stdin.fileno(), 1024))


def _drain(executor: Executor) -> None:
    """Receive what has been published before the end."""
    end_s = time.monotonic() + DRAIN_S
    while time.monotonic() < end_s:
        executor.spin_once(timeout_sec=0.05)
