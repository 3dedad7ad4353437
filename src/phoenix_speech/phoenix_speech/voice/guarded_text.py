"""Makes a text fit to be spoken: in words, and what the speech guard refuses is not said."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

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
from phoenix_speech.voice.reading.reader import TextReader

SENTENCE_ENDS = ('.', '!', '?')
CANNED_AGAIN_S = 5.0  # a reply that is refused sentence by sentence gets one calm sentence


class Forms(NamedTuple):
    """A sentence as it is written, and as it is read."""

    written: str
    read: str

    def followed_by(self, sentence: 'Forms') -> 'Forms':
        """Return both forms with those of the next sentence, as much as can be judged at once."""
        return Forms(
            *(f'{a} {b}'.strip()[-MAX_CHARACTERS:] for a, b in zip(self, sentence, strict=True))
        )


class GuardedText:
    """
    Reads and judges each sentence before it is synthesized; without a guard nothing passes.

    Each is judged as it is written, where a number to call and an address can be seen, and as it
    is read, which is what a child hears of digits, emoji and foreign letters. And both alone, and
    together with what was said before: cut in two, what is not fit to be said is still not.
    """

    def __init__(
        self,
        guard: SpeechGuard | None,
        language: str,
        rules: SpeechRules,
        reader: TextReader,
        *,
        clock: Callable[[], float],
        on_refused: Callable[[str], None],
        on_lost: Callable[[int], None],
    ) -> None:
        """
        Prepare for a language.

        :param guard: None: there is none, and every sentence is refused.
        :param clock: in seconds, for what is refused again at once.
        :param on_refused: called with the reason of each refusal, a code without any words.
        :param on_lost: called with the number of characters in a sentence that have no reading.
        """
        self._guard = guard
        self._canned = canned_sentence(language)
        self._rules = rules
        self._reader = reader
        self._clock = clock
        self._on_refused = on_refused
        self._on_lost = on_lost
        self._canned_at_s = float('-inf')
        self._interaction = ''
        self._before = Forms('', '')

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
            self._interaction, self._before = interaction, Forms('', '')
        said = []
        for sentence in split_sentences(self._reader.in_words(text), self._rules):
            reading = self._reader.read(sentence)
            if reading.lost:
                self._on_lost(reading.lost)
            forms = Forms(sentence, reading.text)
            verdict = self._judge(forms)
            if verdict.allowed:
                said.append(forms.read)
                is_complete = self._before.read.endswith(SENTENCE_ENDS)
                self._before = forms if is_complete else self._before.followed_by(forms)
                continue
            self._on_refused(verdict.reason)
            now_s = self._clock()
            if not 0 <= now_s - self._canned_at_s < CANNED_AGAIN_S:
                said.append(self._canned)
            self._canned_at_s = now_s
        return ' '.join(said)

    def _judge(self, forms: Forms) -> GuardVerdict:
        if self._guard is None:
            return refuse_all()
        joined = self._before.followed_by(forms) if any(self._before) else forms
        verdict = refuse_all()
        for form in dict.fromkeys((*forms, *joined)):
            verdict = self._guard.judge(form, JUDGE_LIMIT_S)
            if not verdict.allowed:
                break
        return verdict
