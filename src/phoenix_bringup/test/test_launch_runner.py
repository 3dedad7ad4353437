import asyncio
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from phoenix_bringup.launch_runner import LaunchError, LaunchRunner, ProcessSpec

# print() may not be interrupted by another print().
POLITE = """
import os, signal, sys
def bye(number, frame):
    os.write(1, b'bye\\n')
    sys.exit(0)
signal.signal(signal.SIGINT, bye)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
os.write(1, b'ready\\n')
signal.pause()
"""
DEAF = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
{more}
print('ready', flush=True)
while True:
    signal.pause()
"""
DEAF_TO_SIGINT = DEAF.format(more='')
DEAF_TO_ALL = DEAF.format(more='signal.signal(signal.SIGTERM, signal.SIG_IGN)')
PARENT = """
import os, signal
child = os.fork()
if child:
    print(child, flush=True)
signal.pause()
"""
# Two grandchildren that ignore everything, one of them orphaned and in a session of its own.
FAMILY = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def live():
    os.write(1, b'%d\\n' % os.getpid())  # In one piece: both print at once.
    while True:
        signal.pause()
if os.fork() == 0:
    live()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        live()
    os._exit(0)
os.wait()
{then}
"""


def python(code: str, name: str = 'child', **changes: Any) -> ProcessSpec:
    return ProcessSpec(**{'name': name, 'argv': (sys.executable, '-S', '-c', code), **changes})


class Lines:
    """An `on_line` whose lines can be awaited."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def __call__(self, process: ProcessSpec, line: str) -> None:
        self.queue.put_nowait((process.name, line))

    async def next(self) -> str:
        return (await asyncio.wait_for(self.queue.get(), 10))[1]

    def rest(self) -> list[str]:
        return [self.queue.get_nowait()[1] for _ in range(self.queue.qsize())]


Body = Callable[[LaunchRunner, Lines], Awaitable[None]]


def run(processes: list[ProcessSpec], body: Body) -> list[str]:
    """Start the processes, run the body, stop them; return the lines the body left."""

    async def main() -> list[str]:
        lines = Lines()
        runner = LaunchRunner(processes, lines)
        await runner.start()
        try:
            await body(runner, lines)
        finally:
            await runner.stop()
        return lines.rest()

    return asyncio.run(main())


def assert_ends(pid: int, within: float = 5.0) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], within)[0], f'process {pid} still runs'
    finally:
        os.close(handle)


def test_lines_of_both_streams_come_in_order_and_the_last_needs_no_end() -> None:
    code = (
        'import sys; print("one", flush=True); print("two", file=sys.stderr);'
        'sys.stdout.buffer.write(b"\\xff three"); sys.stdout.flush()'
    )

    async def body(runner: LaunchRunner, lines: Lines) -> None:
        assert [await lines.next() for _ in range(3)] == ['one', 'two', '\ufffd three']

    assert run([python(code)], body) == []


def test_output_without_line_ends_does_not_pile_up() -> None:
    async def body(runner: LaunchRunner, lines: Lines) -> None:
        received = 0
        while received < 900_000:  # What is left waits for its line end.
            piece = await lines.next()
            assert len(piece) < 200_000
            received += len(piece)

    code = 'import signal; print("x" * 1_000_000, end="", flush=True); signal.pause()'
    run([python(code)], body)


def test_the_environment_reaches_the_process() -> None:
    async def body(runner: LaunchRunner, lines: Lines) -> None:
        assert await lines.next() == 'left'

    run([python('import os; print(os.environ["SIDE"])', env={'SIDE': 'left'})], body)


@pytest.mark.parametrize(
    ('code', 'exit_code'),
    [('raise SystemExit(3)', 3), ('', 0), ('import os; os.kill(os.getpid(), 9)', -9)],
)
def test_an_unexpected_end_is_reported_with_its_exit_code(code: str, exit_code: int) -> None:
    async def body(runner: LaunchRunner, lines: Lines) -> None:
        process, found = await asyncio.wait_for(runner.unexpected_end(), 10)
        assert (process.name, found) == ('short', exit_code)
        assert [process.name for process, _ in runner.running] == ['long']

    run([python(code, 'short'), python(POLITE, 'long')], body)


def test_a_killed_process_is_respawned_without_what_it_left_behind() -> None:
    async def body(runner: LaunchRunner, lines: Lines) -> None:
        heir = int(await lines.next())
        ((_, pid),) = runner.running
        os.kill(pid, signal.SIGKILL)
        assert await lines.next() == 'ended with exit code -9, starts again in 0.01 s'
        assert_ends(heir)
        assert int(await lines.next()) != heir
        ((_, new_pid),) = runner.running
        assert new_pid != pid
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(runner.unexpected_end(), 0.05)

    run([python(PARENT, respawn=True, respawn_delay=0.01)], body)


def test_a_process_that_cannot_live_does_not_spin() -> None:
    async def body(runner: LaunchRunner, lines: Lines) -> None:
        for pause in ('0', '0', '0', '1', '2'):
            assert await lines.next() == f'ended with exit code 3, starts again in {pause} s'

    run([python('raise SystemExit(3)', respawn=True)], body)


def test_stop_does_not_wait_for_a_respawn() -> None:
    async def body(runner: LaunchRunner, lines: Lines) -> None:
        assert 'starts again in 60' in await lines.next()
        assert runner.running == []

    begin = time.monotonic()
    assert run([python('', respawn=True, respawn_delay=60.0)], body) == []
    assert time.monotonic() - begin < 5


async def _ready(runner: LaunchRunner, lines: Lines) -> None:
    for _ in runner.running:
        assert await lines.next() == 'ready'


def test_a_polite_process_is_stopped_by_sigint_and_its_last_words_are_heard() -> None:
    begin = time.monotonic()
    assert run([python(POLITE)], _ready) == ['bye']
    assert time.monotonic() - begin < 1.0


def test_what_stands_first_is_told_first_to_end_though_it_was_respawned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names: dict[int, str] = {}
    told: list[str] = []
    killpg = os.killpg

    def spy(group: int, number: int) -> None:
        if number == signal.SIGINT:
            told.append(names[group])
        killpg(group, number)

    async def body(runner: LaunchRunner, lines: Lines) -> None:
        await _ready(runner, lines)
        os.kill(next(pid for process, pid in runner.running if process.name == 'a'), 9)
        assert 'ended with exit code -9' in await lines.next()
        assert await lines.next() == 'ready'
        names.update({pid: process.name for process, pid in runner.running})
        monkeypatch.setattr(os, 'killpg', spy)

    run([python(POLITE, name, respawn=True) for name in 'abcdefghij'], body)
    assert told == [*'abcdefghij']


@pytest.mark.parametrize(('code', 'least'), [(DEAF_TO_SIGINT, 1.0), (DEAF_TO_ALL, 1.2)])
def test_stop_goes_on_to_sigterm_and_sigkill_and_takes_less_than_two_seconds(
    code: str, least: float
) -> None:
    async def main() -> tuple[float, list[int]]:
        lines = Lines()
        runner = LaunchRunner([python(code, 'a'), python(code, 'b')], lines)
        await runner.start()
        await _ready(runner, lines)
        pids = [pid for _, pid in runner.running]
        begin = time.monotonic()
        await runner.stop()
        assert runner.running == []
        return time.monotonic() - begin, pids

    took, pids = asyncio.run(main())
    assert least <= took < 2.0
    for pid in pids:
        assert_ends(pid, within=0)


@pytest.mark.parametrize('then', ['sys.exit(1)', 'signal.pause()'])
def test_stop_leaves_no_grandchildren_even_in_sessions_of_their_own(then: str) -> None:
    pids = []

    async def body(runner: LaunchRunner, lines: Lines) -> None:
        pids.extend([int(await lines.next()), int(await lines.next())])

    run([python(FAMILY.format(then=then))], body)
    for pid in pids:
        assert_ends(pid, within=0)


def test_a_process_that_cannot_be_started_is_named_and_the_others_are_stopped(
    tmp_path: Path,
) -> None:
    async def main() -> list[tuple[ProcessSpec, int]]:
        missing = python('', 'ghost', argv=(str(tmp_path / 'none'),))
        runner = LaunchRunner([python(POLITE), missing], Lines())
        with pytest.raises(LaunchError, match=r'ghost: .*/none: .*No such file'):
            await runner.start()
        return runner.running

    assert asyncio.run(main()) == []


def killed_runner(
    tmp_path: Path, processes: str, output: int, guard_too: bool = False
) -> list[int]:
    """Kill a runner of these processes; return the pids which so many lines of output tell."""
    script = tmp_path / 'runner.py'
    script.write_text(f"""
import asyncio, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_launch_runner import DEAF_TO_ALL, FAMILY, python
from phoenix_bringup.launch_runner import LaunchRunner

async def main():
    processes = {processes}
    runner = LaunchRunner(processes, lambda process, line: print(line, flush=True))
    await runner.start()
    for _, pid in runner.running:
        print(pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
""")
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        try:
            lines = [runner.stdout.readline().strip() for _ in range(output)]
            if guard_too:
                children = Path(f'/proc/{runner.pid}/task/{runner.pid}/children').read_text()
                os.kill(int(children.split()[0]), signal.SIGKILL)  # the first that was started
        finally:
            runner.kill()
    return [int(line) for line in lines if line != 'ready']


def test_killing_the_runner_itself_leaves_no_orphans(tmp_path: Path) -> None:
    family = "[python(DEAF_TO_ALL), python(FAMILY.format(then='signal.pause()'))]"
    pids = killed_runner(tmp_path, family, output=5)
    assert len(pids) == 4
    for pid in pids:
        assert_ends(pid)


@pytest.mark.skipif(not shutil.which('setpriv'), reason='needs setpriv of util-linux')
def test_killing_the_runner_and_its_guard_leaves_no_children(tmp_path: Path) -> None:
    pids = killed_runner(tmp_path, '2 * [python(DEAF_TO_ALL)]', output=4, guard_too=True)
    assert len(pids) == 2
    for pid in pids:
        assert_ends(pid)


def test_a_process_begins_with_sigint_held_back_until_it_is_ready_for_it() -> None:
    """Interrupted while it imports, Python would print a traceback."""
    blocked = 'import signal; held = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])'
    lines = run(
        [python(f'{blocked}; print("ready"); print(held, flush=True); signal.pause()')], _ready
    )
    assert lines == ['True']
