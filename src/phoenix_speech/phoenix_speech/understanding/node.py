"""The intent node: judges what a person says, then finds what they want in it."""

from collections.abc import Mapping
from functools import partial

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
from phoenix_speech.understanding.intent_matcher import IntentMatch, IntentMatcher


class IntentSettings(NodeSettings):
    """Settings of the intent node."""


class Intent(EventNode):
    """
    Judges final transcripts, and matches those that pass against the sentence templates.

    What does not pass is CARE, before any intent or model, and so is an intent with a slot that is
    not fit to be said; what fits no template is FALLBACK.
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
            **self._matcher.slots_of_intents(),
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

    def _understand(self, text: str) -> CareVerdict | IntentMatch | None:
        verdict = self._care_check.judge(text, self.time.now_s())
        if verdict.failure:
            self.post(self.fault, 'care_check_failed', verdict.failure)
        if verdict.level is not Level.PASS:
            return verdict
        try:
            match = self._matcher.match(text)
        except Exception as error:  # after a bug in the matcher the child still gets an answer
            self.post(self.fault, 'matching_failed', describe(error))
            return None
        refused = match and refused_slot(self._guard, match.slots)
        return care_for(refused) if refused else match

    def _publish(self, text: str, found: CareVerdict | IntentMatch | None) -> None:
        slots: Mapping[str, str] = {}
        match found:
            case None:
                name, confidence = IntentDetected.FALLBACK, 0.0
            case IntentMatch():
                name, slots, confidence = found.name, found.slots, found.confidence
            case CareVerdict():
                name, confidence = IntentDetected.CARE, 1.0
                slots = self._care_words.slots(found)
        self.intent_detected(
            name=name,
            slots=[Slot(name=slot, value=value) for slot, value in slots.items()],
            confidence=confidence,
            text=text,
        )


def main() -> None:
    """Run the node alone."""
    raise SystemExit(run([Intent]))
