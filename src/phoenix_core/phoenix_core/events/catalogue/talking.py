"""Talking: what is to be said, and the replies of the conversation."""

from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE
from phoenix_core.events.event_type import EventType, Privacy, Summary
from phoenix_core.events.rules import not_empty, one_of


def _conversation(event: msg.ConversationEvent) -> Summary | None:
    if event.kind != msg.ConversationEvent.STARTING:
        return None  # its sentences are said, and summarized there
    return Summary('thinking', f'asks {event.provider}' if event.provider else 'asks')


SAY_REQUEST = EventType(
    'SAY_REQUEST',
    'speech/say',
    msg.SayRequest,
    qos.EVENT,
    'Something to be said aloud.',
    privacy=Privacy.PERSONAL,
    rules={'utterance_id': not_empty, 'text': not_empty},
    compare={'utterance_id': IGNORE},  # a random one
    summary=lambda request: Summary('says', request.text),
    drawn='toy says',
)
STOP_SPEAKING = EventType(
    'STOP_SPEAKING',
    'speech/stop',
    msg.StopSpeaking,
    qos.EVENT,
    'Ends all speech at once.',
    privacy=Privacy.NONE,
    rules={'reason': not_empty},
)
CONVERSATION_REQUEST = EventType(
    'CONVERSATION_REQUEST',
    'conversation/request',
    msg.ConversationRequest,
    qos.EVENT,
    'Asks for a reply that no activity has, or cancels it.',
    privacy=Privacy.PERSONAL,
    rules={'kind': one_of(msg.ConversationRequest.REPLY, msg.ConversationRequest.CANCEL)},
)
CONVERSATION = EventType(
    'CONVERSATION',
    'conversation/event',
    msg.ConversationEvent,
    qos.EVENT,
    'The progress of a reply: starting, a sentence, ended.',
    privacy=Privacy.PERSONAL,
    rules={
        'kind': one_of(
            msg.ConversationEvent.STARTING,
            msg.ConversationEvent.SENTENCE,
            msg.ConversationEvent.ENDED,
        )
    },
    compare={'utterance_id': IGNORE},
    summary=_conversation,
)
