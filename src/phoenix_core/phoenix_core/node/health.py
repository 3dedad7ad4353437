"""How well a node does its work, and which of its faults are worth telling."""

from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path

from phoenix_msgs.msg import CapabilityStatus

from phoenix_core.events.event_type import EventRuleError

PERIOD_S = 10.0
MOST_IN_PERIOD = 5  # different messages of one code get through, one per audio frame does not


class Health:
    """The lasting troubles of a node, by the code of the fault that began them."""

    def __init__(self) -> None:
        """Begin in good health."""
        self._troubles: dict[str, tuple[int, str]] = {}

    def impair(self, code: str, level: int, message: str) -> None:
        """
        Begin a trouble, or change what is said of it.

        :param level: DEGRADED or LOST of CapabilityStatus.
        """
        self._troubles[code] = (level, f'{code}: {message}')

    def heal(self, code: str) -> bool:
        """End a trouble; False when there was none."""
        return self._troubles.pop(code, None) is not None

    @property
    def level(self) -> int:
        """The worst of the troubles, as in CapabilityStatus."""
        return max((level for level, _ in self._troubles.values()), default=CapabilityStatus.OK)

    @property
    def message(self) -> str:
        """What the troubles are, in one line; empty when there are none."""
        return '; '.join(message for _, message in self._troubles.values())


class FaultLimit:
    """Lets a few faults of each code through and counts the others."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """
        Begin to count.

        :param clock: gives seconds; never goes back.
        """
        self._clock = clock
        self._told: defaultdict[str, deque[float]] = defaultdict(
            lambda: deque(maxlen=MOST_IN_PERIOD)
        )
        self._left_out: defaultdict[str, int] = defaultdict(int)

    def admit(self, code: str) -> int | None:
        """Return how many were left out since the last one that was told; None: leave it out."""
        now = self._clock()
        told = self._told[code]
        if len(told) == MOST_IN_PERIOD and now - told[0] < PERIOD_S:
            self._left_out[code] += 1
            return None
        told.append(now)
        return self._left_out.pop(code, 0)


def describe(error: BaseException) -> str:
    """
    Say what was raised and where, without the error's own text: it may hold what a person said.

    A broken rule is told whole, but for its value.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ''
    if trace is not None:
        place = f' at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}'
    text = f': {error.kind}' if isinstance(error, EventRuleError) else ''
    return f'{type(error).__name__}{place}{text}'
