"""The wake word engine of Phoenix's default, as its library gives it; runs with a peer."""

from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model


class MicroEar:
    """Hears "hey Jarvis" by microWakeWord."""

    def __init__(self) -> None:
        self._features = MicroWakeWordFeatures()
        self._model = MicroWakeWord.from_builtin(Model.HEY_JARVIS)

    def hears_call(self, frame: bytes) -> bool:
        """Return whether the phrase ends in this frame."""
        heard = [
            bool(self._model.process_streaming(one))
            for one in self._features.process_streaming(frame)
        ]
        return any(heard)

    def reset(self) -> None:
        """Forget all that was heard."""
        self._features.reset()
        self._model.reset()
