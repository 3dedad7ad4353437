"""The error by which a command refuses what it was asked for, or gives up."""


class CommandError(Exception):
    """A command cannot go on; one line for the user, with what to do about it where that helps."""
