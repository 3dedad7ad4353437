"""Joins what was cut too early with what the person said next."""

from phoenix_speech.understanding.completeness import CompletenessJudge

WITHIN_S = 1.0  # after the end of speech: who goes on later has begun something new


def joined(first: str, rest: str, judge: CompletenessJudge) -> str:
    """
    Return what is to be understood, after `first` was; '' if the rest adds nothing.

    Of two sentences it is the second alone: the first is done, and not to be done twice.
    """
    added = judge.without_joins(rest)
    if not added or (judge.is_sentence(first) and judge.is_sentence(added)):
        return added
    return f'{first.rstrip(" .!?…,;:")} {rest}'
