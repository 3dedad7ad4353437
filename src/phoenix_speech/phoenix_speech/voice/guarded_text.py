"""Makes a text safe to speak: what the speech guard refuses is replaced by a calm sentence."""

from collections.abc import Callable
from pathlib import Path

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.safety.care_words import SafetyNumbers
from phoenix_speech.safety.speech_guard import (
    JUDGE_LIMIT_S,
    MAX_CHARACTERS,
    GuardVerdict,
    SpeechGuard,
    canned_sentence,
    refuse_all,
)
from phoenix_speech.sentences import SpeechRules, split_sentences

SENTENCE_ENDS = ('.', '!', '?')
CANNED_AGAIN_S = 5.0  # a reply that is refused sentence by sentence gets one calm sentence


class GuardedText:
    """
    Judges each sentence before it is synthesized; without a guard nothing passes.

    Each is judged alone, and once more together with the one before it: cut in two, what is not
    fit to be said is still not.
    """

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
        self._interaction = self._before = ''

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

    def of(self, text: str, interaction: str = '') -> str:
        """
        Return what may be said instead of a text: all of it, parts, or a calm sentence.

        :param interaction: in which it is said; texts of the same one are judged together.
        """
        if interaction != self._interaction:
            self._interaction, self._before = interaction, ''
        said = []
        for sentence in split_sentences(text, self._rules):
            verdict = self._judge(sentence)
            if verdict.allowed:
                said.append(sentence)
                is_complete = self._before.endswith(SENTENCE_ENDS)
                self._before = sentence if is_complete else self._after(sentence)
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
        verdict = self._guard.judge(sentence, JUDGE_LIMIT_S)
        if verdict.allowed and self._before:
            verdict = self._guard.judge(self._after(sentence), JUDGE_LIMIT_S)
        return verdict

    def _after(self, sentence: str) -> str:
        """Return a sentence with what was said before it."""
        return f'{self._before} {sentence}'.strip()[-MAX_CHARACTERS:]
