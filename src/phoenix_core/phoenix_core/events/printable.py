"""Text from outside, as a terminal may show it."""


def printable(text: str) -> str:
    r"""
    Return a text with escapes, as \x1b, in place of what a terminal would obey and not show.

    These are control characters, line ends, and marks that reverse or hide what follows.
    """
    if text.isprintable():
        return text
    return ''.join(
        one if one.isprintable() else one.encode('unicode_escape').decode() for one in text
    )
