"""Makes a text safe to speak: what the speech guard refuses is replaced by a calm sentence."""

from collections.abc import Callable
from pathlib import Path

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.safety.care_words import SafetyNumbers
from phoenix_speech.safety.speech_guard import (
    JUDGE_LIMIT_S,
    GuardVerdict,
    SpeechGuard,
    canned_sentence,
    refuse_all,
)
from phoenix_speech.sentences import SpeechRules, split_sentences

CANNED_AGAIN_S = 5.0  # a reply that is refused sentence by sentence gets one calm sentence


class GuardedText:
    """Judges each sentence before it is synthesized; without a guard nothing passes."""

    def __init__(
        self,
        guard: SpeechGuard | None,
        language: str,
        rules: SpeechRules,
        *,
        clock: Callable[[], float],
        on_refused: Callable[[str], None],
    ) -> None:
        """
        Prepare for a language.

        :param guard: None: there is none, and every sentence is refused.
        :param clock: in seconds, for what is refused again at once.
        :param on_refused: called with the reason of each refusal, a code without any words.
        """
        self._guard = guard
        self._canned = canned_sentence(language)
        self._rules = rules
        self._clock = clock
        self._on_refused = on_refused
        self._canned_at_s = float('-inf')

    @staticmethod
    def load_guard(
        folder: Path, numbers: SafetyNumbers, on_failure: Callable[[str], None]
    ) -> SpeechGuard | None:
        """Load the guard of a language; report what is wrong with its files, and return None."""
        try:
            return SpeechGuard.load(folder, numbers.all())
        except ConfigFileError as error:
            on_failure(str(error))
            return None

    def of(self, text: str) -> str:
        """Return what may be said instead of a text: all of it, parts, or a calm sentence."""
        said = []
        for sentence in split_sentences(text, self._rules):
            verdict = self._judge(sentence)
            if verdict.allowed:
                said.append(sentence)
                continue
            self._on_refused(verdict.reason)
            now_s = self._clock()
            if not 0 <= now_s - self._canned_at_s < CANNED_AGAIN_S:
                said.append(self._canned)
            self._canned_at_s = now_s
        return ' '.join(said)

    def _judge(self, sentence: str) -> GuardVerdict:
        if self._guard is None:
            return refuse_all()
        return self._guard.judge(sentence, JUDGE_LIMIT_S)
