"""The intent node: finds what a person wants in what they said."""

from phoenix_msgs.msg import ExpectedAnswers, IntentDetected, Slot, Transcript

from phoenix_core import events
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import run
from phoenix_core.node.health import describe
from phoenix_core.settings.config_file import language_folders
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_speech.understanding.intent_matcher import IntentMatch, IntentMatcher


class IntentSettings(NodeSettings):
    """Settings of the intent node."""


class Intent(EventNode):
    """Matches final transcripts against the sentence templates; what fits none is FALLBACK."""

    intent_detected = Publishes(events.INTENT_DETECTED)
    settings: IntentSettings

    def configure(self) -> None:
        """Read the templates."""
        settings = self.settings
        self._matcher = IntentMatcher(language_folders(settings.config_path, settings.language))
        self.known['intents'] = {
            IntentDetected.FALLBACK: (),
            IntentDetected.ANSWER: None,  # each answer has slots of its own
            **self._matcher.slots_of_intents(),
        }

    @subscribes(events.EXPECTED_ANSWERS)
    def on_expected(self, expected: ExpectedAnswers) -> None:
        """Also recognize the answers to what the toy asked."""
        answers = {answer.name: list(answer.sentences) for answer in expected.answers}
        self.in_background(self._matcher.expect, answers)

    @subscribes(events.TRANSCRIPT)
    def on_transcript(self, transcript: Transcript) -> None:
        """Match on the worker thread: tolerant matching takes some 10 ms."""
        if transcript.kind == Transcript.FINAL:
            text = transcript.text
            self.in_background(self._match, text, then=lambda match: self._publish(match, text))

    def _match(self, text: str) -> IntentMatch | None:
        try:
            return self._matcher.match(text)
        except Exception as error:  # after a bug in the matcher the child still gets an answer
            self.post(self.fault, 'matching_failed', describe(error))
            return None

    def _publish(self, match: IntentMatch | None, text: str) -> None:
        if match is None:
            self.intent_detected(name=IntentDetected.FALLBACK, confidence=0.0, text=text)
        else:
            self.intent_detected(
                name=match.name,
                slots=[Slot(name=name, value=value) for name, value in match.slots.items()],
                confidence=match.confidence,
                text=text,
            )


def main() -> None:
    """Run the node alone."""
    raise SystemExit(run([Intent]))
