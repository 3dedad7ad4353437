"""
A chat model that answers as one did in a recorded session.

So a replay asks no server, and what a language model said does not differ from run to run.
"""

from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from phoenix_msgs.msg import ConversationEvent, ConversationRequest

from phoenix_core import events
from phoenix_core.settings.provider import Provider
from phoenix_speech.conversation.chat_model import ChatModelError, Message
from phoenix_speech.conversation.settings import ConversationSettings
from phoenix_tools.bags.recorded_settings import RecordedSettings
from phoenix_tools.bags.session import Session, load_session

WITHOUT_MODEL = frozenset({'', 'scripted', 'persona'})  # these answer the same again by themselves


class RecordedChat:
    """
    Answers each text as it was answered; one it does not know it cannot answer.

    Tools that the model called are not called again.
    """

    def __init__(self, session: Session) -> None:
        self.name = model_of(session)
        self._replies: defaultdict[str, deque[str]] = defaultdict(deque)
        for happened in session.interactions().values():
            asked = [
                event.message.text
                for event in happened
                if event.event is events.CONVERSATION_REQUEST
                and event.message.kind == ConversationRequest.REPLY
            ]
            said = [
                event.message.text
                for event in happened
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
    """Return the name of the language model that answered in a session; empty: none did."""
    for event in session.events:
        if event.event is events.CONVERSATION and event.message.provider not in WITHOUT_MODEL:
            return str(event.message.provider)
    return ''


def _recorded(settings: ConversationSettings, own: RecordedSettings) -> RecordedChat:
    return RecordedChat(load_session(Path(own.bag)))


RECORDED = Provider(_recorded, RecordedSettings)
