"""Wishes: what was heard in one sentence beside its first request, and comes after that."""

from collections.abc import Callable

from phoenix_activities.engine.activity import Activity, Priority, UserIntent

PART = 'part'  # the slot of the second and third of several wishes in one sentence


class Wishes:
    """The wishes that wait for their turn, in the order of the sentence."""

    def __init__(self, entry: Callable[[UserIntent], Activity]) -> None:
        """
        Begin with none.

        :param entry: returns the activity that understands an intent.
        """
        self._entry = entry
        self._waiting: list[UserIntent] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def waits(self, intent: UserIntent, running: Activity) -> bool:
        """Return whether an intent that was heard waits; a new sentence forgets what waited."""
        if PART in intent.slots:
            self._waiting.append(intent)
            return True
        if not running.is_asking:
            self._waiting.clear()
        return False

    def come_now(self, running: Activity) -> bool:
        """Return whether the next wish need not wait for the end of what runs."""
        if not self._waiting or running.is_asking:
            return False
        wanted = self._entry(self._waiting[0])
        return running.priority is Priority.ANSWER or wanted.priority > running.priority

    def take(self) -> UserIntent:
        """Return the next wish, and remove it."""
        return self._waiting.pop(0)

    def forget(self) -> None:
        """Forget all."""
        self._waiting.clear()
