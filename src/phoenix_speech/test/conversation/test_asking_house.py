"""The house is asked first; whatever it does, the toy gets an answer or goes on without it."""

import asyncio

import pytest
from phoenix_msgs.msg import ConversationEvent, ConversationRequest, EventHeader

from phoenix_core.telemetry.tracing import TraceContext
from phoenix_speech.conversation.chat_model import NothingToSayError
from phoenix_speech.conversation.house import House

SENTENCE, ENDED = ConversationEvent.SENTENCE, ConversationEvent.ENDED
REPLY, CANCEL = ConversationRequest.REPLY, ConversationRequest.CANCEL


class Home:
    """
    A toy with a node that answers.

    :param replies: kind, text and the request to which each belongs.
    """

    def __init__(self, *replies, is_there=True):
        self.requests = []
        self._replies = replies
        self.house = House(
            self._request, lambda: is_there, lambda call, *args: call(*args), limit_s=0.05
        )

    def _request(self, kind, text=''):
        self.requests.append((kind, text))
        if kind == REPLY:
            asyncio.get_running_loop().call_soon(self._reply)
        return TraceContext('t', f'span-{len(self.requests)}')

    def _reply(self):
        for kind, text, request in self._replies:
            header = EventHeader(trace_id='t', parent_span_id=request)
            self.house.on_reply(ConversationEvent(header=header, kind=kind, text=text))

    async def ask(self):
        messages = [{'role': 'user', 'content': 'light on'}]
        return [part async for part in self.house.stream(messages)]


def test_it_answers():
    home = Home((SENTENCE, 'Done.', 'span-1'), (ENDED, '', 'span-1'))
    assert asyncio.run(home.ask()) == ['Done.']
    assert home.requests == [(REPLY, 'light on')]


def test_where_no_house_is_nobody_asks():
    home = Home(is_there=False)
    with pytest.raises(NothingToSayError):
        asyncio.run(home.ask())
    assert not home.requests


def test_it_leaves_a_text_to_the_toy():
    home = Home((ENDED, '', 'span-1'))
    with pytest.raises(NothingToSayError):
        asyncio.run(home.ask())


@pytest.mark.parametrize(
    'replies',
    [
        (),  # as of a node that hangs
        ((SENTENCE, 'Old.', 'span-0'), (ENDED, '', 'span-0')),  # to an earlier request
        ((SENTENCE, 'Nobody asked.', ''), (ENDED, '', '')),
    ],
)
def test_a_late_house_is_left(replies):
    home = Home(*replies)
    with pytest.raises(NothingToSayError, match='late'):
        asyncio.run(home.ask())
    assert home.requests == [(REPLY, 'light on'), (CANCEL, '')]


def test_what_comes_after_the_end_is_dropped():
    home = Home((ENDED, '', 'span-1'), (SENTENCE, 'Late.', 'span-1'))
    with pytest.raises(NothingToSayError):
        asyncio.run(home.ask())
    home.house.on_reply(ConversationEvent(header=EventHeader(parent_span_id='span-1')))
