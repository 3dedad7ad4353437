"""Riddle: one riddle, with a hint when it is needed."""

from phoenix_activities.activities.questions import QuestionsActivity


class RiddleActivity(QuestionsActivity):
    """Asks one riddle; 'something else' asks another."""

    name = 'riddle'
    intents = ('riddle',)
    at_a_time = 1
