"""A reply as a task: runs in one thread, and is cancelled from another."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from phoenix_speech.conversation.reply_task import ReplyLoop, ReplyTask


@pytest.fixture
def loop() -> Iterator[ReplyLoop]:
    loop = ReplyLoop()
    yield loop
    loop.close(asyncio.sleep(0))


class Reply:
    """Waits for ever, and notes what becomes of it."""

    def __init__(self, *, ends: bool = False) -> None:
        self.ends = ends
        self.began = threading.Event()
        self.outcome = ''

    async def __call__(self, task: ReplyTask) -> None:
        self.began.set()
        try:
            while not self.ends:
                await asyncio.sleep(60)
            self.outcome = 'ended'
        except asyncio.CancelledError:
            self.outcome = 'cancelled'
            raise


def test_runs_to_its_end(loop: ReplyLoop) -> None:
    reply = Reply(ends=True)
    ReplyTask(loop, reply).run_reply()
    assert reply.outcome == 'ended'


def test_another_thread_cancels_it(loop: ReplyLoop) -> None:
    reply = Reply()
    task = ReplyTask(loop, reply)
    thread = threading.Thread(target=task.run_reply)
    thread.start()
    assert reply.began.wait(5)
    task.cancel()
    thread.join(5)
    assert not thread.is_alive() and reply.outcome == 'cancelled'


def test_what_was_cancelled_before_it_began_does_nothing(loop: ReplyLoop) -> None:
    reply = Reply()
    task = ReplyTask(loop, reply)
    task.cancel()
    task.run_reply()
    assert not reply.began.is_set()


def test_cancelling_what_has_ended_does_no_harm_to_the_next_one(loop: ReplyLoop) -> None:
    first = ReplyTask(loop, Reply(ends=True))
    first.run_reply()
    first.cancel()
    second = Reply(ends=True)
    ReplyTask(loop, second).run_reply()
    assert second.outcome == 'ended'


def test_a_reply_that_fails_raises(loop: ReplyLoop) -> None:
    async def fail(task: ReplyTask) -> None:
        raise LookupError('bug')

    with pytest.raises(LookupError, match='bug'):
        ReplyTask(loop, fail).run_reply()
