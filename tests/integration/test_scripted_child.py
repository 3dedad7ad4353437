"""
A scripted child goes through every activity, with interruptions; each ends where it should.

The real words, intents, scripted replies and activities, without ROS and without waiting: what is
said is spoken at once, and time passes when the script says so. The script is a file per language.
"""

import asyncio
import functools
import random
from pathlib import Path

import pytest
import yaml
from hassil import parse_sentence, sample_expression

from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.inputs import ActivityRequested, Called, Touched
from phoenix_activities.engine.installed import installed_activities, load_words
from phoenix_activities.engine.turn import EarEvent, ReplyEnded, ReplySentence, ReplyStarted
from phoenix_activities.testing import ActivityHarness
from phoenix_speech.conversation.providers.scripted import ScriptedChat
from phoenix_speech.safety.care_check import CareCheck
from phoenix_speech.safety.care_words import CareWords, SafetyNumbers
from phoenix_speech.safety.categories import Level
from phoenix_speech.understanding.intent_matcher import IntentMatcher

ROOT = Path(__file__).parents[2]
SCRIPTS = {
    path.stem: yaml.safe_load(path.read_text())
    for path in sorted((ROOT / 'tests' / 'scripted_child').glob('*.yaml'))
}
CASES = [(language, name) for language, script in SCRIPTS.items() for name in script]


@functools.cache
def matcher(language: str) -> IntentMatcher:
    return IntentMatcher([ROOT / 'config' / language])


class Child:
    """Types, touches and keeps silent; hears what the toy says."""

    def __init__(self, language: str) -> None:
        folder = ROOT / 'config' / language
        activities = installed_activities()
        words = load_words([folder], random.Random(1), activities)
        self.harness = ActivityHarness(words, activities)
        self.toy = self.harness.toy
        self._matcher = matcher(language)
        self._care_check = CareCheck.load(folder / 'safety')
        self._care_words = CareWords.load(folder / 'safety', SafetyNumbers())
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
        match = self._matcher.match(text)
        slots = match.slots if match else {}
        self.harness.handle(UserIntent(match.name if match else 'fallback', text, slots))

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


@pytest.mark.parametrize(('language', 'name'), CASES)
def test_the_child_plays(language, name):
    child = Child(language)
    for number, step in enumerate(SCRIPTS[language][name], 1):
        for _ in range(step.get('times', 1)):
            child.do(step)
        where = f'{language}, {name}, step {number} {step}: heard {child.heard}'
        activity, phase = child.harness.state
        assert f'{activity}, {phase.name.lower()}' == step['then'], where
        heard = ' '.join(child.heard)
        for text in step.get('hears', []):
            assert text in heard, where
        for text in step.get('misses', []):
            assert text not in heard, where
        assert 'late' not in [did[0] for did in child.toy.did], where
        if 'shows' in step:
            assert step['shows'] in [did[1] for did in child.toy.did if did[0] == 'show'], where


@pytest.mark.parametrize('language', SCRIPTS)
def test_the_script_leaves_no_activity_out(language):
    visited = {
        step['then'].split(',')[0] for script in SCRIPTS[language].values() for step in script
    }
    missing = {activity.name for activity in installed_activities()} - visited
    # These speak, and are over at once.
    assert missing <= {'volume', 'light', 'limits'}, missing
    text = (ROOT / f'tests/scripted_child/{language}.yaml').read_text()
    assert all(f'# {name}' in text for name in missing)


@pytest.mark.parametrize('language', SCRIPTS)
def test_every_answer_that_is_ever_expected_is_of_sound_templates_and_alone(language):
    """Each sentence of a choice chooses it, whatever the others are."""
    words = Child(language).harness.words
    open_questions = [
        {name: choice.answers for name, choice in scene.choices.items()}
        for story in words.stories
        for scene in story.scenes.values()
        if scene.ask
    ]
    for name in ('quiz', 'riddle'):
        activity = words.of_activity(name)
        open_questions += [
            {'right': question.answers, **activity.answers} for question in activity.questions
        ]
    for answers in open_questions:
        matcher(language).expect(answers)
        for name, sentences in answers.items():
            for sentence in sentences:
                said = next(iter(sample_expression(parse_sentence(sentence).expression)))
                found = matcher(language).match(said)
                assert found is not None, said
                assert found.slots.get('answer') == name, (said, found)
