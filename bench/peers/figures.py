"""What was measured of one way to answer, and how a sentence fared."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reply:
    """
    What became of a sentence.

    :param delay_s: from its last voiced sample to the first sample of the reply; None: no reply.
    :param is_early: it was decided to reply before the sentence was over, and so it was done.
    :param words: of the reply.
    """

    delay_s: float | None
    is_early: bool
    words: str


def reply_of(replies: Iterable[tuple[float, float]], ended_at: float, words: str) -> Reply:
    """Return what became of a sentence that ended then, by when replies were decided and began."""
    first = min(replies, key=lambda one: one[1], default=None)
    if first is None:
        return Reply(None, False, words)
    decided_at, began_at = first
    is_early = decided_at < ended_at
    return Reply(None if is_early else began_at - ended_at, is_early, words)


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
