"""Hearing and understanding: from the wake word to the intent."""

from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE, within
from phoenix_core.events.event_type import EventType, Privacy, Role, Summary
from phoenix_core.events.rules import Reference, in_range, not_empty, one_of

EARS = {
    msg.ListeningEvent.OPENED: 'opened',
    msg.ListeningEvent.HEARD: 'heard something',
    msg.ListeningEvent.NO_SPEECH: 'nobody spoke',
    msg.ListeningEvent.NOT_UNDERSTOOD: 'not understood',
    msg.ListeningEvent.CANCELLED: 'closed',
    msg.ListeningEvent.MUTED: 'muted',
}


def _user_speech(speech: msg.UserSpeech) -> Summary | None:
    ended = speech.kind == msg.UserSpeech.ENDED
    return Summary('speech', f'{speech.duration_s:.1f} s') if ended else None


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
    rules={'phrase': not_empty, 'score': in_range(0, 1)},
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
    'How much like a wake phrase it sounded. Published while somebody listens.',
    privacy=Privacy.NONE,
    role=Role.DETAIL,
    rules={'phrase': not_empty, 'score': in_range(0, 1)},
    compare=IGNORE,  # what comes of it is compared, in WAKE_WORD_DETECTED
    rate_hz=12.5,  # of each phrase; openWakeWord's step is 80 ms
    no_consumer='for recordings and the live console',
    traced=False,
    drawn='wake word',
)
LISTEN_REQUEST = EventType(
    'LISTEN_REQUEST',
    'speech/listen',
    msg.ListenRequest,
    qos.EVENT,
    'Opens or closes the listener without a wake word.',
    privacy=Privacy.NONE,
    rules={'kind': one_of(msg.ListenRequest.OPEN, msg.ListenRequest.CLOSE)},
)
LISTENING = EventType(
    'LISTENING',
    'speech/listening',
    msg.ListeningEvent,
    qos.EVENT,
    'The listener opened or closed its ear, and why.',
    privacy=Privacy.NONE,
    role=Role.HEARD,
    rules={
        'kind': one_of(
            msg.ListeningEvent.OPENED,
            msg.ListeningEvent.HEARD,
            msg.ListeningEvent.NO_SPEECH,
            msg.ListeningEvent.NOT_UNDERSTOOD,
            msg.ListeningEvent.CANCELLED,
            msg.ListeningEvent.MUTED,
        )
    },
    summary=lambda event: Summary('ear', EARS[event.kind]),
)
USER_SPEECH = EventType(
    'USER_SPEECH',
    'speech/user_speech',
    msg.UserSpeech,
    qos.EVENT,
    'A person started or ended speaking.',
    privacy=Privacy.NONE,
    role=Role.HEARD,
    rules={
        'kind': one_of(msg.UserSpeech.STARTED, msg.UserSpeech.ENDED),
        'duration_s': in_range(0),
    },
    compare={'duration_s': within(0.3)},
    summary=_user_speech,
    drawn='person',
)
TRANSCRIPT = EventType(
    'TRANSCRIPT',
    'speech/transcript',
    msg.Transcript,
    qos.EVENT,
    'What a person said, in words.',
    privacy=Privacy.PERSONAL,
    role=Role.HEARD,
    rules={
        'kind': one_of(msg.Transcript.PARTIAL, msg.Transcript.FINAL),
        'source': one_of(msg.Transcript.SPOKEN, msg.Transcript.TYPED),
        'text': not_empty,
        'recognition_s': in_range(0),
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
    'Which answers would be understood now, because the toy has asked.',
    privacy=Privacy.NONE,
)
INTENT_DETECTED = EventType(
    'INTENT_DETECTED',
    'speech/intent',
    msg.IntentDetected,
    qos.EVENT,
    'What a person wants.',
    privacy=Privacy.PERSONAL,
    role=Role.UNDERSTOOD,
    rules={'name': not_empty, 'confidence': in_range(0, 1), 'text': not_empty},
    references={'name': Reference('intents'), 'slots[].name': Reference('intents', of='name')},
    compare={'confidence': within(0.05)},
    deadline_s=0.5,  # after the transcript
    summary=_intent,
    drawn='intent',
)
