"""Whatever a message from outside holds, a terminal shows it and does not obey it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from message_values import fields

from phoenix_core import events
from phoenix_core.events.printable import printable


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('Grüße, 日本 🦊!', 'Grüße, 日本 🦊!'),
        ('\x1b[2J\x1b]0;title\x07', '\\x1b[2J\\x1b]0;title\\x07'),
        ('a\nb\rc\td', 'a\\nb\\rc\\td'),
        ('\x9b31m', '\\x9b31m'),  # one byte that terminals take for ESC [
        ('safe\u202egnp.exe', 'safe\\u202egnp.exe'),
        ('\ud800', '\\ud800'),
        ('', ''),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text, shown):
    assert printable(text) == shown


@given(st.text())
def test_any_text_can_be_shown_and_one_that_can_be_is_as_it_was(text):
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize(
    'event', [event for event in events.ALL if event.summary], ids=lambda event: event.name
)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_the_summary_of_any_message_is_a_line_for_a_terminal(event, data):
    message = event.message(**data.draw(fields(event.message, {})))
    summary = event.summarize(message)  # rules bind Phoenix's own nodes, not strangers
    assert summary is None or (summary.label + summary.text).isprintable()
