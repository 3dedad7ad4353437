"""What was measured of one way to answer, and how a sentence fared."""

from collections.abc import Iterable
from dataclasses import dataclass, field

EARLY_S = 0.1  # nobody can know sooner that a sentence is over: it was taken to end in its pause


@dataclass(frozen=True)
class Reply:
    """
    What became of a sentence.

    :param delay_s: from its last voiced sample to the first sample of the reply; None: no reply.
    :param is_early: a reply began before the sentence was over.
    :param words: of the reply.
    """

    delay_s: float | None
    is_early: bool
    words: str


def reply_of(began_at: Iterable[float], ended_at: float, words: str) -> Reply:
    """Return what replies that began at those times [s] are to a sentence that ended then."""
    first = min(began_at, default=None)
    if first is not None and first < ended_at + EARLY_S:
        return Reply(None, True, words)
    return Reply(None if first is None else first - ended_at, False, words)


@dataclass
class Figures:
    """
    What one way to answer takes.

    :param idle_percent: of one core, with the microphone open and nobody speaking.
    :param idle_mb: memory of all its processes then, by PSS.
    :param used_mb: the same after the last reply.
    """

    name: str
    ready_s: float
    idle_percent: float
    idle_mb: float
    used_mb: float = 0.0
    replies: list[Reply] = field(default_factory=list)
