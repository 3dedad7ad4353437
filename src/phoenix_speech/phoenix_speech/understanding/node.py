"""The intent node: judges what a person says, then finds what they want in it."""

from collections.abc import Mapping
from functools import partial
from typing import TypeAlias

from phoenix_msgs.msg import ExpectedAnswers, IntentDetected, Slot, Transcript

from phoenix_core import events
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import run
from phoenix_core.node.health import describe
from phoenix_core.settings.config_file import language_folders
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_speech.safety.care_check import CareCheck, CareVerdict
from phoenix_speech.safety.care_words import CareWords
from phoenix_speech.safety.categories import Level
from phoenix_speech.safety.installed import safety_folder, safety_numbers
from phoenix_speech.safety.slot_guard import care_for, refused_slot
from phoenix_speech.safety.speech_guard import SpeechGuard
from phoenix_speech.understanding.intent_matcher import IntentMatcher
from phoenix_speech.understanding.requests import CHOICES, Understood, slots_of

Found: TypeAlias = tuple[str, Mapping[str, str], float]


class IntentSettings(NodeSettings):
    """Settings of the intent node."""


class Intent(EventNode):
    """
    Judges final transcripts, and matches those that pass against the sentence templates.

    What does not pass is CARE, before any intent or model, and so is an intent with a slot that is
    not fit to be said; what fits no template is FALLBACK. Several requests in one sentence are
    intents in their order, all but the first with the slot PART. What is not clear is UNSURE.
    """

    intent_detected = Publishes(events.INTENT_DETECTED)
    settings: IntentSettings

    def configure(self) -> None:
        """Read care check and guard, whose rules no setting leads around, and the templates."""
        settings = self.settings
        safety = safety_folder(settings.language)
        self._care_check = CareCheck.load(safety)
        adults = [adult for adult in settings.adults if adult]
        numbers = safety_numbers(settings)
        self._care_words = CareWords.load(safety, numbers, adults)
        self._guard = SpeechGuard.load(safety, numbers.all())
        self._matcher = IntentMatcher(language_folders(settings.config_path, settings.language))
        self.known['intents'] = {
            IntentDetected.FALLBACK: (),
            IntentDetected.ANSWER: None,  # each answer has slots of its own
            IntentDetected.CARE: ('category', 'say', 'grave'),
            IntentDetected.UNSURE: ('ask', *CHOICES),
            **{
                name: (*slots, IntentDetected.PART)
                for name, slots in self._matcher.slots_of_intents().items()
            },
        }

    @subscribes(events.EXPECTED_ANSWERS)
    def on_expected(self, expected: ExpectedAnswers) -> None:
        """Also recognize the answers to what the toy asked."""
        answers = {answer.name: list(answer.sentences) for answer in expected.answers}
        self.in_background(self._matcher.expect, answers)

    @subscribes(events.TRANSCRIPT)
    def on_transcript(self, transcript: Transcript) -> None:
        """Understand on the worker thread: tolerant matching takes some 10 ms."""
        if transcript.kind == Transcript.FINAL:
            text = transcript.text
            self.in_background(self._understand, text, then=partial(self._publish, text))

    def _understand(self, text: str) -> CareVerdict | Understood:
        verdict = self._care_check.judge(text, self.time.now_s())
        if verdict.failure:
            self.post(self.fault, 'care_check_failed', verdict.failure)
        if verdict.level is not Level.PASS:
            return verdict
        try:
            understood = self._matcher.understand(text)
        except Exception as error:  # after a bug in the matcher the child still gets an answer
            self.post(self.fault, 'matching_failed', describe(error))
            return Understood()
        for request in understood.requests:
            if refused := refused_slot(self._guard, request.said):
                return care_for(refused)
        return understood

    def _publish(self, text: str, found: CareVerdict | Understood) -> None:
        for name, slots, confidence in self._intents(found):
            self.intent_detected(
                name=name,
                slots=[Slot(name=slot, value=value) for slot, value in slots.items()],
                confidence=confidence,
                text=text,
            )

    def _intents(self, found: CareVerdict | Understood) -> list[Found]:
        """Return name, slots and confidence of each intent that follows."""
        if isinstance(found, CareVerdict):
            return [(IntentDetected.CARE, self._care_words.slots(found), 1.0)]
        if found.question is not None:
            return [(IntentDetected.UNSURE, slots_of(found.question), 0.5)]
        if not found.requests:
            return [(IntentDetected.FALLBACK, {}, 0.0)]
        intents: list[Found] = []
        for part, request in enumerate(found.requests, 1):
            slots = {IntentDetected.PART: str(part)} if part > 1 else {}
            intents.append((request.name, {**request.slots, **slots}, request.confidence))
        return intents


def main() -> None:
    """Run the node alone."""
    run([Intent])
