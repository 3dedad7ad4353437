"""Idle: the toy rests and waits for a person."""

from phoenix_activities.activity import Activity, Request


class Idle(Activity):
    """Attention begins a conversation."""

    name = 'idle'

    def on_attention(self, reason: str) -> bool:
        """Begin a conversation, whose first words are still to be heard."""
        self.director.enter('conversation', Request(reason))
        return True

    def on_said(self) -> None:
        """Rest on."""

    def on_not_heard(self) -> None:
        """Rest on."""
