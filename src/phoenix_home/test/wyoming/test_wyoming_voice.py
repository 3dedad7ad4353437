"""The voice on a Wyoming server: wyoming's own, and servers that misbehave."""

import threading

import numpy as np
import pytest
from wyoming_servers import HOST, Parrot, deaf, flood, liar, mute, serving, told, wyomings_own

from phoenix_home.wyoming.connection import WyomingError
from phoenix_home.wyoming.voice import WyomingVoice, WyomingVoiceSettings

FORM = {'rate': 16000, 'width': 2, 'channels': 1}


def voice(port, limit_s=5.0, name=''):
    return WyomingVoice(
        WyomingVoiceSettings(host=HOST, port=port, limit_s=limit_s, name=name), 'en'
    )


def test_sound_comes_from_wyomings_own_server_at_our_rate():
    Parrot.asked = []
    with serving(wyomings_own(Parrot)) as port:
        chunks = list(voice(port).synthesize('Hello'))
        list(voice(port, name='amy').synthesize('a'))
    assert len(chunks) > 3 and all(chunk.dtype == np.int16 for chunk in chunks)
    assert sum(map(len, chunks)) == pytest.approx(5 * 0.1 * WyomingVoice.sample_rate, abs=2)
    assert np.concatenate(chunks)[1000:5000] == pytest.approx(0x1000, abs=50)
    assert [asked.voice.to_dict() for asked in Parrot.asked] == [
        {'language': 'en'},
        {'name': 'amy'},
    ]


def test_a_sentence_that_is_no_longer_wanted_ends_the_connection():
    hung_up = threading.Event()

    async def endless(reader, writer):
        try:
            await flood(told('audio-chunk', b'\x00' * 3200, **FORM))(reader, writer)
        finally:
            hung_up.set()

    with serving(endless) as port:
        sound = voice(port).synthesize('Hello')
        next(sound)
        sound.close()
        assert hung_up.wait(5)


@pytest.mark.parametrize(
    'server', [mute, deaf, liar(told('audio-start', **FORM)), flood(told('pong'))]
)
def test_a_slow_server_is_waited_for_no_longer_than_the_limit(server):
    with serving(server) as port, pytest.raises(WyomingError, match=r'no sound within 0\.2 s'):
        list(voice(port, 0.2).synthesize('Hello'))


@pytest.mark.parametrize(
    ('server', 'why'),
    [
        (liar(b'no json\n'), 'breaks off'),
        (liar(told('audio-start', rate=1, width=2, channels=1)), 'another form'),
        (liar(told('audio-start', rate='x', width=2, channels=1)), 'another form'),
        (liar(told('audio-start', rate=16000, width=4, channels=1)), 'another form'),
        (liar(told('audio-chunk', b'12', rate=16000, width=2, channels=9)), 'another form'),
        (liar(told('audio-start')), 'another form'),
        (liar(told('audio-chunk', b'123', **FORM)), 'parts of samples'),
        (liar(told('audio-stop')), ''),
        (liar(b'{"type": "audio-chunk", "payload_length": 99999999999}\n'), 'too much'),
        (liar(told('error', text='no')), 'reports an error'),
        (flood(told('audio-chunk', b'\x00' * 32000, **FORM)), 'says more than it was given'),
    ],
)
def test_a_server_that_lies_or_floods_is_refused(server, why):
    with serving(server) as port:
        if not why:
            assert list(voice(port).synthesize('Hi')) == []  # which the ladder takes as a failure
            return
        with pytest.raises(WyomingError, match=why):
            list(voice(port).synthesize('Hi'))
