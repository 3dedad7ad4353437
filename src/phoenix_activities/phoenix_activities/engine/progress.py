"""Progress: what the toy is doing, and whether that lasts too long."""

from collections.abc import Callable, Mapping

from phoenix_activities.engine.time_out import After, TimeOut
from phoenix_activities.engine.toy_interface import Phase, ToyInterface


class Progress:
    """
    Reports each new state, and gives up a phase that makes no progress.

    :param deadlines_s: how long each phase may last without progress; one that is not named,
        for ever.
    :param give_up: is called when it has lasted longer.
    """

    def __init__(
        self,
        toy: ToyInterface,
        deadlines_s: Mapping[Phase, float],
        after: After,
        give_up: Callable[[], None],
    ) -> None:
        self._toy = toy
        self._deadlines_s = deadlines_s
        self._give_up = give_up
        self._deadline = TimeOut(after)
        self._reported: tuple[str, Phase] | None = None

    def follow(self, activity: str, phase: Phase, *, forward: bool) -> None:
        """
        Report the state if it is new; wait anew if something came forward.

        :param forward: what just happened is progress.
        """
        if (activity, phase) != self._reported:
            self._reported = activity, phase
            self._toy.report_state(activity, phase)
        if not forward:
            return
        self._deadline.stop()
        if deadline_s := self._deadlines_s.get(phase):
            self._deadline.start(deadline_s, lambda: self._late(phase))

    def _late(self, phase: Phase) -> None:
        self._toy.report_late(phase)
        self._give_up()
