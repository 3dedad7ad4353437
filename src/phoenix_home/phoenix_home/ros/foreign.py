"""What events are in the messages of ROS4HRI, and what a request there means."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from phoenix_msgs.msg import IntentDetected, Transcript

# Constants of hri_actions_msgs/Intent.
SAY, START_ACTIVITY = '__intent_say__', '__intent_start_activity__'
RAW_USER_INPUT = '__raw_user_input__'  # nobody knows what was meant
UNKNOWN_AGENT, SPEECH, USUAL_PRIORITY = '__unknown_agent__', '__modality_speech__', 128
OBJECT = 'object'  # the role of what is to be said, or started
LONGEST = 4000  # characters of a request
MOST_SLOTS = 10


class ForeignError(ValueError):
    """A request is refused; the text says why, without what it holds."""


@dataclass(frozen=True)
class SayWish:
    """A text is to be said."""

    text: str


@dataclass(frozen=True)
class ActivityWish:
    """An activity is to begin."""

    activity: str
    slots: Mapping[str, str]


def locale(language: str, country: str) -> str:
    """Return a locale as LiveSpeech wants it, like en_GB; without a country the language alone."""
    code, _, region = language.replace('-', '_').partition('_')
    region = region or country
    return f'{code.lower()}_{region.upper()}' if region else code.lower()


def live_speech(transcript: Transcript, locale: str) -> dict[str, Any]:
    """Return the fields of a LiveSpeech; a recognizer that tells no confidence has the full."""
    if transcript.kind == Transcript.PARTIAL:
        return {'incremental': transcript.text, 'locale': locale}
    return {'final': transcript.text, 'confidence': 1.0, 'locale': locale}


def intent(intent: IntentDetected, locale: str) -> dict[str, Any]:
    """Return the fields of an Intent."""
    name, data = intent.name, {slot.name: slot.value for slot in intent.slots}
    if name == IntentDetected.FALLBACK:
        name, data = RAW_USER_INPUT, {'input': intent.text, 'locale': locale}
    return {
        'intent': name,
        'data': json.dumps(data, ensure_ascii=False),
        'source': UNKNOWN_AGENT,
        'modality': SPEECH,
        'priority': USUAL_PRIORITY,
        'confidence': intent.confidence,
    }


def wish(name: str, data: str) -> SayWish | ActivityWish:
    """
    Return what an Intent asks of the toy.

    :raises ForeignError: it is nothing that others may ask, or malformed.
    """
    if name not in (SAY, START_ACTIVITY):
        raise ForeignError('asks for something else than to say or to start an activity')
    values = _values(data)
    what = values.pop(OBJECT, '').strip()
    if not what:
        raise ForeignError(f'has no {OBJECT}')
    if name == SAY:
        if len(what) > 2000:
            raise ForeignError('is too long to be said')
        return SayWish(what)
    too_long = any(len(key) > 64 or len(value) > 1000 for key, value in values.items())
    if len(what) > 64 or len(values) > MOST_SLOTS or too_long or '' in values:
        raise ForeignError('has values that no activity takes')
    return ActivityWish(what, values)


def _values(data: str) -> dict[str, str]:
    if len(data) > LONGEST:
        raise ForeignError('is too long')
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        raise ForeignError('has data that are no JSON') from None
    if not isinstance(values, dict):
        raise ForeignError('has data that are no JSON object')
    if not all(isinstance(value, str | int | float) for value in values.values()):
        raise ForeignError('has values that are no plain ones')
    texts = {key: str(value) for key, value in values.items()}
    if any(not text.isprintable() for pair in texts.items() for text in pair):
        raise ForeignError('has characters that nobody says')
    return texts
