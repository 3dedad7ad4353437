"""Whether the microphone is muted, kept on disk: the authority that outlives every process."""

from pathlib import Path

from phoenix_core.storage.toy_file import replace_file

OPEN, MUTED = 'open\n', 'muted\n'


class MuteFile:
    """
    The file; one node writes it, any may read it.

    :param path: None: there is no place for it, and nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def read(self) -> bool | None:
        """Return whether it says muted, as a damaged file does; None: nothing was ever kept."""
        if self._path is None:
            return None
        try:
            return self._path.read_bytes() != OPEN.encode()
        except FileNotFoundError:
            return None
        except OSError:
            return True

    @property
    def permits_sound(self) -> bool:
        """Whether it says open; without a place for it there is nobody to ask."""
        return self._path is None or self.read() is False

    def write(self, muted: bool) -> None:
        """
        Keep it; when this returns, it survives a loss of power.

        :raises OSError: it cannot be written; what was kept still holds.
        """
        if self._path is not None and self.read() is not muted:
            replace_file(self._path, MUTED if muted else OPEN)
