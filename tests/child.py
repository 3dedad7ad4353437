"""
A child that types, touches and keeps silent, and hears what the toy says.

The real words, intents, scripted replies, activities and care check, without ROS and without
waiting: what is said is spoken at once, and time passes when the child waits.
"""

import asyncio
import functools
import random
from pathlib import Path

from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.inputs import ActivityRequested, Called, Touched
from phoenix_activities.engine.installed import installed_activities, load_words
from phoenix_activities.engine.turn import EarEvent, ReplyEnded, ReplySentence, ReplyStarted
from phoenix_activities.testing import ActivityHarness
from phoenix_speech.conversation.providers.scripted import ScriptedChat
from phoenix_speech.safety.care_check import CareCheck
from phoenix_speech.safety.care_words import CareWords, SafetyNumbers
from phoenix_speech.safety.categories import Level
from phoenix_speech.safety.classifier import Classifier
from phoenix_speech.safety.rules import RuleBook
from phoenix_speech.safety.slot_guard import care_for, refused_slot
from phoenix_speech.safety.speech_guard import SpeechGuard
from phoenix_speech.understanding.intent_matcher import IntentMatcher
from phoenix_speech.understanding.requests import Understood, slots_of

ROOT = Path(__file__).parents[1]


@functools.cache
def matcher(language: str) -> IntentMatcher:
    return IntentMatcher([ROOT / 'config' / language])


@functools.cache
def care_rules(language: str) -> tuple[RuleBook, Classifier]:
    folder = ROOT / 'config' / language / 'safety'
    return RuleBook.load(folder / 'care.yaml'), Classifier.load(folder / 'classifier.npz')


@functools.cache
def guard(language: str) -> SpeechGuard:
    return SpeechGuard.load(ROOT / 'config' / language / 'safety')


def intents_of(text: str, understood: Understood) -> list[UserIntent]:
    """Return the intents that the intent node publishes."""
    if understood.question is not None:
        return [UserIntent('unsure', text, slots_of(understood.question))]
    return [
        UserIntent(one.name, text, {**one.slots, **({'part': str(part)} if part > 1 else {})})
        for part, one in enumerate(understood.requests, 1)
    ] or [UserIntent('fallback', text)]


class Child:
    """
    Types, touches and keeps silent; hears what the toy says.

    :param adults: as in the profile of the toy.
    """

    def __init__(self, language: str, adults: tuple[str, ...] = ()) -> None:
        folder = ROOT / 'config' / language
        activities = installed_activities()
        words = load_words([folder], random.Random(1), activities, adults)
        self.harness = ActivityHarness(words, activities)
        self.toy = self.harness.toy
        self._matcher, self._guard = matcher(language), guard(language)
        self._care_check = CareCheck(*care_rules(language))
        self._care_words = CareWords.load(folder / 'safety', SafetyNumbers(), adults)
        self._chat = ScriptedChat(folder / 'scripted_replies.yaml', chance=random.Random(1))
        self._asked = 0
        self.heard: list[str] = []

    def do(self, step: dict) -> None:
        match step:
            case {'say': text}:
                self._say(text)
            case {'call': text}:  # with the wake word
                self.harness.handle(Called('wake_word', ear_opens=True))
                self.harness.handle(EarEvent.OPENED)
                self.harness.handle(EarEvent.HEARD)
                self._say(text)
            case {'touch': pad}:
                self.harness.handle(Touched(pad))
            case {'silences': count}:
                for _ in range(count):
                    self.harness.keep_silent()
                    self._listen(step)
            case {'wait': seconds}:
                self.toy.pass_time(seconds)
            case {'request': name}:
                self.harness.handle(ActivityRequested(name, step.get('slots', {})))
        self._listen(step)

    def _say(self, text: str) -> None:
        self.heard.clear()
        verdict = self._care_check.judge(text, self.toy.time.timestamp())
        if verdict.level is not Level.PASS:
            self.harness.handle(UserIntent('care', text, self._care_words.slots(verdict)))
            return
        self._matcher.expect(self.toy.expected)
        understood = self._matcher.understand(text)
        intents = intents_of(text, understood)
        for request in understood.requests:
            if refused := refused_slot(self._guard, request.said):
                slots = self._care_words.slots(care_for(refused))
                intents = [UserIntent('care', text, slots)]
        for intent in intents:
            self.harness.handle(intent)

    async def _reply(self, text: str) -> list[str]:
        messages = [{'role': 'user', 'content': text}]
        return [sentence async for sentence in self._chat.stream(messages)]

    def _listen(self, step: dict) -> None:
        """Let the toy speak, to the end or until the script interrupts it."""
        asked = [did[1] for did in self.toy.did if did[0] == 'request_reply']
        if len(asked) > self._asked:
            self._asked = len(asked)
            self.harness.handle(ReplyStarted())
            for number, sentence in enumerate(asyncio.run(self._reply(asked[-1]))):
                name = f'reply {self._asked}.{number}'
                self.toy.said[name] = sentence
                self.harness.handle(ReplySentence(sentence, name))
            self.harness.handle(ReplyEnded())
        if 'interrupted_after' in step:
            self.heard += self.harness.speak(most=step['interrupted_after'])
            self.heard.append(self.harness.begin_to_speak())
        else:
            self.heard += self.harness.speak()
