"""How patient the supervision is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Times in seconds, and the number of attempts."""

    gather_s: float = 10.0  # for all expected nodes to appear before any becomes active
    transition_s: float = 60.0  # for a transition to end; a longer one has failed
    answer_s: float = 1.0  # for a live node to begin a transition; the request is lost otherwise
    hang_s: float = 1.0  # without a sign of life, outside of transitions
    retry_s: float = 0.5  # pause after the second failure in a row; doubles with each further one
    retry_max_s: float = 30.0  # longest pause
    attempts: int = 4  # failures in a row after which a node counts as lost
    stable_s: float = 5.0  # in service, after which earlier failures are forgotten
