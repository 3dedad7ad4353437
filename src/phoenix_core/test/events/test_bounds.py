"""Texts and sequences that are longer than their types allow."""

import pytest
from phoenix_msgs.msg import ActivityRequest, EventHeader, Slot, Transcript

from phoenix_core import events
from phoenix_core.events.bounds import too_long


@pytest.mark.parametrize(
    ('message', 'told'),
    [
        (Transcript(text='x' * 1000), ''),
        (Transcript(text='x' * 1001), 'text must not be longer than 1000'),
        (
            Transcript(header=EventHeader(producer='x' * 65)),
            'header.producer must not be longer than 64',
        ),
        (ActivityRequest(slots=[Slot(), Slot(name='x' * 5000)]), 'slots.name must not be longer'),
        (ActivityRequest(slots=[Slot(name='duration', value='5')]), ''),
    ],
)
def test_what_is_too_long_is_found_wherever_it_is(message, told):
    assert too_long(message).startswith(told)
    assert bool(too_long(message)) == bool(told)


def test_no_event_is_too_long_as_it_is_made():
    assert not any(too_long(event.message_class()) for event in events.ALL)
