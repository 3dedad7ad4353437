"""Quiz: five questions about the world."""

from phoenix_activities.activities.questions import QuestionsActivity


class QuizActivity(QuestionsActivity):
    """Asks, gives a second try, and counts what was right."""

    name = 'quiz'
    intents = ('quiz',)
    at_a_time = 5
