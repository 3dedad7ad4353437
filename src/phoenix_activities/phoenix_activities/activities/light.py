"""The light: the toy as a lamp, on and off, of any color and brightness."""

from pydantic import Field

from phoenix_activities.engine.activity import (
    Activity,
    Priority,
    Request,
    RequestSlots,
    UserIntent,
)
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords
from phoenix_core.limits.neighbors import acts_in_the_house

STEP = 0.25
DARKEST = 0.1
SIGNS = {'light_brighter': 1, 'light_darker': -1}


class LightPhrases(Phrases):
    """Said with each change."""

    on: Phrase
    off: Phrase
    color: Phrase
    brightness: Phrase
    unknown_color: Phrase
    other_light: Phrase


class LightSlots(RequestSlots):
    """What a program may say of the light; the level is in percent."""

    color: str = ''
    level: float | None = Field(None, ge=0, le=100)


class LightActivity(Activity):
    """Changes the light and confirms it."""

    name = 'light'
    intents = ('light_on', 'light_off', 'light_color', 'light_brightness', *SIGNS)
    priority = Priority.ANSWER
    essential = True
    request_slots = LightSlots
    words: PhraseWords[LightPhrases]

    def enter(self, request: Request) -> None:
        """Do what was asked; a program gives a color, a level, or neither for light."""
        assert request.intent is not None
        self._shine(request.intent)

    def on_intent(self, intent: UserIntent) -> bool:
        """Change it again."""
        if intent.name not in self.intents:
            return False
        self._shine(intent)
        return True

    def _shine(self, intent: UserIntent) -> None:
        words, phrases, slots = self.manager.words, self.words.phrases, intent.slots
        if slots.get('room'):
            self._other_light(intent)
            return
        if intent.name in SIGNS:
            self._change_brightness(SIGNS[intent.name])
            return
        color = slots.get('color', '')
        level = float(slots.get('level', 100))
        if intent.name == 'light_off':
            self.body.show('off', keep=True)
            self.say_phrase(phrases.off)
        elif color and color not in words.colors:
            self.say_phrase(phrases.unknown_color)
        else:
            rgb = words.colors[color] if color else ''
            self.body.show('solid', color=rgb, brightness=min(1.0, level / 100), keep=True)
            if color:
                phrase = phrases.color
            else:
                phrase = phrases.brightness if 'level' in slots else phrases.on
            name = words.color_names.get(color, color)
            text = self.text_of(phrase, color=name, level=slots.get('level', ''))
            self.dialogue.say(text[0].upper() + text[1:])  # it may begin with the color

    def _change_brightness(self, sign: int) -> None:
        light = self.body.light
        now = 1.0 if light is None else light.brightness if light.animation == 'solid' else 0.0
        brightness = min(1.0, max(DARKEST, now + sign * STEP))
        color = light.color if light is not None else ''
        self.body.show('solid', color=color, brightness=brightness, keep=True)
        self.say_phrase(self.words.phrases.brightness, level=round(100 * brightness))

    def _other_light(self, intent: UserIntent) -> None:
        """Leave the light of another room to whom a parent lets act in the house, if anybody."""
        if intent.text and acts_in_the_house(self.manager.limits().neighbors):
            asked = UserIntent('fallback', intent.text)
            self.manager.enter('conversation', Request('other_light', asked))
        else:
            self.say_phrase(self.words.phrases.other_light)
