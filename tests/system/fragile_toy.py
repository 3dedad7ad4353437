"""Runs a whole toy, parts of which can be made to fail, for tests and the chaos harness."""

import asyncio
import dataclasses
import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any

import failing_nodes
import numpy as np
from failing_nodes import HANG, RAISE
from phoenix_msgs.msg import CapabilityStatus, SimulatedSensor
from witness import Witness

from phoenix_audio.wav import WavWriter, read_wav
from phoenix_bringup.launch_arguments import parse
from phoenix_bringup.launch_runner import LaunchRunner
from phoenix_bringup.process_table import NodeProcess, processes
from phoenix_core.testing import TestGraph
from phoenix_tools.faults.observed_toy import SIGNALS, SUPERVISOR
from phoenix_tools.run.play_progress import PlayProgress

RECOVERY_S = 60.0
AGAIN_S = 1.0  # after which a node that has not failed is asked again to do so
SAMPLE_RATE = 16000
FAULTS = {'processes': [*SIGNALS], 'composed': [*SIGNALS, HANG, RAISE]}
WITHOUT_EVENTS = {'sensors', 'telemetry', SUPERVISOR}  # that a conversation brings them


class FragileToy:
    """
    A toy on a graph of its own, with a witness of its events; it ends with its context.

    :param layout: as the launch argument.
    :param environ: variables to add to the environment of its processes.
    :param tolerated: capabilities that may be degraded in a toy that is well.
    """

    def __init__(
        self, layout: str, environ: Mapping[str, str], tolerated: Collection[str] = ()
    ) -> None:
        self.layout = layout
        self.ended = threading.Event()  # set it to end every wait
        self._environ = environ
        self._tolerated = tolerated

    def __enter__(self) -> 'FragileToy':
        """Start the processes."""
        self.graph = TestGraph().__enter__()
        self.witness: Witness = self.graph.add(Witness)
        self.witness.tolerated = dict.fromkeys(self._tolerated, CapabilityStatus.DEGRADED)
        environ = {**self._environ, 'ROS_DOMAIN_ID': str(self.graph.domain)}
        toy = processes(parse({'layout': self.layout, 'telemetry': 'false'}))
        self._names = {name for process in toy for name in process.nodes}
        self.runner = LaunchRunner(
            [_able_to_fail(process, environ) for process in toy],
            lambda process, line: None,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name='launch')
        self._thread.start()
        self._await(self.runner.start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the processes."""
        self.ended.set()
        self._await(self.runner.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.graph.__exit__(kind, error, traceback)

    def _await(self, task: Any) -> None:
        done: Future[Any] = asyncio.run_coroutine_threadsafe(task, self._loop)
        done.result()

    def wait_for(self, what: Callable[[], bool], timeout_s: float) -> bool:
        """Wait for a condition; return False at the time limit, or when the toy is ended."""
        until = time.monotonic() + timeout_s
        with self.witness.changed:
            while not what():
                if self.ended.is_set() or time.monotonic() > until:
                    return False
                self.witness.changed.wait(0.1)
        return True

    def wait_until_well(self) -> bool:
        """Wait until all capabilities work, and the witness knows all nodes."""
        witness = self.witness
        return self.wait_for(
            lambda: witness.is_well and self._names <= witness.nodes.keys(), RECOVERY_S
        )

    def victims(self, how: str) -> list[str]:
        """Return the nodes that can fail in one way of FAULTS."""
        names = sorted(self._names)
        if how == RAISE:
            return [name for name in names if name not in WITHOUT_EVENTS]
        return [name for name in names if name != SUPERVISOR or how in SIGNALS]

    def fail(self, how: str, victim: str) -> float | None:
        """
        Make a node fail in one way of FAULTS, and wait until all is well again.

        :returns: the time that took, in seconds; None when it took more than RECOVERY_S.
        """
        if how == RAISE:
            return self._make_raise(victim)
        witness = self.witness
        pid = witness.nodes[victim].process_id
        members = witness.seen.members(pid)
        if victim == SUPERVISOR:
            witness.seen.forget_capabilities()
        if how in SIGNALS:
            os.kill(pid, SIGNALS[how])
        elif not self._ask_to_fail(how, victim):
            return None
        begun_s = time.monotonic()
        recovered = self.wait_for(
            lambda: witness.seen.is_replaced(pid, members) and witness.is_well, RECOVERY_S
        )
        return time.monotonic() - begun_s if recovered else None

    def _make_raise(self, victim: str) -> float | None:
        witness = self.witness
        fault = victim, 'handler_failed'
        before = witness.faults[fault]
        until = time.monotonic() + RECOVERY_S
        while time.monotonic() < until and not self.ended.is_set():
            if not self._ask_to_fail(RAISE, victim):
                return None
            if self.wait_for(lambda: witness.faults[fault] > before, AGAIN_S):
                begun_s = time.monotonic()
                return time.monotonic() - begun_s if self.wait_until_well() else None
        return None

    def _ask_to_fail(self, how: str, victim: str) -> bool:
        until = time.monotonic() + RECOVERY_S
        while not self.graph.call(lambda: self.witness.fail(victim, how)):
            if self.ended.wait(0.02) or time.monotonic() > until:
                return False
        return True

    def play(self, recording: Path, by: Callable[[], object] | None = None) -> str | None:
        """
        Play a recording to the toy, and wait for the answer.

        :param by: plays the recording; by default, the simulated microphone does.
        :returns: the verdict of PlayProgress, empty when the toy has answered; None when it is
            ended.
        """
        witness = self.witness
        length_s = len(read_wav(recording)) / SAMPLE_RATE
        progress = PlayProgress(recording.name, length_s, time.monotonic())
        with witness.changed:
            witness.progress = progress
        if by is not None:
            by()
        else:
            witness.post(witness.simulated_sound, file=str(recording))
        verdict = None
        while verdict is None and not self.ended.wait(0.1):
            with witness.changed:
                verdict = progress.verdict(time.monotonic())
        return verdict

    def touch(self) -> None:
        """Touch the head of the toy."""
        for value in (1.0, 0.0):
            self.witness.post(
                self.witness.simulated_sensor,
                kind=SimulatedSensor.TOUCH,
                name='head',
                value=value,
            )

    def level(self, capability: str) -> int:
        """Return how well a capability works, as in CapabilityStatus."""
        with self.witness.changed:
            entry = self.witness.toy.get(capability)
        return entry.level if entry is not None else CapabilityStatus.UNKNOWN


def requests_of(samples: Path, folder: Path) -> list[Path]:
    """
    Return recordings of requests: one for an activity, and one for a conversation.

    :param samples: folder of the recordings of the repository.
    :param folder: folder for recordings that are made from them.
    """
    conversation = folder / 'hey_jarvis_go_forward.wav'
    with WavWriter(conversation, SAMPLE_RATE) as writer:
        for part in ('hey_jarvis.wav', 'go_forward_ten_meters.wav'):
            writer.write(read_wav(samples / part))
        writer.write(np.zeros(SAMPLE_RATE, np.int16))
    return [samples / 'hey_jarvis_turn_on_the_light.wav', conversation]


def _able_to_fail(process: NodeProcess, environ: Mapping[str, str]) -> NodeProcess:
    """Return a process whose composed nodes fail on request."""
    argv = process.argv
    if process.executable == 'compose':
        argv = (sys.executable, failing_nodes.__file__, *argv[1:])
    return dataclasses.replace(process, argv=argv, env={**process.env, **environ})
