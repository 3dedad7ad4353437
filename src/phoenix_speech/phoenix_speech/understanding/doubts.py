"""Questions about what is clear in words and unclear in meaning: a length of time, or a clock."""

from collections.abc import Mapping

from phoenix_speech.understanding.quantities.reader import Kind, MarkedText, Quantity
from phoenix_speech.understanding.requests import (
    MOMENT,
    Choice,
    IntentMatch,
    Question,
    QuestionKind,
)


def about_request(request: IntentMatch, marked: MarkedText) -> Question | None:
    """Return what to ask about a timer for five, for 1:30 or for seven o'clock, or a mere time."""
    if request.name == MOMENT:
        alarm = IntentMatch('alarm_set', request.slots, 1.0)
        return Question(QuestionKind.ALARM, (Choice(marked.moment_said(), alarm),))
    if 'minutes' in request.slots:
        return _about_timer({'duration': str(60 * int(request.slots['minutes']))})
    if request.name != 'timer_set' or 'hour' not in request.slots:
        return None
    clocks = [one for one in marked.quantities.values() if one.kind is Kind.CLOCK]
    if any(one.clock for one in clocks):
        return _about_length(request.slots)
    return _about_alarm({n: request.slots[n] for n in Kind.CLOCK.slots if n in request.slots})


def about_quantity(quantity: Quantity) -> Question | None:
    """Return what to ask about a length of time, or a time, out of nothing."""
    if quantity.kind is Kind.CLOCK:
        return _about_alarm(quantity.slots)
    return _about_timer(quantity.slots) if int(quantity.slots.get('duration', '0')) > 0 else None


def _about_timer(slots: dict[str, str]) -> Question:
    timer = IntentMatch('timer_set', slots, 1.0)
    return Question(QuestionKind.TIMER, (Choice(slots['duration'], timer),))


def _about_length(slots: Mapping[str, str]) -> Question:
    large, small = int(slots['hour']), int(slots.get('minute', 0))
    named = {name: value for name, value in slots.items() if name == 'name'}
    lengths = (str(60 * large + small), str(3600 * large + 60 * small))
    choices = (
        Choice(seconds, IntentMatch('timer_set', {**named, 'duration': seconds}, 1.0))
        for seconds in lengths
    )
    return Question(QuestionKind.LENGTH, tuple(choices))


def _about_alarm(slots: dict[str, str]) -> Question:
    time = f'{slots["hour"]}:{int(slots.get("minute", 0)):02d}'
    return Question(QuestionKind.ALARM, (Choice(time, IntentMatch('alarm_set', slots, 1.0)),))
