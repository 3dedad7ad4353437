"""What waits for a browser is bounded, and the newest is never what is dropped."""

import asyncio
import json

from phoenix_studio.server.outbox import Outbox, SoundOutbox


def taken(outbox):
    async def take():
        return await asyncio.wait_for(outbox.take(), 1)

    return asyncio.run(take())


def test_texts_come_in_order_and_of_a_stream_the_newest():
    outbox = Outbox()
    outbox.put('1')
    for frame in range(100):
        outbox.put(f'"frame {frame}"', 'LED_FRAME')
    outbox.put('2')
    assert json.loads(taken(outbox)) == [1, 2, 'frame 99']


def test_of_too_many_the_oldest_are_dropped_and_counted():
    outbox = Outbox(most=3)
    for number in range(10):
        outbox.put(str(number))
    assert json.loads(taken(outbox)) == [7, 8, 9, {'missed': 7}]
    outbox.put('10')
    assert json.loads(taken(outbox)) == [10]


def test_a_reader_waits_for_the_next_text():
    async def check():
        outbox = Outbox()
        reader = asyncio.ensure_future(outbox.take())
        await asyncio.sleep(0)
        assert not reader.done()
        outbox.put('1')
        assert await asyncio.wait_for(reader, 1) == '[1]'

    asyncio.run(check())


def test_sound_that_nobody_takes_does_not_grow():
    outbox = SoundOutbox(most=3)
    for piece in (b'a', b'b', b'c', b'd', b'e'):
        outbox.put(piece)
    assert taken(outbox) == b'cde'
