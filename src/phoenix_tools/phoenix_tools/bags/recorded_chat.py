"""
A chat model that repeats the answers of a recorded session, and fails where it has none.

A replay then needs no server, and the answers do not differ from run to run.
"""

from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from phoenix_msgs.msg import ConversationEvent, ConversationRequest

from phoenix_core import events
from phoenix_core.settings.provider import Needs, Provider
from phoenix_speech.conversation.chat_model import ChatModelError, Message
from phoenix_speech.conversation.settings import ConversationSettings
from phoenix_tools.bags.recorded_settings import RecordedSettings
from phoenix_tools.bags.session import Session, load_session

MODEL_FAILED = 'chat_model_failed'  # the fault; its message begins with the name of the model
WITHOUT_MODEL = frozenset(
    {'', 'book', 'scripted', 'persona'}
)  # their answers repeat by themselves


class RecordedChat:
    """
    Answer each text as recorded; fail for an unknown one.

    The tool calls of the model are not repeated.
    """

    address = None  # nothing goes anywhere

    def __init__(self, session: Session) -> None:
        self.name = model_of(session)
        self._replies: defaultdict[str, deque[str]] = defaultdict(deque)
        for interaction in session.interactions().values():
            asked = [
                event.message.text
                for event in interaction
                if event.event is events.CONVERSATION_REQUEST
                and event.message.kind == ConversationRequest.REPLY
            ]
            said = [
                event.message.text
                for event in interaction
                if event.event is events.CONVERSATION
                and event.message.kind == ConversationEvent.SENTENCE
                and event.message.provider == self.name
            ]
            if asked and said:
                self._replies[asked[-1]].append(' '.join(said))

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """Yield the reply in one piece; see ChatModel."""
        replies = self._replies[messages[-1]['content']]
        if not replies:
            raise ChatModelError('this was not answered in the session')
        yield replies.popleft() if len(replies) > 1 else replies[0]

    async def close(self) -> None:
        """Do nothing: it holds no resources."""


def model_of(session: Session) -> str:
    """Return the name of the language model that answered, or else failed; empty: none."""
    failed = ''
    for event in session.events:
        if event.event is events.CONVERSATION and event.message.provider not in WITHOUT_MODEL:
            return str(event.message.provider)
        if event.event is events.FAULT and event.message.code == MODEL_FAILED and not failed:
            failed = event.message.message.partition(':')[0]
    return failed


def _recorded(settings: ConversationSettings, own: RecordedSettings) -> RecordedChat:
    return RecordedChat(load_session(Path(own.bag)))


RECORDED = Provider(_recorded, RecordedSettings, needs=Needs(setting='bag'))
