"""Events as lines that a person can read."""

from typing import Any

from phoenix_msgs.msg import (
    ActivityState,
    ButtonEvent,
    CapabilityStatus,
    ConversationEvent,
    ListeningEvent,
    PlaybackEvent,
    TouchEvent,
    Transcript,
    UserSpeech,
)

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.health import SEVERITIES

PHASES = {
    ActivityState.RESTING: 'resting',
    ActivityState.LISTENING: 'listening',
    ActivityState.THINKING: 'thinking',
    ActivityState.SPEAKING: 'speaking',
    ActivityState.FOLLOWING_UP: 'following up',
}
EARS = {
    ListeningEvent.OPENED: 'opened',
    ListeningEvent.HEARD: 'heard something',
    ListeningEvent.NO_SPEECH: 'nobody spoke',
    ListeningEvent.NOT_UNDERSTOOD: 'not understood',
    ListeningEvent.CANCELLED: 'closed',
    ListeningEvent.MUTED: 'muted',
}
PLAYBACKS = {
    PlaybackEvent.STARTED: 'started',
    PlaybackEvent.FINISHED: 'finished',
    PlaybackEvent.INTERRUPTED: 'interrupted',
}
LEVELS = {
    CapabilityStatus.DEGRADED: 'impaired',
    CapabilityStatus.LOST: 'lost',
}


def line(event: EventType, message: Any) -> tuple[str, str] | None:
    """Return what the event is about and what it says; None for what is not worth a line."""
    match event:
        case events.WAKE_WORD_DETECTED:
            return 'wake word', f'{message.phrase} ({message.score:.2f})'
        case events.LISTENING:
            return 'ear', EARS[message.kind]
        case events.USER_SPEECH if message.kind == UserSpeech.ENDED:
            return 'speech', f'{message.duration_s:.1f} s'
        case events.TRANSCRIPT if message.kind == Transcript.PARTIAL:
            return 'hearing', f'{message.text} ...'
        case events.TRANSCRIPT:
            return 'heard' if message.source == Transcript.SPOKEN else 'typed', message.text
        case events.INTENT_DETECTED:
            slots = ''.join(f' {slot.name}={slot.value}' for slot in message.slots)
            return 'intent', f'{message.name}{slots} ({message.confidence:.2f})'
        case events.CONVERSATION if message.kind == ConversationEvent.STARTING:
            return 'thinking', f'asks {message.provider}' if message.provider else 'asks'
        case events.SAY_REQUEST:
            return 'says', message.text
        case events.AUDIO_PLAYBACK:
            return 'speaker', f'{PLAYBACKS[message.kind]} at {message.position_s:.1f} s'
        case events.EARCON:
            return 'sound', message.earcon
        case events.ACTIVITY_STATE:
            return 'state', f'{message.activity}, {PHASES[message.phase]}'
        case events.TOUCH if message.kind == TouchEvent.TOUCHED:
            return 'touch', message.pad
        case events.BUTTON if message.kind == ButtonEvent.PRESSED:
            return 'button', message.button
        case events.MICROPHONE_MUTE:
            return 'microphone', 'muted' if message.muted else 'on'
        case events.VOLUME:
            return 'volume', 'muted' if message.muted else f'{message.level:.0%}'
        case events.FAULT:
            severity = SEVERITIES[message.severity]
            tried = f' ({message.tried})' if message.tried else ''
            return (
                'fault',
                f'{severity} in {message.node}: {message.code}: {message.message}{tried}',
            )
        case events.SYSTEM_STATUS:
            levels = {entry.capability: entry.level for entry in message.capabilities}
            if CapabilityStatus.UNKNOWN in levels.values():
                return None  # it still comes up
            troubles = [
                f'{name} {LEVELS[level]}' for name, level in levels.items() if level in LEVELS
            ]
            return 'health', ', '.join(troubles) or 'all well'
    return None
