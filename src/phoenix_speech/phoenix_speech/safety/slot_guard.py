"""Judges the values of slots: what is kept or said later must be fit to be said at all."""

from collections.abc import Mapping

from phoenix_speech.safety.care_check import UNSURE, CareVerdict
from phoenix_speech.safety.categories import Category, Level
from phoenix_speech.safety.speech_guard import (
    JUDGE_LIMIT_S,
    GuardVerdict,
    SpeechGuard,
    SpokenCategory,
)


def refused_slot(guard: SpeechGuard, slots: Mapping[str, str]) -> GuardVerdict | None:
    """Return the verdict on the first value that is not fit to be said; None if all are."""
    for value in slots.values():
        if value and not value.isdigit():
            verdict = guard.judge(value, JUDGE_LIMIT_S)
            if not verdict.allowed:
                return verdict
    return None


def care_for(verdict: GuardVerdict) -> CareVerdict:
    """Return how to answer a person who wants something kept or said that is not fit."""
    name = verdict.category.value if verdict.category else ''
    category = Category(name) if name in {one.value for one in Category} else None
    failure = verdict.reason if verdict.category is SpokenCategory.FAILURE else ''
    return CareVerdict(category, Level.REFUSE, name if category else UNSURE, failure=failure)
