"""The sound of what was said: from a little before it to a little after, and of nothing else."""

import pytest
from phoenix_msgs.msg import UserSpeech

from phoenix_home.home_assistant.heard_sound import BEFORE, KEPT, LONGEST, SECOND, HeardSound

STARTED, ENDED = UserSpeech.STARTED, UserSpeech.ENDED
FRAME = SECOND // 4


@pytest.fixture
def heard():
    return HeardSound()


def sound_of(heard, trace_id):
    """Judge what was said, and return its sound."""
    heard.on_judged(trace_id, True)
    return heard.of(trace_id)


def feed(heard, since_s, until_s):
    """Add frames of which each is named after its beginning, in quarters of a second."""
    for index in range(int(since_s * 4), int(until_s * 4)):
        heard.add(index * FRAME, bytes([index]))


def quarters(sound):
    return sound[0] / 4, sound[-1] / 4


def test_it_is_there_from_before_the_speech_until_after_it(heard):
    feed(heard, 0, 10)
    heard.on_speech(STARTED, 9 * SECOND, 'a')
    feed(heard, 10, 15)
    heard.on_speech(ENDED, 13 * SECOND, 'a')
    assert quarters(sound_of(heard, 'a')) == (8.75, 13.0)


def test_what_goes_on_after_a_pause_is_one_request(heard):
    feed(heard, 0, 2)
    heard.on_speech(STARTED, 1 * SECOND, 'a')
    heard.on_speech(ENDED, 2 * SECOND, 'a')
    feed(heard, 2, 5)
    heard.on_speech(STARTED, 3 * SECOND, 'a')
    assert sound_of(heard, 'a') == b''  # not yet
    heard.on_speech(ENDED, 4 * SECOND, 'a')
    assert quarters(sound_of(heard, 'a')) == (0.75, 4.0)


def test_a_follow_up_in_the_same_interaction_is_a_request_of_its_own(heard):
    feed(heard, 0, 3)
    heard.on_speech(STARTED, 1 * SECOND, 'a')
    heard.on_speech(ENDED, 2 * SECOND, 'a')
    feed(heard, 3, 9)
    heard.on_speech(STARTED, 7 * SECOND, 'a')
    heard.on_speech(ENDED, 8 * SECOND, 'a')
    assert quarters(sound_of(heard, 'a')) == (6.75, 8.0)


def test_another_interaction_gets_nothing(heard):
    feed(heard, 0, 2)
    heard.on_speech(STARTED, 1 * SECOND, 'a')
    heard.on_speech(ENDED, 2 * SECOND, 'a')
    assert sound_of(heard, 'a')
    assert sound_of(heard, 'b') == sound_of(heard, '') == b''


def test_it_is_forgotten_by_itself(heard):
    feed(heard, 0, 2)
    heard.on_speech(STARTED, 1 * SECOND, 'a')
    heard.on_speech(ENDED, 2 * SECOND, 'a')
    heard.add(2 * SECOND + KEPT + FRAME, b'later')
    assert sound_of(heard, 'a') == b''
    assert len(heard._frames) == 1


def test_no_more_is_kept_than_somebody_may_ask_for(heard):
    feed(heard, 0, 20)
    assert len(heard._frames) == BEFORE // FRAME + 1
    heard.on_speech(STARTED, 20 * SECOND, 'a')
    feed(heard, 20, 60)  # who never ends
    assert len(heard._frames) == LONGEST // FRAME + 1


def test_a_clock_that_is_set_costs_the_sound_and_nothing_else(heard):
    feed(heard, 30, 32)
    heard.on_speech(STARTED, 31 * SECOND, 'a')
    feed(heard, 0, 1)
    heard.on_speech(ENDED, 1 * SECOND, 'a')
    assert sound_of(heard, 'a') == b''


def test_all_is_forgotten_when_wanted(heard):
    feed(heard, 0, 2)
    heard.on_speech(STARTED, 1 * SECOND, 'a')
    heard.on_speech(ENDED, 2 * SECOND, 'a')
    heard.forget()
    assert sound_of(heard, 'a') == b''


def test_nothing_is_given_out_before_it_has_passed(heard):
    feed(heard, 0, 2)
    heard.on_speech(STARTED, 1 * SECOND, 'a')
    heard.on_judged('a', True)  # of something else: this is still being said
    heard.on_speech(ENDED, 2 * SECOND, 'a')
    assert heard.of('a') == b''
    heard.on_judged('b', True)
    assert heard.of('a') == b''
    heard.on_judged('a', True)
    assert heard.of('a')


def test_what_goes_on_is_judged_anew_and_what_does_not_pass_is_forgotten(heard):
    feed(heard, 0, 2)
    heard.on_speech(STARTED, 1 * SECOND, 'a')
    heard.on_speech(ENDED, 2 * SECOND, 'a')
    heard.on_judged('a', True)
    feed(heard, 2, 5)
    heard.on_speech(STARTED, 3 * SECOND, 'a')
    heard.on_speech(ENDED, 4 * SECOND, 'a')
    assert heard.of('a') == b''
    heard.on_judged('a', False)
    heard.on_judged('a', True)  # of the first part, late
    assert heard.of('a') == b''
    assert not heard._frames
