"""The recognizer on a Wyoming server: wyoming's own, and servers that misbehave."""

import numpy as np
import pytest
from wyoming_servers import (
    HOST,
    Parrot,
    deaf,
    flood,
    liar,
    mute,
    serving,
    short_of_breath,
    told,
    wyomings_own,
)

from phoenix_core.settings.node_settings import NodeSettings
from phoenix_home.wyoming.connection import WyomingError
from phoenix_home.wyoming.recognizer import (
    RECOGNIZER,
    WyomingRecognizer,
    WyomingRecognizerSettings,
)

SOUND = np.zeros(16000, np.int16)


def recognizer(port, limit_s=5.0, language='de'):
    own = WyomingRecognizerSettings(host=HOST, port=port, limit_s=limit_s)
    return WyomingRecognizer(own, language)


def test_words_come_from_wyomings_own_server_in_one_line():
    Parrot.asked = []
    with serving(wyomings_own(Parrot)) as port:
        assert recognizer(port).recognize(SOUND, 16000) == '16000 samples'
        assert recognizer(port).recognize(SOUND[:800], 16000) == '800 samples'
    assert [asked.language for asked in Parrot.asked] == ['de', 'de']


def test_a_server_that_is_not_there_is_told_with_its_address():
    with serving(mute) as port:
        pass
    with pytest.raises(WyomingError, match=f'{HOST}:{port}'):
        recognizer(port).recognize(SOUND, 16000)


@pytest.mark.parametrize('server', [mute, deaf])
def test_a_slow_server_is_waited_for_no_longer_than_the_limit(server):
    loud = np.zeros(4_000_000, np.int16)  # more than the buffers of the system hold
    with serving(server) as port, pytest.raises(WyomingError, match=r'no words within 0\.2 s'):
        recognizer(port, 0.2).recognize(loud, 16000)


@pytest.mark.parametrize(
    ('server', 'why'),
    [
        (short_of_breath, 'breaks off|Connection|BrokenPipe'),
        (liar(b'HTTP/1.1 200 OK\r\n\r\n'), 'breaks off'),
        (liar(b'[1, 2]\n'), 'something else'),
        (liar(b'7\n'), 'something else'),
        (liar(b'{"data": {}}\n'), 'something else'),
        (liar(b'{"type": 5}\n'), 'something else'),
        (liar(b'{"type": "transcript", "data": 5}\n'), 'something else'),
        (liar(b'{"type": "transcript", "data_length": "9"}\n'), 'something else'),
        (liar(b'{"type": "x", "payload_length": 99999999999}\n'), 'too much'),
        (liar(b'{"type": "x", "data_length": 99999999999}\n'), 'too much'),
        (liar(told('error', text='no')), 'reports an error'),
        (liar(told('transcript')), 'no text'),
        (liar(told('transcript', text=7)), 'no text'),
        (liar(told('transcript', text='x' * 1001)), 'nobody says'),
        (liar(told('transcript', text='a\x00b')), 'nobody says'),
        (flood(told('pong', bytes(10_000))), 'too much'),
        (flood(b'x' * 65536), 'breaks off|too much'),
    ],
)
def test_a_server_that_lies_or_floods_is_refused_at_once(server, why):
    with serving(server) as port, pytest.raises(WyomingError, match=why):
        recognizer(port).recognize(SOUND, 16000)


@pytest.mark.parametrize(
    ('host', 'neighbor'),
    [
        ('127.0.0.1', ''),
        ('localhost', ''),
        ('::1', ''),
        ('192.168.1.10', 'wyoming:192.168.1.10:10300'),
        ('home.local', 'wyoming:home.local:10300'),
        ('fd00::1', 'wyoming:[fd00::1]:10300'),
    ],
)
def test_a_server_elsewhere_has_a_name_for_a_parent(host, neighbor):
    own = WyomingRecognizerSettings(host=host)
    assert RECOGNIZER._make(NodeSettings(), own).neighbor == neighbor


@pytest.mark.parametrize('host', ['', 'a b', 'user@home', 'home/x'])
def test_an_address_is_one_of_a_machine(host):
    with pytest.raises(ValueError, match='must be a name or an address'):
        WyomingRecognizerSettings(host=host)
