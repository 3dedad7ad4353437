"""The intent node: judges what a person says, then finds what they want in it."""

from functools import partial

from phoenix_msgs.msg import ExpectedAnswers, IntentDetected, Slot, Transcript

from phoenix_core import events
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_speech.safety.care_check import CareVerdict
from phoenix_speech.understanding.continued import Said, left_to_do
from phoenix_speech.understanding.requests import CHOICES, Understood
from phoenix_speech.understanding.sentence_judge import SentenceJudge


class IntentSettings(NodeSettings):
    """Settings of the intent node."""


class Intent(EventNode):
    """Publishes the intents of final transcripts, as a SentenceJudge finds them."""

    intent_detected = Publishes(events.INTENT_DETECTED)
    settings: IntentSettings

    def configure(self) -> None:
        """Read the rules of safety and the templates."""
        self._judge = SentenceJudge(self.settings, partial(self.post, self.fault))
        self._said = Said()  # the newest sentence
        self.known['intents'] = {
            IntentDetected.FALLBACK: (),
            IntentDetected.ANSWER: None,  # each answer has slots of its own
            IntentDetected.CARE: ('category', 'say', 'grave'),
            IntentDetected.UNSURE: ('ask', *CHOICES),
            **{
                name: (*slots, IntentDetected.PART)
                for name, slots in self._judge.slots_of_intents().items()
            },
        }

    @subscribes(events.EXPECTED_ANSWERS)
    def on_expected(self, expected: ExpectedAnswers) -> None:
        """Also recognize the answers to what the toy asked."""
        answers = {answer.name: list(answer.sentences) for answer in expected.answers}
        self.in_background(self._judge.expect, answers)

    @subscribes(events.TRANSCRIPT)
    def on_transcript(self, transcript: Transcript) -> None:
        """Understand on the worker thread: tolerant matching takes some 10 ms."""
        if transcript.kind == Transcript.FINAL:
            text, trace_id = transcript.text, transcript.header.trace_id
            self.in_background(self._understand, text, then=partial(self._publish, text, trace_id))

    def _understand(self, text: str) -> CareVerdict | Understood:
        return self._judge.judge(text, self.time.now_s())

    def _publish(self, text: str, trace_id: str, found: CareVerdict | Understood) -> None:
        if isinstance(found, Understood):
            before, self._said = self._said, Said(text, trace_id, found)
            if before.begins(self._said):
                found = left_to_do(before.understood, found)
        for name, slots, confidence in self._judge.intents(found):
            self.intent_detected(
                name=name,
                slots=[Slot(name=slot, value=value) for slot, value in slots.items()],
                confidence=confidence,
                text=text,
            )
