"""The volume: louder, softer, muted."""

from typing import Literal

from pydantic import Field, model_validator

from phoenix_activities.engine.activity import (
    Activity,
    Priority,
    Request,
    RequestSlots,
    UserIntent,
)
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords

STEP = 0.2


class VolumePhrases(Phrases):
    """Said with each change."""

    volume_up: Phrase
    volume_down: Phrase
    volume_set: Phrase
    mute: Phrase
    unmute: Phrase
    loudest: Phrase


class VolumeSlots(RequestSlots):
    """What a program must say of the volume: a level in percent, or whether it is muted."""

    level: float | None = Field(None, ge=0, le=100)
    muted: Literal['', 'yes', 'no'] = ''

    @model_validator(mode='after')
    def _is_one(self) -> 'VolumeSlots':
        if (self.level is None) == (not self.muted):
            raise ValueError('either a level or muted must be told')
        return self


class VolumeActivity(Activity):
    """Changes the volume and confirms it."""

    name = 'volume'
    intents = ('volume_up', 'volume_down', 'volume_set', 'mute', 'unmute')
    priority = Priority.ANSWER
    essential = True
    request_slots = VolumeSlots
    words: PhraseWords[VolumePhrases]

    def enter(self, request: Request) -> None:
        """Do what was asked; a program gives a level in percent, or mutes."""
        assert request.intent is not None
        self._set(request.intent)

    def on_intent(self, intent: UserIntent) -> bool:
        """Change it again."""
        if intent.name not in self.intents:
            return False
        self._set(intent)
        return True

    def _set(self, intent: UserIntent) -> None:
        body, phrases = self.body, self.words.phrases
        wanted = {'yes': 'mute', 'no': 'unmute'}.get(intent.slots.get('muted', ''), intent.name)
        match wanted:
            case 'volume_up':
                phrase, level, muted = phrases.volume_up, body.volume + STEP, False
            case 'volume_down':
                phrase, level, muted = phrases.volume_down, body.volume - STEP, False
            case 'mute':
                phrase, level, muted = phrases.mute, body.volume, True
            case 'unmute':
                phrase, level, muted = phrases.unmute, body.volume, False
            case _:
                phrase, muted = phrases.volume_set, False
                level = float(intent.slots['level']) / 100
        if level > body.loudest():
            phrase = phrases.loudest
        body.set_volume(level, muted)
        self.say_phrase(phrase, level=intent.slots.get('level', ''))
