"""Decides how long a pause is waited for, by what was said before it."""

from phoenix_speech.listening.settings import ListenerSettings
from phoenix_speech.understanding.completeness import Completeness


class HoldPolicy:
    """The silences that end an utterance [s], of the listener's settings."""

    def __init__(self, settings: ListenerSettings) -> None:
        patience_s = settings.patience_s
        self.unclear_s = max(settings.end_silence_s, patience_s)
        self.open_s = max(settings.open_silence_s, self.unclear_s)
        self._enough_s = max(min(settings.enough_silence_s, self.unclear_s), patience_s)
        self._whole_s = min(settings.whole_silence_s, self.unclear_s)

    def silence_s(self, said: Completeness) -> float:
        """Return the silence that ends what is so complete."""
        match said:
            case Completeness.WHOLE:
                return self._whole_s
            case Completeness.ENOUGH:
                return self._enough_s
            case Completeness.OPEN | Completeness.FRAGMENT:
                return self.open_s
            case Completeness.UNCLEAR:
                return self.unclear_s
