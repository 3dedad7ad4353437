"""The health of a node, and the limit on how often it publishes the same fault."""

from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path

from phoenix_msgs.msg import CapabilityStatus

from phoenix_core.events.event_type import EventRuleError

PERIOD_S = 10.0
MOST_IN_PERIOD = 5  # passes several messages of one code, but not one per audio frame


class Health:
    """The lasting impairments of a node, by the code of the fault that reported them."""

    def __init__(self) -> None:
        self._impairments: dict[str, tuple[int, str]] = {}

    def impair(self, code: str, level: int, message: str) -> None:
        """
        Add an impairment, or replace the one with the same code.

        :param level: DEGRADED or LOST of CapabilityStatus.
        """
        self._impairments[code] = (level, f'{code}: {message}')

    def heal(self, code: str) -> bool:
        """Remove an impairment; return False if there was none."""
        return self._impairments.pop(code, None) is not None

    @property
    def level(self) -> int:
        """The level of the worst impairment, as in CapabilityStatus."""
        return max((level for level, _ in self._impairments.values()), default=CapabilityStatus.OK)

    @property
    def message(self) -> str:
        """All impairments in one line; empty without any."""
        return '; '.join(message for _, message in self._impairments.values())


class FaultLimit:
    """
    Admits MOST_IN_PERIOD faults of each code per PERIOD_S and counts the others.

    :param clock: returns monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._admitted: defaultdict[str, deque[float]] = defaultdict(
            lambda: deque(maxlen=MOST_IN_PERIOD)
        )
        self._left_out: defaultdict[str, int] = defaultdict(int)

    def admit(self, code: str) -> int | None:
        """Return how many faults were left out since the last admitted one; None: leave it out."""
        now = self._clock()
        admitted = self._admitted[code]
        if len(admitted) == MOST_IN_PERIOD and now - admitted[0] < PERIOD_S:
            self._left_out[code] += 1
            return None
        admitted.append(now)
        return self._left_out.pop(code, 0)


class TellableError(RuntimeError):
    """An error whose text may be told: it holds nothing of what was said."""


def describe(error: BaseException) -> str:
    """
    Return the type and the place of an exception, without its text, which may be personal.

    Of an EventRuleError, include the event, the field and the rule, without the value; of a
    TellableError its text.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ''
    if trace is not None:
        place = f' at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}'
    text = f': {error.kind}' if isinstance(error, EventRuleError) else ''
    if isinstance(error, TellableError):
        text = f': {error}'
    return f'{type(error).__name__}{place}{text}'
