"""The house as the first to be asked: a node beside the toy that may know what to do."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

from phoenix_msgs.msg import ConversationEvent, ConversationRequest

from phoenix_core.node.publisher import EventPublisher
from phoenix_speech.conversation.chat_model import Message, NothingToSayError


class House:
    """
    Asks by HOUSE_REQUEST, and replies with what HOUSE_REPLY tells; never fails, see ChatModel.

    Whether a parent allows the house to be asked is the matter of the node that asks it.

    :param request: the publisher of HOUSE_REQUEST.
    :param is_there: whether a node would answer.
    :param post: calls a function on the executor's thread.
    :param limit_s: longest time for an answer; the node that asks has a shorter one of its own.
    """

    name = 'house'
    address = None

    def __init__(
        self,
        request: EventPublisher,
        is_there: Callable[[], bool],
        post: Callable[..., object],
        *,
        limit_s: float,
    ) -> None:
        self._request = request
        self._is_there = is_there
        self._post = post
        self._limit_s = limit_s
        self._span_id = ''  # of the request under way
        self._hear: Callable[[ConversationEvent], object] = _to_nobody

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """Yield the reply of the house; see ChatModel."""
        if not self._is_there():
            raise NothingToSayError('there is no house')
        loop, said = asyncio.get_running_loop(), False
        replies: asyncio.Queue[ConversationEvent] = asyncio.Queue()
        self._hear = lambda reply: loop.call_soon_threadsafe(replies.put_nowait, reply)
        self._post(self._ask, messages[-1]['content'])
        deadline = loop.time() + self._limit_s
        ended = False
        try:
            while not ended:
                reply = await asyncio.wait_for(replies.get(), deadline - loop.time())
                ended = reply.kind == ConversationEvent.ENDED
                if reply.text:
                    said = True
                    yield reply.text
        except TimeoutError:
            raise NothingToSayError('the house is late') from None
        finally:
            self._hear = _to_nobody
            if not ended:
                self._post(self._leave)
        if not said:
            raise NothingToSayError('the house leaves it to the toy')

    def on_reply(self, reply: ConversationEvent) -> None:
        """Receive what the house answers to the request under way; on the executor's thread."""
        if self._span_id and reply.header.parent_span_id == self._span_id:
            self._hear(reply)

    async def close(self) -> None:
        """Do nothing: it holds no resources."""

    def _ask(self, text: str) -> None:
        context = self._request(kind=ConversationRequest.REPLY, text=text)
        self._span_id = context.span_id if context is not None else ''

    def _leave(self) -> None:
        self._span_id = ''
        self._request(kind=ConversationRequest.CANCEL)


def _to_nobody(reply: ConversationEvent) -> None:
    """Drop what nobody waits for."""
