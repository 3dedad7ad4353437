"""The picture of a session."""

import xml.etree.ElementTree as ElementTree

import pytest

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND as SECOND
from phoenix_tools.bags.picture import ROW, draw
from phoenix_tools.bags.session import SessionEvent


def happened(event, at_s, **fields):
    message = event.message(**fields)
    message.header.stamp.sec = at_s
    return SessionEvent(event, message, at_s * SECOND)


def test_the_scores_of_a_wake_phrase_are_a_curve():
    scores = [
        happened(events.WAKE_WORD_SCORE, at_s, phrase='hello', score=score)
        for at_s, score in ((1, 0.0), (2, 1.0), (3, 0.5))
    ]
    drawn = ElementTree.fromstring(draw(scores))
    assert 'wake word' in [text.text for text in drawn.findall('.//{*}text')]
    [curve] = drawn.findall('.//{*}polyline')
    points = [tuple(map(float, point.split(','))) for point in curve.get('points').split()]
    (x1, bottom), (x2, top), (x3, middle) = points
    assert x2 - x1 == pytest.approx(x3 - x2)
    assert (bottom - top, bottom - middle) == (ROW, ROW / 2)
