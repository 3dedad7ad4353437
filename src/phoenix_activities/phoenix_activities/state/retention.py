"""Retention: what a person told of itself is forgotten when a parent's limits say so."""

from datetime import date

from phoenix_activities.state.safe_state import KeptByToy
from phoenix_core.limits.limits import Limits

FIRST_DAY = date(2026, 1, 1)  # before Phoenix: a clock that is not set yet, and begins in 1970


def forget_old(kept: KeptByToy, limits: Limits, today: date, *, paused: bool) -> None:
    """
    Date what is new, and forget what is too old.

    :param paused: the conversation is over: without leave to remember, nothing outlasts it.
    """
    gone = paused and not limits.remember_facts
    for slot in kept.told.slots():
        known_since = kept.told_on.get(slot, today)
        if known_since < FIRST_DAY:
            known_since = today
        kept.told_on[slot] = known_since
        if gone or (today - known_since).days >= limits.remember_days:
            kept.told.forget(slot)
    for slot in kept.told_on.keys() - kept.told.slots():
        del kept.told_on[slot]
