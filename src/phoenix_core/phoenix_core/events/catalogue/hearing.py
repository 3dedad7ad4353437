"""Events of listening and understanding: from the wake word to the intent."""

from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE, within
from phoenix_core.events.event_type import EventType, Privacy, Role, Summary
from phoenix_core.events.rules import InRange, NotEmpty, OneOf, Reference, constant_of

_LISTENING = {
    msg.ListeningEvent.OPENED: 'opened',
    msg.ListeningEvent.HEARD: 'heard something',
    msg.ListeningEvent.NO_SPEECH: 'nobody spoke',
    msg.ListeningEvent.NOT_UNDERSTOOD: 'not understood',
    msg.ListeningEvent.CANCELLED: 'closed',
    msg.ListeningEvent.MUTED: 'muted',
    msg.ListeningEvent.NOT_ADDRESSED: 'not addressed',
}


def _transcript(transcript: msg.Transcript) -> Summary:
    if transcript.kind == msg.Transcript.PARTIAL:
        return Summary('hearing', f'{transcript.text} ...')
    spoken = transcript.source == msg.Transcript.SPOKEN
    return Summary('heard' if spoken else 'typed', transcript.text)


def _intent(intent: msg.IntentDetected) -> Summary:
    slots = ''.join(f' {slot.name}={slot.value}' for slot in intent.slots)
    return Summary('intent', f'{intent.name}{slots} ({intent.confidence:.2f})')


WAKE_WORD_DETECTED = EventType(
    'WAKE_WORD_DETECTED',
    'speech/wake_word',
    msg.WakeWordDetected,
    qos.EVENT,
    'The wake phrase was heard.',
    privacy=Privacy.NONE,
    role=Role.HEARD,
    rules={'phrase': NotEmpty(), 'score': InRange(0, 1)},
    compare={'score': within(0.1)},
    starts_trace=True,
    begins='wake word',
    summary=lambda heard: Summary('wake word', f'{heard.phrase} ({heard.score:.2f})'),
    drawn='wake word',
)
WAKE_WORD_SCORE = EventType(
    'WAKE_WORD_SCORE',
    'speech/wake_word_score',
    msg.WakeWordScore,
    qos.LOSSY_STREAM,
    'The score of a wake phrase. Published while there is a subscriber.',
    privacy=Privacy.NONE,
    role=Role.DETAIL,
    rules={'phrase': NotEmpty(), 'score': InRange(0, 1)},
    compare=IGNORE,  # WAKE_WORD_DETECTED is compared instead
    rate_hz=33.3,  # for each phrase; microWakeWord's step is 30 ms
    no_consumer='for recordings and the live console',
    traced=False,
    drawn='wake word',
)
LISTEN_REQUEST = EventType(
    'LISTEN_REQUEST',
    'speech/listen',
    msg.ListenRequest,
    qos.EVENT,
    'Requests that the listener opens without a wake word, or closes.',
    privacy=Privacy.NONE,
    rules={'kind': constant_of(msg.ListenRequest)},
)
LISTENING = EventType(
    'LISTENING',
    'speech/listening',
    msg.ListeningEvent,
    qos.EVENT,
    'The listener opened or closed, and why.',
    privacy=Privacy.NONE,
    role=Role.HEARD,
    rules={'kind': constant_of(msg.ListeningEvent)},
    summary=lambda event: Summary('ear', _LISTENING.get(event.kind, 'unknown')),
)
USER_SPEECH = EventType(
    'USER_SPEECH',
    'speech/user_speech',
    msg.UserSpeech,
    qos.EVENT,
    'A person started or stopped speaking.',
    privacy=Privacy.NONE,
    role=Role.HEARD,
    rules={'kind': constant_of(msg.UserSpeech), 'duration_s': InRange(0)},
    compare={'duration_s': within(0.3)},
    summary=lambda speech: (
        Summary('speech', f'{speech.duration_s:.1f} s') if speech.kind == speech.ENDED else None
    ),
    drawn='person',
)
TRANSCRIPT = EventType(
    'TRANSCRIPT',
    'speech/transcript',
    msg.Transcript,
    qos.EVENT,
    'The words of a person, spoken or typed.',
    privacy=Privacy.PERSONAL,
    role=Role.HEARD,
    rules={
        'kind': OneOf((msg.Transcript.PARTIAL, msg.Transcript.FINAL)),
        'source': OneOf((msg.Transcript.SPOKEN, msg.Transcript.TYPED)),
        'text': NotEmpty(),
        'recognition_s': InRange(0),
    },
    compare={'recognition_s': IGNORE},
    begins='typed',
    summary=_transcript,
    drawn='person',
)
EXPECTED_ANSWERS = EventType(
    'EXPECTED_ANSWERS',
    'speech/expected_answers',
    msg.ExpectedAnswers,
    qos.STATE,
    'The answers that are understood now, after a question of the toy.',
    privacy=Privacy.NONE,
)
INTENT_DETECTED = EventType(
    'INTENT_DETECTED',
    'speech/intent',
    msg.IntentDetected,
    qos.EVENT,
    'The intent in the words of a person.',
    privacy=Privacy.PERSONAL,
    role=Role.UNDERSTOOD,
    rules={'name': NotEmpty(), 'confidence': InRange(0, 1), 'text': NotEmpty()},
    references={'name': Reference('intents'), 'slots[].name': Reference('intents', of='name')},
    compare={'confidence': within(0.05)},
    deadline_s=0.5,  # after the transcript
    summary=_intent,
    drawn='intent',
)
