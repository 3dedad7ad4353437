"""Events of speech output: what to say, and the replies of the conversation."""

from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE
from phoenix_core.events.event_type import EventType, Privacy, Summary
from phoenix_core.events.rules import NotEmpty, OneOf, constant_of


def _conversation(event: msg.ConversationEvent) -> Summary | None:
    if event.kind != msg.ConversationEvent.STARTING:
        return None  # each sentence is summarized as a SAY_REQUEST
    return Summary('thinking', f'asks {event.provider}' if event.provider else 'asks')


SAY_REQUEST = EventType(
    'SAY_REQUEST',
    'speech/say',
    msg.SayRequest,
    qos.EVENT,
    'Requests that a text is spoken.',
    privacy=Privacy.PERSONAL,
    rules={'utterance_id': NotEmpty(), 'text': NotEmpty()},
    compare={'utterance_id': IGNORE},  # random
    summary=lambda request: Summary('says', request.text),
    drawn='toy says',
)
STOP_SPEAKING = EventType(
    'STOP_SPEAKING',
    'speech/stop',
    msg.StopSpeaking,
    qos.EVENT,
    'Stops all speech at once.',
    privacy=Privacy.NONE,
    rules={'reason': NotEmpty()},
)
CONVERSATION_REQUEST = EventType(
    'CONVERSATION_REQUEST',
    'conversation/request',
    msg.ConversationRequest,
    qos.EVENT,
    'Requests a reply to something that no activity handles, or cancels the reply.',
    privacy=Privacy.PERSONAL,
    rules={'kind': constant_of(msg.ConversationRequest)},
)
HOUSE_REQUEST = EventType(
    'HOUSE_REQUEST',
    'conversation/house_request',
    msg.ConversationRequest,
    qos.EVENT,
    'Asks the house first, before any chat model, or cancels that.',
    privacy=Privacy.PERSONAL,
    rules={'kind': constant_of(msg.ConversationRequest)},
    compare=IGNORE,  # a replay has no house; CONVERSATION tells what it answered
    summary=lambda request: (
        Summary('thinking', 'asks the house') if request.kind == request.REPLY else None
    ),
)
HOUSE_REPLY = EventType(
    'HOUSE_REPLY',
    'conversation/house_reply',
    msg.ConversationEvent,
    qos.EVENT,
    'The answer of the house in one text, and its end; the end alone: it has none.',
    privacy=Privacy.PERSONAL,
    rules={
        'kind': OneOf((msg.ConversationEvent.SENTENCE, msg.ConversationEvent.ENDED)),
        'provider': NotEmpty(),
    },
    compare=IGNORE,
)
CONVERSATION = EventType(
    'CONVERSATION',
    'conversation/event',
    msg.ConversationEvent,
    qos.EVENT,
    'The progress of a reply: it starts, has another sentence, or has ended.',
    privacy=Privacy.PERSONAL,
    rules={'kind': constant_of(msg.ConversationEvent)},
    compare={'utterance_id': IGNORE},
    summary=_conversation,
)
