"""The words of timers, alarms and reminders."""

from phoenix_activities.words.words import ActivityWords, Phrase, Phrases


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
    none: Phrase
    none_such: Phrase
    remaining: Phrase
    running: Phrase
    changed: Phrase
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
    weekly: Phrase


class TimerWords(ActivityWords):
    """The words of timers, alarms and reminders."""

    phrases: TimerPhrases
