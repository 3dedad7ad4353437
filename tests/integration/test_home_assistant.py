"""The toy as a device at home, on a real graph: asked by aioesphomeapi's own client."""

import asyncio
import threading
from pathlib import Path

import pytest
from aioesphomeapi import APIClient
from aioesphomeapi.core import APIConnectionError
from phoenix_msgs.msg import ActivityState, PlaybackEvent
from pydantic import ValidationError

from phoenix_core import events
from phoenix_core.limits.limits import Limits
from phoenix_core.telemetry import tracing
from phoenix_core.telemetry.tracing import TraceContext
from phoenix_core.testing.graph import decide
from phoenix_home.home_assistant import entities
from phoenix_home.home_assistant.node import HomeAssistant
from phoenix_home.home_assistant.settings import HomeAssistantSettings


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[events.AUDIO_PLAYBACK, events.ACTIVITY_STATE],
        records=[events.SAY_REQUEST, events.LED_COMMAND, events.ACTIVITY_REQUEST],
    )


@pytest.fixture
def toy(graph, probe):
    return graph.add(HomeAssistant, parameters={'port': 0})


def with_client(toy, asking):
    """Run a coroutine function of a connected client."""

    async def run():
        async with asyncio.timeout(20):
            client = APIClient('127.0.0.1', toy.port, None)
            await client.connect(login=True)
            result = await asking(client)
            await client.disconnect()
            return result

    return asyncio.run(run())


def test_an_announcement_passes_the_voice_and_its_end_comes_back(graph, probe, toy):
    decide(Path(graph.state_home), Limits(quiet_hours='', neighbors=['home_assistant']))

    def play():
        said = probe.expect(events.SAY_REQUEST)
        finished = PlaybackEvent.FINISHED
        probe.publish(
            events.AUDIO_PLAYBACK, kind=finished, utterance_id=said.utterance_id, position_s=1.0
        )

    playing = threading.Thread(target=play)
    playing.start()
    done = with_client(
        toy,
        lambda client: client.send_voice_assistant_announcement_await_response('', 10, 'Dinner!'),
    )
    playing.join()
    assert done.success
    assert probe.recorded(events.SAY_REQUEST)[0].text == 'Dinner!'


@pytest.mark.parametrize(
    ('allowed', 'activity', 'opens'),
    [('assist', 'idle', True), ('', 'idle', False), ('assist', 'story', False)],
)
def test_a_house_that_asks_gets_an_ear_by_a_parents_yes_and_from_a_resting_toy(
    graph, probe, toy, allowed, activity, opens
):
    allowed = [name for name in ('home_assistant', allowed) if name]
    decide(Path(graph.state_home), Limits(quiet_hours='', neighbors=allowed))
    probe.publish(events.ACTIVITY_STATE, activity=activity, phase=ActivityState.RESTING)

    def play():
        said = probe.expect(events.SAY_REQUEST)
        finished = PlaybackEvent.FINISHED
        with tracing.caused_by(TraceContext(said.header.trace_id, said.header.span_id)):
            probe.publish(events.AUDIO_PLAYBACK, kind=finished, utterance_id=said.utterance_id)

    async def asking(client):
        told = asyncio.Queue()
        client.subscribe_states(told.put_nowait)
        while (await told.get()).state != activity:
            pass
        done = await client.send_voice_assistant_announcement_await_response(
            '', 10, 'Is it cold?', start_conversation=True
        )
        client.number_command(entities.VOLUME, 30)  # comes after what the question began
        return done.success

    playing = threading.Thread(target=play)
    playing.start()
    assert with_client(toy, asking)
    playing.join()
    volume = probe.expect(events.ACTIVITY_REQUEST, lambda request: request.activity == 'volume')
    requests = probe.recorded(events.ACTIVITY_REQUEST)
    assert [one.activity for one in requests] == ['conversation'] * opens + ['volume']
    if opens:
        [said] = probe.recorded(events.SAY_REQUEST)
        assert requests[0].header.trace_id == said.header.trace_id != volume.header.trace_id


def test_states_go_out_and_commands_come_in(graph, probe, toy):
    decide(Path(graph.state_home), Limits(quiet_hours='', neighbors=['home_assistant']))
    probe.publish(events.ACTIVITY_STATE, activity='story', phase=ActivityState.SPEAKING)

    async def asking(client):
        client.number_command(entities.VOLUME, 30)
        client.light_command(entities.LIGHT, state=True, rgb=(0, 0, 1))
        told = asyncio.Queue()
        client.subscribe_states(told.put_nowait)
        state = await told.get()
        while state.key != entities.ACTIVITY:
            state = await told.get()
        return state.state

    assert with_client(toy, asking) == 'story'
    request = probe.expect(events.ACTIVITY_REQUEST)
    assert (request.activity, request.slots[0].value) == ('volume', '30')
    command = probe.expect(events.LED_COMMAND)
    assert (command.animation, command.color.b, command.color.r) == ('solid', 1.0, 0.0)


def test_without_a_parents_yes_nobody_is_answered(toy):
    with pytest.raises(APIConnectionError):
        with_client(toy, lambda client: client.device_info())


def test_another_address_than_this_machine_needs_a_key():
    with pytest.raises(ValidationError, match='needs a key_file'):
        HomeAssistantSettings(host='0.0.0.0')  # noqa: S104
    assert HomeAssistantSettings(host='0.0.0.0', key_file='/key').key_file  # noqa: S104
