"""A listening on behalf of somebody else ends in a known way."""

import pytest
from phoenix_msgs.action import Listen
from phoenix_msgs.msg import EventHeader, ListeningEvent, ListenRequest, Transcript

from phoenix_home.ros.listen_goals import ListenGoals

OURS, OTHERS = 'a' * 32, 'b' * 32


class Ear:
    """The toy's side, and what came of it."""

    def __init__(self):
        self.requests = []
        self.timers = []
        self.heard = []
        self.ends = []
        self.goals = ListenGoals(self._request, self._after)
        self.goals.begin(
            self.heard.append, lambda outcome, text: self.ends.append((outcome, text))
        )

    def cancel(self):
        """Do nothing: a timer that is not called is cancelled."""

    def _request(self, kind):
        self.requests.append(kind)
        return OURS

    def _after(self, time_s, callback):
        self.timers.append(callback)
        return self

    def listening(self, kind, trace_id=OURS):
        header = EventHeader(trace_id=trace_id)
        self.goals.on_listening(ListeningEvent(header=header, kind=kind))

    def words(self, kind, text, trace_id=OURS):
        header = EventHeader(trace_id=trace_id)
        self.goals.on_transcript(Transcript(header=header, kind=kind, text=text))


@pytest.fixture
def ear():
    return Ear()


def test_the_words_come_back_and_those_so_far_before(ear):
    assert ear.requests == [ListenRequest.OPEN] and ear.goals.busy
    ear.listening(ListeningEvent.OPENED)
    ear.words(Transcript.PARTIAL, 'turn')
    ear.listening(ListeningEvent.HEARD)
    ear.words(Transcript.FINAL, 'not ours', OTHERS)
    ear.words(Transcript.FINAL, 'turn on')
    assert ear.heard == ['', 'turn']
    assert ear.ends == [(Listen.Result.HEARD, 'turn on')]
    ear.words(Transcript.FINAL, 'turn on the light')  # more of the same
    assert len(ear.ends) == 1 and not ear.goals.busy


@pytest.mark.parametrize(
    ('kind', 'outcome'),
    [
        (ListeningEvent.NO_SPEECH, Listen.Result.NO_SPEECH),
        (ListeningEvent.NOT_UNDERSTOOD, Listen.Result.NOT_UNDERSTOOD),
        (ListeningEvent.CANCELLED, Listen.Result.CANCELLED),
        (ListeningEvent.MUTED, Listen.Result.MUTED),
    ],
)
def test_the_end_without_words_says_why(ear, kind, outcome):
    ear.listening(kind, OTHERS)
    assert ear.ends == []
    ear.listening(kind)
    assert ear.ends == [(outcome, '')]


def test_who_calls_the_toy_meanwhile_goes_first(ear):
    ear.listening(ListeningEvent.OPENED, OTHERS)
    assert ear.ends == []  # still from before
    ear.listening(ListeningEvent.OPENED)
    ear.listening(ListeningEvent.OPENED, OTHERS)
    assert ear.ends == [(Listen.Result.CANCELLED, '')]


def test_an_ear_that_does_not_open_ends_it_and_so_does_the_one_who_asked(ear):
    ear.timers[-1]()
    assert ear.ends == [(Listen.Result.NO_ANSWER, '')]
    ear.timers[-1]()
    ear.goals.cancel()
    assert len(ear.ends) == 1 and ear.requests == [ListenRequest.OPEN]
    ear.goals.begin(ear.heard.append, lambda outcome, text: ear.ends.append((outcome, text)))
    ear.timers[0]()  # of the one before
    ear.goals.cancel()
    assert ear.ends[1:] == [(Listen.Result.CANCELLED, '')]
    assert ear.requests[1:] == [ListenRequest.OPEN, ListenRequest.CLOSE]
