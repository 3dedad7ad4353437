"""Sound that comes over a network in pieces."""

import numpy as np

from phoenix_audio.microphone.live_sound import AHEAD_S, LONGEST_S, LiveSound

RATE = 16000
PIECE = 320


def pieces(count):
    return np.arange(1, count * PIECE + 1, dtype=np.int16).reshape(count, PIECE)


def test_nothing_is_heard_until_enough_waits_and_then_all_in_order():
    sound = LiveSound(RATE)
    heard = []
    sent = pieces(40)
    for piece in sent[: int(AHEAD_S * RATE / PIECE) - 1]:
        sound.feed(piece)
        heard.append(sound.take(PIECE))
    assert np.concatenate(heard).size == 0
    for piece in sent[int(AHEAD_S * RATE / PIECE) - 1 :]:
        sound.feed(piece)
        heard.append(sound.take(PIECE))
    joined = np.concatenate(heard)
    assert joined.size > 30 * PIECE
    assert np.array_equal(joined, sent.ravel()[: joined.size])


def test_pieces_that_come_in_bursts_are_heard_without_gaps():
    sound = LiveSound(RATE)
    sent = pieces(40)
    heard = []
    for burst in sent.reshape(10, 4, PIECE):
        for piece in burst:
            sound.feed(piece)
        heard += [sound.take(PIECE) for _ in range(4)]
    joined = np.concatenate(heard)
    assert np.array_equal(joined, sent.ravel()[: joined.size])
    assert joined.size >= 30 * PIECE


def test_the_oldest_is_dropped_when_too_much_waits():
    sound = LiveSound(RATE)
    sent = pieces(100)
    for piece in sent:
        sound.feed(piece)
    kept = int(LONGEST_S * RATE)
    assert np.array_equal(sound.take(RATE), sent.ravel()[-kept:])


def test_after_a_pause_it_waits_for_enough_again():
    sound = LiveSound(RATE)
    for piece in pieces(10):
        sound.feed(piece)
    while sound.take(PIECE).size:
        pass
    sound.feed(pieces(1)[0])
    assert sound.take(PIECE).size == 0
