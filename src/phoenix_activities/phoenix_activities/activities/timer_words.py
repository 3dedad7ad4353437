"""The words of timers, alarms and reminders."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from phoenix_activities.activities.due_times import REPEATS, days_between, weekdays_of
from phoenix_activities.activities.running_timers import RunningTimer, RunningTimers
from phoenix_activities.engine.activity_manager import ActivityManager
from phoenix_activities.words.words import Phrase, Phrases


class TimerPhrases(Phrases):
    """Said of what is set; {time} is a length of time or a time of the day, {items} a list."""

    timer_set: Phrase
    named_timer_set: Phrase
    alarm_set: Phrase
    timer_reminder_set: Phrase
    alarm_reminder_set: Phrase
    how_long: Phrase
    how_much: Phrase
    when: Phrase
    which_one: Phrase
    another_time: Phrase
    too_long: Phrase  # what is to be kept in mind
    too_much: Phrase  # time
    too_many: Phrase
    past: Phrase
    cancelled: Phrase
    left_out: Phrase  # of an alarm that repeats, a day
    none: Phrase
    none_such: Phrase
    remaining: Phrase
    running: Phrase
    changed: Phrase
    changed_time: Phrase
    paused: Phrase
    resumed: Phrase
    nothing_rings: Phrase
    # One of a list.
    item: Phrase
    named_item: Phrase
    paused_item: Phrase
    alarm_item: Phrase
    reminder_item: Phrase
    # Times of the day, on which days.
    today: Phrase
    tomorrow: Phrase
    on_day: Phrase
    daily: Phrase
    weekdays: Phrase
    weekends: Phrase
    alternate: Phrase
    alternate_weekly: Phrase
    some_days: Phrase  # every {number} days
    weekly: Phrase


MONDAY, A_DAY = datetime(2024, 1, 1), timedelta(days=1)  # some Monday


class TimersTold:
    """How timers are said."""

    def __init__(
        self, manager: ActivityManager, phrases: TimerPhrases, running: RunningTimers
    ) -> None:
        self._manager, self._phrases, self._running = manager, phrases, running

    def items(self, some: Iterable[RunningTimer]) -> str:
        """Return a list of them."""
        return self._manager.words.forms.all_of([self._item(one) for one in some])

    def length(self, seconds: float) -> str:
        """Return a length of time."""
        return self._manager.words.forms.length(timedelta(seconds=seconds))

    def time(self, alarm: RunningTimer) -> str:
        """Return the time of the day, and on which days it is."""
        phrases, forms = self._phrases, self._manager.words.forms
        days = (alarm.due.date() - self._manager.now().date()).days
        # A weekday more than a week away would be taken for the next one.
        day = forms.weekday(alarm.due) if days < 7 else forms.date(alarm.due.date())
        if alarm.repeat in REPEATS:
            phrase = getattr(phrases, alarm.repeat)
        elif numbers := weekdays_of(alarm.repeat):
            phrase = phrases.alternate_weekly if days_between(alarm.repeat) else phrases.weekly
            day = forms.all_of([forms.weekday(MONDAY + number * A_DAY) for number in numbers])
        elif alarm.repeat:
            phrase = phrases.some_days
        else:
            phrase = (phrases.today, phrases.tomorrow)[days] if days < 2 else phrases.on_day
        number = str(days_between(alarm.repeat))
        return self._text_of(phrase, time=forms.time(alarm.due), day=day, number=number)

    def _item(self, one: RunningTimer) -> str:
        phrases = self._phrases
        if one.wall is None:
            time, phrase = self.length(self._running.left_s(one)), phrases.item
            if one.paused_left_s is not None:
                phrase = phrases.paused_item
            elif one.name:
                phrase = phrases.named_item
        else:
            time, phrase = self.time(one), phrases.alarm_item
        if one.what:
            phrase = phrases.reminder_item
        return self._text_of(phrase, time=time, name=one.name, what=one.what)

    def _text_of(self, phrase: Phrase, **values: str) -> str:
        return self._manager.words.choose(phrase).format_map(values)
