"""
Measures the safety of the real nodes: what they answer to sentences, and what they let be said.

The sentences of bench/safety go in typed, spoken by a synthetic voice, and as words of a tool;
into a toy that has just been started, and after fifty turns; with a language model that is good,
bad (filth) and hostile (it cuts what is not to be said in pieces). No sentence is shown.
"""

import argparse
import itertools
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from chaos_harness import ROOT
from chat_server import ChatServer, saying
from phoenix_msgs.msg import (
    ConversationEvent,
    ConversationRequest,
    IntentDetected,
    Slot,
    Transcript,
)
from safety import COUNTRIES, sentences, turns_of

from phoenix_activities.engine.node import Activities
from phoenix_core import events
from phoenix_core.settings.node_settings import installed_config
from phoenix_core.testing import TestGraph
from phoenix_speech.conversation.node import Conversation
from phoenix_speech.listening.providers.moonshine import MoonshineRecognizer
from phoenix_speech.safety.categories import LEVELS, Category
from phoenix_speech.sentences import SpeechRules
from phoenix_speech.understanding.node import Intent
from phoenix_speech.voice.guarded_text import GuardedText
from phoenix_speech.voice.node import Voice
from phoenix_speech.voice.providers.piper import PiperVoice
from phoenix_speech.voice.speech_synthesizer import SpeechSynthesizer

PASSED = 'passed'
NEUTRAL = {
    'en': ['hello', 'what time is it', 'glow blue', 'thank you'],
    'de': ['hallo', 'wie spät ist es', 'leuchte blau', 'danke'],
}
LEAD = {'en': 'Bears like honey.', 'de': 'Bären mögen Honig.'}
HEARD_BY_MACHINES = ('en',)  # languages that the installed recognizer knows

Item = TypeVar('Item')


def some(items: list[Item], count: int) -> list[Item]:
    """Return so many of the items, evenly spread."""
    return items[:: max(1, -(-len(items) // count))] if count else items


class Toy:
    """Intent, activities, conversation and voice of a toy on a graph of their own."""

    def __init__(self, language: str, stack: ExitStack) -> None:
        self.language = language
        self._said: dict[str, list[str]] = defaultdict(list)  # by trace: what passed the guard
        self._noted = threading.Condition()
        self._graph = stack.enter_context(TestGraph())
        self.server = stack.enter_context(ChatServer(saying(LEAD[language])))
        self._probe = self._graph.probe(
            publishes=[events.TRANSCRIPT, events.CONVERSATION_REQUEST, events.ACTIVITY_REQUEST],
            records=[events.INTENT_DETECTED, events.SAY_REQUEST, events.CONVERSATION],
        )
        profile = {'language': language, 'country': COUNTRIES[language]}
        model = {'providers': ['openai'], 'openai.base_url': self.server.url}
        self._graph.add(Voice, parameters=profile | {'providers': ['espeak_ng', 'flite']})
        self._graph.add(Activities, parameters=profile | {'quiet_hours': '', 'seed': 1})
        self._graph.add(Conversation, parameters=profile | model)
        self._intent = self._graph.add(Intent, parameters=profile)
        original = GuardedText.of

        def note(guarded: GuardedText, text: str, interaction: str = '') -> str:
            said = original(guarded, text, interaction)
            with self._noted:
                self._said[interaction].append(said)
                self._noted.notify_all()
            return said

        stack.callback(setattr, GuardedText, 'of', original)
        GuardedText.of = note  # type: ignore[method-assign]

    def forget(self) -> None:
        """Begin anew, as a toy that has just been started."""
        self._graph.call(self._intent.stop)
        assert self._graph.call(self._intent.start)

    def hear(self, text: str, source: int = Transcript.TYPED) -> str:
        """Return the category of care that a sentence gets, or PASSED."""
        cause = self._probe.publish(
            events.TRANSCRIPT, kind=Transcript.FINAL, source=source, text=text[:1000]
        )
        intent = self._probe.expect(
            events.INTENT_DETECTED, lambda one: one.header.trace_id == cause.trace_id
        )
        if intent.name != IntentDetected.CARE:
            return PASSED
        slots = {slot.name: slot.value for slot in intent.slots}
        self._probe.expect(
            events.SAY_REQUEST,
            lambda one: one.header.trace_id == cause.trace_id and one.text == slots['say'],
        )
        return slots['category']

    def reply(self, *parts: str) -> str:
        """Let the model answer in these parts; return what was said of it."""
        self.server.behavior = saying(*parts)
        cause = self._probe.publish(
            events.CONVERSATION_REQUEST, kind=ConversationRequest.REPLY, text='?'
        )
        trace = cause.trace_id
        self._probe.expect(
            events.CONVERSATION,
            lambda e: e.kind == ConversationEvent.ENDED and e.header.trace_id == trace,
            timeout_s=30,
        )
        told = [e for e in self._probe.recorded(events.CONVERSATION) if e.header.trace_id == trace]
        return self._said_in(trace, sum(e.kind == ConversationEvent.SENTENCE for e in told))

    def remind(self, text: str) -> str:
        """Let a tool ask for a reminder that rings at once; return what was said."""
        self.hear('stop')
        slots = [Slot(name='what', value=text[:1000])]
        cause = self._probe.publish(events.ACTIVITY_REQUEST, activity='alarm', slots=slots)
        return self._said_in(cause.trace_id, 1)

    def _said_in(self, trace: str, count: int) -> str:
        with self._noted:
            assert self._noted.wait_for(lambda: len(self._said[trace]) >= count, 60)
            return ' '.join(self._said[trace])


class PathBench:
    """All ways into and out of a toy, with the sentences of a folder."""

    def __init__(self, folder: Path, toy: Toy, most: int) -> None:
        self._toy, self._most = toy, most
        self._read = partial(sentences, folder, language=toy.language)
        self._bad = [
            one if isinstance(one, str) else one['say'] for one in self._read('model_unsafe')
        ]

    def run(self, spoken: int) -> None:
        """Print the figures."""
        toy = self._toy
        unsafe, harmless = self._read('unsafe'), self._read('harmless')
        for turn in (1, 50):
            self._care(f'typed, turn {turn}', some(unsafe, self._most), toy.hear, turn)
            self._refused(f'typed, turn {turn}', some(harmless, self._most), toy.hear, turn)
        if toy.language in HEARD_BY_MACHINES:
            hear = Spoken(toy).hear
            self._care('spoken', some(unsafe, spoken), hear, 50)
            self._refused('spoken', some(harmless, spoken), hear, 50)
        else:
            print('  spoken: no recognizer of this language is installed')
        bad = some(self._bad, self._most)
        for turn in (1, 50):
            if turn > 1:
                for _ in range(turn):
                    toy.reply(LEAD[toy.language])
            self._leaks(f'model of filth, turn {turn}', bad, toy.reply)
            self._leaks(f'hostile model, turn {turn}', bad, self._in_pieces)
        self._leaks('words of a tool', bad, toy.remind)
        good = [toy.reply(LEAD[toy.language]) for _ in range(20)]
        print(f'  good model, sentences not said: {20 - good.count(LEAD[toy.language])} of 20')

    def _in_pieces(self, text: str) -> str:
        words = text.split()
        half = len(words) // 2
        return self._toy.reply(' '.join(words[:half]), '\n', ' '.join(words[half:]))

    def _before(self, turn: int, number: int) -> None:
        """Bring the toy to that turn of a conversation of which nothing is left to remember."""
        if turn == 1:
            self._toy.forget()
            return
        neutral = itertools.cycle(NEUTRAL[self._toy.language])
        for text in itertools.islice(neutral, 4 if number else turn - 1):
            self._toy.hear(text)

    def _care(self, path: str, examples: list[Any], hear: Callable[[str], str], turn: int) -> None:
        right = noticed = 0
        for number, example in enumerate(examples):
            self._before(turn, number)
            for text in turns_of(example):
                given = hear(text)
            noticed += given != PASSED
            wanted = LEVELS[Category(example['category'])]
            known = given in {one.value for one in Category}
            right += known and LEVELS[Category(given)] is wanted
        self._report(f'{path}: unsafe given the right care', right, len(examples))
        self._report(f'{path}: unsafe noticed at all', noticed, len(examples))

    def _refused(self, path: str, texts: list[Any], hear: Callable[[str], str], turn: int) -> None:
        refused = 0
        for number, example in enumerate(texts):
            self._before(turn, number)
            refused += any(hear(text) != PASSED for text in turns_of(example))
        self._report(f'{path}: harmless not let pass', refused, len(texts))

    def _leaks(self, path: str, texts: Iterable[str], speak: Callable[[str], str]) -> None:
        leaked = [plain(text, 3) in plain(speak(text)) for text in texts]
        self._report(f'{path}: unsafe sentences said to their end', sum(leaked), len(leaked))

    @staticmethod
    def _report(what: str, count: int, total: int) -> None:
        if total:
            print(f'  {what}: {count} of {total}, {count / total:.1%}')


class Spoken:
    """What the recognizer makes of sentences that the installed voice speaks."""

    def __init__(self, toy: Toy) -> None:
        self._toy = toy
        self._voice = SpeechSynthesizer(
            {'piper': PiperVoice},
            SpeechRules.load(installed_config(), toy.language),
            on_failure=lambda name, error: None,
        )
        self._recognizer = MoonshineRecognizer()

    def hear(self, text: str) -> str:
        """Speak a sentence to the toy; return the category of care, or PASSED."""
        sound = np.concatenate([*self._voice.synthesize(text)])
        heard = self._recognizer.recognize(sound, 16_000)
        return self._toy.hear(heard, Transcript.SPOKEN) if heard.strip() else PASSED


def plain(text: str, last: int = 0) -> str:
    """Return the words of a text without marks, or only the last ones."""
    return ' '.join(re.findall(r'\w+', text.lower())[-last:])


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--set', choices=['tuning', 'validation', 'blind'], default='blind')
    parser.add_argument('--language', choices=sorted(COUNTRIES), help='default: all')
    parser.add_argument('--most', type=int, default=60, help='sentences per path; 0: all')
    parser.add_argument('--spoken', type=int, default=40, help='sentences that are spoken')
    arguments = parser.parse_args()
    languages = [arguments.language] if arguments.language else sorted(COUNTRIES)
    for language in languages:
        print(f'{arguments.set}, {language}')
        with ExitStack() as stack:
            folder = ROOT / 'bench' / 'safety' / arguments.set
            PathBench(folder, Toy(language, stack), arguments.most).run(arguments.spoken)


if __name__ == '__main__':
    main()
