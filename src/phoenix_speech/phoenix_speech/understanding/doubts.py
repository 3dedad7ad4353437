"""Questions about what is clear in words and unclear in meaning: a length of time, or a clock."""

from collections.abc import Mapping

from phoenix_speech.understanding.quantities.reader import Kind, MarkedText, Quantity
from phoenix_speech.understanding.requests import Choice, IntentMatch, Question, QuestionKind


def about_request(request: IntentMatch, marked: MarkedText) -> Question | None:
    """Return what to ask about a timer for 1:30, or for seven o'clock."""
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
    seconds = quantity.slots.get('duration', '0')
    if int(seconds) <= 0:
        return None
    timer = IntentMatch('timer_set', {'duration': seconds}, 1.0)
    return Question(QuestionKind.TIMER, (Choice(seconds, timer),))


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
