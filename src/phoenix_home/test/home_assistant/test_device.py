"""The toy as a device: asked by aioesphomeapi's own client, and by clients that misbehave."""

import asyncio
import base64
from contextlib import suppress

import pytest
from aioesphomeapi import APIClient
from aioesphomeapi.core import (
    APIConnectionError,
    InvalidEncryptionKeyAPIError,
    RequiresEncryptionAPIError,
)
from aioesphomeapi.model import VoiceAssistantTimerEventType as Timer

from phoenix_home.home_assistant import device, entities
from phoenix_home.home_assistant.device import Device
from phoenix_home.home_assistant.frames import key_of

HOST = '127.0.0.1'
KEY = base64.b64encode(bytes(range(32))).decode()


class Toy:
    """What is asked of the toy."""

    def __init__(self):
        self.allowed = True
        self.asked = []
        self.said = True

    def allows(self):
        return self.allowed

    def announce(self, text, ended, *, asks):
        self.asked.append(f'{text} (asks)' if asks else text)
        ended(self.said)

    def set_volume(self, percent):
        self.asked.append(percent)

    def set_silent(self, silent):
        self.asked.append('mute' if silent else 'unmute')

    def ring(self, name):
        self.asked.append(f'ring {name}')

    def show(self, lamp):
        self.asked.append((lamp.on, round(lamp.brightness, 2), lamp.red, lamp.green, lamp.blue))


def with_device(asking, toy=None, key=''):
    """Run a coroutine function of a device and its port."""

    async def run():
        made = Device(toy or Toy(), name='Phoenix', mac='02:00:00:00:00:01', key=key_of(key))
        server = await made.serve(HOST, 0)
        try:
            async with asyncio.timeout(20):
                return await asking(made, server.sockets[0].getsockname()[1])
        finally:
            server.close()

    return asyncio.run(run())


async def connected(port, key=None):
    client = APIClient(HOST, port, None, noise_psk=key)
    await client.connect(login=True)
    return client


@pytest.mark.parametrize('key', ['', KEY])
def test_home_assistants_client_sees_the_entities_and_their_states(key):
    async def asking(made, port):
        made.tell(entities.BATTERY, 50.0)
        client = await connected(port, key or None)
        info = await client.device_info()
        listed, _ = await client.list_entities_services()
        states = asyncio.Queue()
        client.subscribe_states(states.put_nowait)
        battery = await states.get()
        made.tell(entities.ACTIVITY, 'story')
        made.tell(entities.ACTIVITY, 'story')  # which is no news
        made.tell(entities.TOUCHED, True)
        activity, touched = await states.get(), await states.get()
        await client.disconnect()
        return info, {one.name for one in listed}, [battery, activity, touched]

    info, names, states = with_device(asking, key=key)
    assert (info.name, info.friendly_name) == ('phoenix', 'Phoenix')
    assert info.mac_address == '02:00:00:00:00:01'
    assert names == {
        *('Battery', 'Activity', 'Health', 'Microphone muted', 'Touched', 'Volume', 'Light'),
        'Mute',
    }
    assert [state.state for state in states] == [50.0, 'story', True]


def test_volume_light_and_announcements_go_to_the_toy():
    toy = Toy()

    async def asking(made, port):
        client = await connected(port)
        client.number_command(entities.VOLUME, 30)
        client.switch_command(entities.SILENT, True)
        client.switch_command(entities.SILENT, False)
        client.light_command(entities.LIGHT, state=True, brightness=0.5, rgb=(1, 0, 0))
        client.light_command(entities.LIGHT, state=False)
        done = await client.send_voice_assistant_announcement_await_response(
            '', 5, ' Dinner\nis ready. '
        )
        toy.said = False
        refused = await client.send_voice_assistant_announcement_await_response(
            '', 5, 'No?', start_conversation=True
        )
        sound = await client.send_voice_assistant_announcement_await_response(
            'http://x/y.mp3', 5, ''
        )
        await client.disconnect()
        return [done.success, refused.success, sound.success]

    assert with_device(asking, toy) == [True, False, False]
    on, off = (True, 0.5, 1.0, 0.0, 0.0), (False, 0.5, 1.0, 0.0, 0.0)
    assert toy.asked == [30, 'mute', 'unmute', on, off, 'Dinner is ready.', 'No? (asks)']


def test_a_timer_rings_when_it_is_over_and_not_before():
    toy = Toy()

    async def asking(made, port):
        client = await connected(port)
        for kind in (Timer.VOICE_ASSISTANT_TIMER_STARTED, Timer.VOICE_ASSISTANT_TIMER_UPDATED):
            client.send_voice_assistant_timer_event(kind, 'a', 'the  pasta', 60, 30, True)
        cancelled = Timer.VOICE_ASSISTANT_TIMER_CANCELLED
        client.send_voice_assistant_timer_event(cancelled, 'b', 'egg', 60, 30, False)
        for name in ('the  pasta', '', 'x' * 101, 'a\0b'):
            finished = Timer.VOICE_ASSISTANT_TIMER_FINISHED
            client.send_voice_assistant_timer_event(finished, 'a', name, 60, 0, False)
        await client.device_info()
        await client.disconnect()

    with_device(asking, toy)
    assert toy.asked == ['ring the pasta', 'ring ', 'ring ', 'ring ']


def test_who_sends_more_than_a_house_does_is_sent_away():
    toy = Toy()

    async def asking(made, port):
        client = await connected(port)
        for _ in range(2 * int(device.MESSAGES_AT_ONCE)):
            client.number_command(entities.VOLUME, 30)
        while client._connection is not None:
            await asyncio.sleep(0)
        await (await connected(port)).disconnect()

    with_device(asking, toy)
    assert len(toy.asked) <= 1.5 * device.MESSAGES_AT_ONCE


def test_nobody_is_answered_without_a_parents_yes():
    toy = Toy()
    toy.allowed = False

    async def asking(made, port):
        with pytest.raises(APIConnectionError):
            await connected(port)

    with_device(asking, toy)


def test_a_yes_that_is_taken_back_holds_at_once():
    toy = Toy()

    async def asking(made, port):
        client = await connected(port)
        states = []
        client.subscribe_states(states.append)
        await client.device_info()
        toy.allowed = False
        made.tell(entities.TOUCHED, True)
        client.number_command(entities.VOLUME, 30)
        client.number_command(entities.VOLUME, 40)
        while client.api_version is not None and client._connection is not None:
            await asyncio.sleep(0)
        return states

    assert with_device(asking, toy) == []
    assert len(toy.asked) <= 1  # what was on its way


@pytest.mark.parametrize(
    ('key', 'told'),
    [
        (base64.b64encode(bytes(32)).decode(), InvalidEncryptionKeyAPIError),
        (None, RequiresEncryptionAPIError),  # then Home Assistant asks for the key
    ],
)
def test_who_has_another_key_or_none_learns_nothing_but_that(key, told):
    async def asking(made, port):
        with pytest.raises(told):
            await connected(port, key)

    with_device(asking, key=KEY)


@pytest.mark.parametrize(
    'sent',
    [
        b'GET / HTTP/1.1\r\n\r\n',
        b'\x00\xff\xff\xff\xff\xff',
        b'\x00\xff\xff\x7f\x01',  # a message of 2 MB
        b'\x00\x03\x01\xff\xff\xff',  # no protobuf
        b'\x01\x00\x00',
    ],
)
@pytest.mark.parametrize('key', ['', KEY])
def test_who_speaks_nonsense_is_sent_away_and_the_next_one_is_served(sent, key):
    async def asking(made, port):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(sent)
        writer.write_eof()
        with suppress(ConnectionResetError):
            await reader.read()
        writer.close()
        client = await connected(port, key or None)
        await client.disconnect()

    with_device(asking, key=key)


def test_who_says_nothing_is_sent_away(monkeypatch):
    monkeypatch.setattr(device, 'HELLO_S', 0.05)

    async def asking(made, port):
        reader, writer = await asyncio.open_connection(HOST, port)
        assert await reader.read() == b''
        writer.close()

    with_device(asking, key=KEY)


def test_more_clients_than_a_house_has_are_sent_away():
    async def asking(made, port):
        kept = [await connected(port) for _ in range(device.MOST_CLIENTS)]
        with pytest.raises(APIConnectionError):
            await connected(port)
        for client in kept:
            await client.disconnect()

    with_device(asking)


def test_a_key_is_32_bytes():
    assert key_of('') == b''
    for text in ('x', 'AAAA', KEY[:-4], '!' * 44):
        with pytest.raises(ValueError, match='32 bytes'):
            key_of(text)
