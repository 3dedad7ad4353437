"""All that is found in a sentence: whether it needs care, then what is wanted in it."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from phoenix_msgs.msg import IntentDetected

from phoenix_core.node.health import describe
from phoenix_core.settings.config_file import language_folders
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_speech.safety.care_check import CareCheck, CareVerdict
from phoenix_speech.safety.care_words import CareWords
from phoenix_speech.safety.categories import Level
from phoenix_speech.safety.installed import safety_folder, safety_numbers
from phoenix_speech.safety.slot_guard import care_for, refused_slot
from phoenix_speech.safety.speech_guard import SpeechGuard
from phoenix_speech.understanding.intent_matcher import ExpectedAnswers, IntentMatcher
from phoenix_speech.understanding.requests import Understood, slots_of

Found: TypeAlias = tuple[str, Mapping[str, str], float]  # an intent: name, slots, confidence


class SentenceJudge:
    """
    Judges sentences, and matches those that pass against the sentence templates.

    No setting leads around the rules of care check and guard, which it reads first.

    :param on_failure: called with a fault and a text, when a part fails at a sentence.
    :raises ConfigFileError: a file is missing or broken.
    """

    def __init__(self, settings: NodeSettings, on_failure: Callable[[str, str], object]) -> None:
        self._on_failure = on_failure
        safety = safety_folder(settings.language)
        self._care_check = CareCheck.load(safety)
        adults = [adult for adult in settings.adults if adult]
        numbers = safety_numbers(settings)
        self._care_words = CareWords.load(safety, numbers, adults)
        self._guard = SpeechGuard.load(safety, numbers.all())
        self._matcher = IntentMatcher(language_folders(settings.config_path, settings.language))

    def slots_of_intents(self) -> dict[str, set[str]]:
        """Return the intents of the templates, each with its slots."""
        return self._matcher.slots_of_intents()

    def expect(self, answers: ExpectedAnswers) -> None:
        """Also recognize the answers to what the toy asked."""
        self._matcher.expect(answers)

    def forget_question(self) -> None:
        """Judge the next sentence by itself, whatever was asked before."""
        self._matcher.forget_question()

    def judge(self, text: str, now_s: float) -> CareVerdict | Understood:
        """
        Return how a sentence is to be answered with care, or what it means.

        :param now_s: of a clock that does not go back.
        """
        verdict = self._care_check.judge(text, now_s)
        if verdict.failure:
            self._on_failure('care_check_failed', verdict.failure)
        if verdict.level is not Level.PASS:
            return verdict
        try:
            understood = self._matcher.understand(text)
        except Exception as error:  # after a bug in the matcher the child still gets an answer
            self._on_failure('matching_failed', describe(error))
            return Understood()
        for request in understood.requests:
            if refused := refused_slot(self._guard, request.said):
                return care_for(refused)
        return understood

    def intents(self, found: CareVerdict | Understood) -> list[Found]:
        """
        Return each intent that follows.

        What does not pass is CARE, and so is an intent with a slot that is not fit to be said;
        what fits no template is FALLBACK. Several requests in one sentence are intents in their
        order, all but the first with the slot PART. What is not clear is UNSURE.
        """
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
