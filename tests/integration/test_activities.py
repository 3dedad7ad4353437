"""The activities node: the test is ear, mind, mouth and body of the toy, and sees what it does."""

import contextlib
import shutil
from pathlib import Path

import pytest
import yaml
from phoenix_msgs.msg import (
    ActivityState,
    ButtonEvent,
    CapabilityStatus,
    ConversationEvent,
    ConversationRequest,
    IntentDetected,
    ListeningEvent,
    ListenRequest,
    PlaybackEvent,
    Slot,
    TouchEvent,
)

from phoenix_activities.engine.node import Activities
from phoenix_core import events
from phoenix_core.settings.node_settings import SettingsError

ENGLISH = Path(__file__).parents[2] / 'config' / 'en'
RESTING, LISTENING = ActivityState.RESTING, ActivityState.LISTENING
THINKING, SPEAKING = ActivityState.THINKING, ActivityState.SPEAKING
FOLLOWING_UP = ActivityState.FOLLOWING_UP


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=Activities.declarations.subscribes, records=Activities.declarations.publishes
    )


@pytest.fixture
def node(graph, probe):
    node = graph.add(Activities, parameters={'seed': 1})
    probe.expect(events.ACTIVITY_STATE)
    return node


def wake(probe):
    return probe.publish(events.WAKE_WORD_DETECTED, phrase='hey_jarvis', score=0.9)


def touch(probe, kind=TouchEvent.TOUCHED):
    return probe.publish(events.TOUCH, pad='head', kind=kind)


def press(probe, kind=ButtonEvent.PRESSED):
    return probe.publish(events.BUTTON, button='talk', kind=kind)


def ear(probe, kind, cause):
    probe.publish(events.LISTENING, cause=cause, kind=kind)


def want(probe, name, cause=None, *, text='some words', **slots):
    return probe.publish(
        events.INTENT_DETECTED,
        cause=cause,
        name=name,
        slots=[Slot(name=slot, value=value) for slot, value in slots.items()],
        confidence=1.0,
        text=text,
    )


def play(probe, utterance, *kinds):
    for kind in kinds or (PlaybackEvent.STARTED, PlaybackEvent.FINISHED):
        probe.publish(events.AUDIO_PLAYBACK, kind=kind, utterance_id=utterance)


def begin_to_play(probe, utterance, cause=None):
    """Play the beginning until the toy speaks: its words may come after their sound."""
    spoken = states(probe).count(('conversation', SPEAKING))
    while states(probe).count(('conversation', SPEAKING)) == spoken:
        probe.publish(
            events.AUDIO_PLAYBACK,
            cause=cause,
            kind=PlaybackEvent.STARTED,
            utterance_id=utterance,
        )
        with contextlib.suppress(AssertionError):
            probe.expect_count(
                events.ACTIVITY_STATE, spoken + 1, lambda s: s.phase == SPEAKING, timeout_s=0.5
            )


def caused_by(cause):
    return lambda message: message.header.trace_id == cause.trace_id


def expect_state(probe, activity, phase, where=lambda message: True):
    return probe.expect(
        events.ACTIVITY_STATE,
        lambda s: s.activity == activity and s.phase == phase and where(s),
    )


def expect_rest(probe, count=1):
    """Wait until the toy went back to rest for that many times."""
    transitions = probe.expect_count(
        events.ACTIVITY_TRANSITION, count, lambda t: t.from_activity and t.to_activity == 'idle'
    )
    return transitions[-1].reason


def states(probe):
    return [(state.activity, state.phase) for state in probe.recorded(events.ACTIVITY_STATE)]


def test_the_toy_begins_in_idle(graph, node, probe):
    begin = probe.expect(events.ACTIVITY_TRANSITION)
    assert (begin.from_activity, begin.to_activity, begin.reason) == ('', 'idle', 'start')
    assert states(probe) == [('idle', RESTING)]
    assert probe.expect(events.VOLUME).level == pytest.approx(0.7)
    late = graph.probe(records=[events.ACTIVITY_STATE, events.VOLUME])
    assert late.expect(events.ACTIVITY_STATE).activity == 'idle'
    assert late.expect(events.VOLUME).level == pytest.approx(0.7)


def test_what_the_toy_can_no_longer_do_is_told(node, probe):
    def tell(level):
        entries = [CapabilityStatus(capability='hearing', level=level)]
        probe.publish(events.SYSTEM_STATUS, capabilities=entries)

    tell(CapabilityStatus.DEGRADED)
    tell(CapabilityStatus.LOST)
    tell(CapabilityStatus.LOST)
    told = probe.expect(events.SAY_REQUEST)
    assert told.text in node.manager.activities['idle'].words.lost['hearing'].root
    play(probe, told.utterance_id)
    expect_state(probe, 'idle', SPEAKING)
    expect_state(probe, 'idle', THINKING, lambda s: s.header.trace_id == told.header.trace_id)
    tell(CapabilityStatus.OK)
    tell(CapabilityStatus.LOST)
    probe.expect_count(events.SAY_REQUEST, 2)
    assert len(probe.recorded(events.SAY_REQUEST)) == 2


def test_an_interaction_is_one_trace_from_the_wake_word_to_rest(node, probe):
    cause = wake(probe)
    transition = probe.expect(events.ACTIVITY_TRANSITION, caused_by(cause))
    assert (transition.from_activity, transition.to_activity) == ('idle', 'conversation')
    assert transition.reason == 'wake_word'
    expect_state(probe, 'conversation', LISTENING, caused_by(cause))
    ear(probe, ListeningEvent.OPENED, cause)
    ear(probe, ListeningEvent.HEARD, cause)
    expect_state(probe, 'conversation', THINKING, caused_by(cause))
    want(probe, 'name', cause, text='what is your name')
    say = probe.expect(events.SAY_REQUEST, caused_by(cause))
    assert 'Phoenix' in say.text
    context = {'cause': cause, 'utterance_id': say.utterance_id}
    probe.publish(events.AUDIO_PLAYBACK, kind=PlaybackEvent.STARTED, **context)
    expect_state(probe, 'conversation', SPEAKING, caused_by(cause))
    probe.publish(events.AUDIO_PLAYBACK, kind=PlaybackEvent.FINISHED, **context)
    expect_state(probe, 'idle', RESTING, caused_by(cause))
    assert probe.recorded(events.LISTEN_REQUEST) == []  # the listener opens by itself
    assert probe.recorded(events.FAULT) == []
    assert [phase for _, phase in states(probe)] == [
        RESTING, LISTENING, THINKING, SPEAKING, RESTING,
    ]  # fmt: skip


@pytest.mark.parametrize('attract', [touch, press])
def test_a_touch_or_a_button_opens_the_ear(node, probe, attract):
    cause = attract(probe)
    request = probe.expect(events.LISTEN_REQUEST)
    assert request.kind == ListenRequest.OPEN
    assert request.header.trace_id == cause.trace_id
    transition = probe.expect(events.ACTIVITY_TRANSITION, caused_by(cause))
    assert (transition.to_activity, transition.reason) == (
        'conversation', 'touch' if attract is touch else 'button',
    )  # fmt: skip
    expect_state(probe, 'conversation', LISTENING)


def test_letting_go_is_no_reason_to_listen(node, probe):
    touch(probe, TouchEvent.RELEASED)
    press(probe, ButtonEvent.RELEASED)
    cause = wake(probe)
    first = probe.expect(events.ACTIVITY_TRANSITION, lambda t: t.from_activity)
    assert first.header.trace_id == cause.trace_id
    assert probe.recorded(events.LISTEN_REQUEST) == []


def test_a_double_click_says_it_again(node, probe):
    want(probe, 'joke')
    first = probe.expect(events.SAY_REQUEST)
    play(probe, first.utterance_id)
    expect_rest(probe)
    for kind in (ButtonEvent.PRESSED, ButtonEvent.RELEASED) * 2:
        press(probe, kind)
    cause = press(probe, ButtonEvent.DOUBLE_CLICKED)
    assert probe.expect(events.SAY_REQUEST, caused_by(cause)).text == first.text
    closed = probe.expect(events.LISTEN_REQUEST, caused_by(cause))
    assert closed.kind == ListenRequest.CLOSE  # the presses had opened the ear


def test_a_held_button_sends_the_toy_to_sleep(node, probe):
    want(probe, 'story')
    probe.expect(events.SAY_REQUEST)
    press(probe)
    probe.expect(events.STOP_SPEAKING)
    cause = press(probe, ButtonEvent.HELD)
    play(probe, probe.expect(events.SAY_REQUEST, caused_by(cause)).utterance_id)
    press(probe, ButtonEvent.RELEASED)
    expect_state(probe, 'sleep', RESTING)
    press(probe, ButtonEvent.CLICKED)  # means nothing beside the press
    cause = press(probe)
    transition = probe.expect(events.ACTIVITY_TRANSITION, lambda t: t.from_activity == 'sleep')
    assert transition.header.trace_id == cause.trace_id


def test_a_color_is_shown_and_told(node, probe):
    cause = want(probe, 'light_color', color='red')
    command = probe.expect(events.LED_COMMAND)
    color = command.color
    assert (command.animation, color.r, color.g, color.b, color.a) == ('solid', 1, 0, 0, 1)
    assert (command.brightness, command.duration_s) == (1, 0)
    say = probe.expect(events.SAY_REQUEST)
    assert 'red' in say.text
    assert {command.header.trace_id, say.header.trace_id} == {cause.trace_id}


def test_a_dim_light_is_dim(node, probe):
    want(probe, 'light_brightness', level='30')
    assert probe.expect(events.LED_COMMAND).brightness == pytest.approx(0.3)


@pytest.mark.parametrize(
    ('name', 'slots', 'level', 'muted'),
    [
        ('volume_set', {'level': '30'}, 0.3, False),
        ('volume_up', {}, 0.9, False),
        ('volume_down', {}, 0.5, False),
        ('mute', {}, 0.7, True),
    ],
)
def test_the_volume_is_changed_on_request(node, probe, name, slots, level, muted):
    cause = want(probe, name, **slots)
    volume = probe.expect(events.VOLUME, caused_by(cause))
    assert (volume.level, volume.muted) == (pytest.approx(level), muted)
    probe.expect(events.SAY_REQUEST)


def test_what_has_no_short_answer_goes_to_the_conversation(node, probe):
    cause = want(probe, IntentDetected.FALLBACK, text='why is the sky blue')
    request = probe.expect(events.CONVERSATION_REQUEST)
    assert (request.kind, request.text) == (ConversationRequest.REPLY, 'why is the sky blue')
    assert request.header.trace_id == cause.trace_id
    expect_state(probe, 'conversation', THINKING)
    probe.publish(events.CONVERSATION, cause=cause, kind=ConversationEvent.STARTING)
    for name in ('a', 'b'):
        probe.publish(
            events.CONVERSATION,
            cause=cause,
            kind=ConversationEvent.SENTENCE,
            text='Blue light bounces most.',
            utterance_id=name,
        )
    begin_to_play(probe, 'a')
    play(probe, 'a', PlaybackEvent.FINISHED)
    probe.publish(events.CONVERSATION, cause=cause, kind=ConversationEvent.ENDED)
    begin_to_play(probe, 'b')
    assert len(probe.recorded(events.ACTIVITY_TRANSITION)) == 2  # not at rest before the end
    play(probe, 'b', PlaybackEvent.FINISHED)
    expect_state(probe, 'conversation', FOLLOWING_UP)  # without a new wake word
    ear(probe, ListeningEvent.OPENED, cause)
    ear(probe, ListeningEvent.NO_SPEECH, cause)
    assert expect_rest(probe) == 'not_heard'
    assert probe.recorded(events.SAY_REQUEST) == []  # the conversation speaks for itself


@pytest.mark.parametrize('why', [ListeningEvent.NO_SPEECH, ListeningEvent.NOT_UNDERSTOOD])
def test_the_toy_asks_once_to_say_it_again(node, probe, why):
    cause = wake(probe)
    expect_state(probe, 'conversation', LISTENING)  # topics have no order among them
    ear(probe, ListeningEvent.OPENED, cause)
    ear(probe, why, cause)
    say = probe.expect(events.SAY_REQUEST)
    assert say.header.trace_id == cause.trace_id
    play(probe, say.utterance_id)
    request = probe.expect(events.LISTEN_REQUEST)
    assert request.kind == ListenRequest.FOLLOW_UP
    ear(probe, ListeningEvent.OPENED, cause)
    ear(probe, why, cause)
    assert expect_rest(probe) == 'not_heard'
    assert len(probe.recorded(events.SAY_REQUEST)) == 1


@pytest.mark.parametrize('attract', [wake, touch, press])
def test_attention_ends_what_is_being_said(node, probe, attract):
    want(probe, 'joke')
    say = probe.expect(events.SAY_REQUEST)
    play(probe, say.utterance_id, PlaybackEvent.STARTED)
    expect_state(probe, 'conversation', SPEAKING)
    cause = attract(probe)
    assert probe.expect(events.STOP_SPEAKING).header.trace_id == cause.trace_id
    expect_state(probe, 'conversation', LISTENING, caused_by(cause))


def test_a_request_to_stop_ends_a_reply(node, probe):
    want(probe, IntentDetected.FALLBACK, text='why is the sky blue')
    probe.expect(events.CONVERSATION_REQUEST)
    probe.publish(events.CONVERSATION, kind=ConversationEvent.STARTING)
    probe.publish(
        events.CONVERSATION, kind=ConversationEvent.SENTENCE, text='Blue.', utterance_id='a'
    )
    begin_to_play(probe, 'a')
    cause = want(probe, 'stop')
    probe.expect(events.STOP_SPEAKING, caused_by(cause))
    cancel = probe.expect(events.CONVERSATION_REQUEST, caused_by(cause))
    assert cancel.kind == ConversationRequest.CANCEL
    assert expect_rest(probe) == 'stop'
    expect_state(probe, 'idle', RESTING, caused_by(cause))


def test_a_story_is_told_paragraph_by_paragraph(node, probe):
    cause = want(probe, 'story', topic='dragon')
    story = yaml.safe_load((ENGLISH / 'stories' / 'the_small_dragon.yaml').read_text())
    first = story['scenes']['mountain']
    for count, text in enumerate([*first['tell'], first['ask']], 1):
        say = probe.expect_count(events.SAY_REQUEST, count)[-1]
        assert say.text == text
        assert say.header.trace_id == cause.trace_id
        context = {'cause': cause, 'utterance_id': say.utterance_id}
        probe.publish(events.AUDIO_PLAYBACK, kind=PlaybackEvent.STARTED, **context)
        probe.publish(events.AUDIO_PLAYBACK, kind=PlaybackEvent.FINISHED, **context)
    expect_state(probe, 'story', FOLLOWING_UP, caused_by(cause))
    expected = probe.expect(events.EXPECTED_ANSWERS, lambda e: e.answers)
    assert [answer.name for answer in expected.answers] == ['cave', 'village']
    assert list(expected.answers[0].sentences) == first['choices']['cave']['answers']
    want(probe, 'answer', answer='village')
    probe.expect(events.SAY_REQUEST, lambda say: say.text == story['scenes']['village']['tell'][0])
    assert probe.recorded(events.EXPECTED_ANSWERS)[-1].answers == []


def test_a_program_asks_for_an_activity(node, probe):
    cause = probe.publish(
        events.ACTIVITY_REQUEST, activity='story', slots=[Slot(name='topic', value='firefly')]
    )
    assert 'Flora' in probe.expect(events.SAY_REQUEST, caused_by(cause)).text
    transition = probe.expect(events.ACTIVITY_TRANSITION, caused_by(cause))
    assert (transition.to_activity, transition.reason) == ('story', 'request')


def test_what_a_model_wants_done_begins_when_its_reply_has_been_said(node, probe):
    cause = want(probe, IntentDetected.FALLBACK, text='i am bored')
    probe.expect(events.CONVERSATION_REQUEST)
    for kind, more in (
        (ConversationEvent.STARTING, {}),
        (ConversationEvent.SENTENCE, {'text': 'Listen.', 'utterance_id': 'a'}),
    ):
        probe.publish(events.CONVERSATION, cause=cause, kind=kind, **more)
    begin_to_play(probe, 'a', cause)
    probe.publish(
        events.ACTIVITY_REQUEST,
        cause=cause,
        activity='story',
        slots=[Slot(name='topic', value='dragon')],
    )
    probe.publish(events.CONVERSATION, cause=cause, kind=ConversationEvent.ENDED)
    assert probe.recorded(events.SAY_REQUEST) == []
    probe.publish(
        events.AUDIO_PLAYBACK, cause=cause, kind=PlaybackEvent.FINISHED, utterance_id='a'
    )
    say = probe.expect(events.SAY_REQUEST)
    assert 'Dario' in say.text
    assert say.header.trace_id == cause.trace_id


@pytest.mark.parametrize('duration', ['0', '-5', 'nan', 'inf', '1e300', 'x'])
def test_a_request_with_a_bad_value_is_refused_and_the_toy_goes_on(node, probe, duration):
    slots = [Slot(name='duration', value=duration)]
    cause = probe.publish(events.ACTIVITY_REQUEST, activity='timer', slots=slots)
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('activities', 'request_refused')
    assert fault.header.trace_id == cause.trace_id
    assert 'timer: duration' in fault.message
    want(probe, 'timer_remaining')
    probe.expect(events.SAY_REQUEST)
    reasons = [one.reason for one in probe.recorded(events.ACTIVITY_TRANSITION)]
    assert 'request' not in reasons


def test_a_request_for_no_activity_is_a_fault_and_the_toy_goes_on(node, probe):
    cause = probe.publish(events.ACTIVITY_REQUEST, activity='flying')
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('activities', 'request_refused')
    assert fault.header.trace_id == cause.trace_id
    wake(probe)
    expect_state(probe, 'conversation', LISTENING)


def test_the_toy_sleeps_until_it_is_wanted(node, probe):
    want(probe, 'sleep')
    play(probe, probe.expect(events.SAY_REQUEST).utterance_id)
    expect_state(probe, 'sleep', RESTING)
    cause = touch(probe)
    expect_state(probe, 'conversation', LISTENING, caused_by(cause))


def test_a_timer_rings_in_a_trace_of_its_own(node, probe):
    cause = want(probe, 'timer_set', duration='0.2')
    play(probe, probe.expect(events.SAY_REQUEST, caused_by(cause)).utterance_id)
    ring = probe.expect_count(events.SAY_REQUEST, 2)[1]
    assert ring.header.trace_id != cause.trace_id
    entered = probe.expect(events.ACTIVITY_TRANSITION, lambda t: t.reason == 'alarm')
    assert entered.header.trace_id == ring.header.trace_id
    assert probe.expect(events.LED_COMMAND).animation == 'alarm'
    assert probe.expect(events.EARCON).earcon == 'alarm'
    touch(probe)
    assert expect_rest(probe, 2) == 'touch'


def test_a_cancelled_timer_does_not_ring(node, probe):
    for name, slots in (('timer_set', {'duration': '0.3'}), ('timer_cancel', {})):
        cause = want(probe, name, **slots)
        play(probe, probe.expect(events.SAY_REQUEST, caused_by(cause)).utterance_id)
    want(probe, 'timer_set', duration='0.4')
    play(probe, probe.expect_count(events.SAY_REQUEST, 3)[-1].utterance_id)
    probe.expect_count(events.SAY_REQUEST, 4)
    rings = [t for t in probe.recorded(events.ACTIVITY_TRANSITION) if t.reason == 'alarm']
    assert len(rings) == 1


def test_a_step_that_does_not_end_is_given_up(graph, probe):
    graph.add(Activities, parameters={'thinking_deadline_s': 0.2})
    cause = want(probe, 'joke')
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('activities', 'step_late')
    assert fault.header.trace_id == cause.trace_id
    assert 'gave up thinking after 0.2 s' in fault.message
    assert expect_rest(probe) == 'late'
    probe.expect(events.STOP_SPEAKING)
    want(probe, 'joke')
    probe.expect_count(events.SAY_REQUEST, 2)


def test_what_is_given_up_belongs_to_the_interaction_whatever_is_lost_meanwhile(graph, probe):
    graph.add(Activities, parameters={'thinking_deadline_s': 0.5})
    cause = want(probe, 'joke')
    expect_state(probe, 'conversation', THINKING)
    lost = CapabilityStatus(capability='speaking', level=CapabilityStatus.LOST)
    probe.publish(events.SYSTEM_STATUS, capabilities=[lost])
    probe.expect(events.FAULT, caused_by(cause))
    probe.expect(events.STOP_SPEAKING, caused_by(cause))
    probe.expect(events.ACTIVITY_TRANSITION, lambda t: t.reason == 'late' and caused_by(cause)(t))
    expect_state(probe, 'idle', RESTING, caused_by(cause))


def test_a_slot_of_no_use_is_a_fault_and_the_toy_goes_on(node, probe):
    cause = want(probe, 'volume_set', level='loud')
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('activities', 'handler_failed')
    assert fault.header.trace_id == cause.trace_id
    want(probe, 'joke')
    play(probe, probe.expect(events.SAY_REQUEST).utterance_id)
    expect_rest(probe)


def test_nothing_moves_the_toy_while_it_is_inactive_and_it_begins_in_idle(graph, node, probe):
    want(probe, 'joke')
    say = probe.expect(events.SAY_REQUEST)
    expect_state(probe, 'conversation', THINKING)
    graph.call(node.trigger_deactivate)
    wake(probe)
    play(probe, say.utterance_id)
    graph.call(node.trigger_activate)
    probe.expect_count(
        events.ACTIVITY_STATE, 2, lambda s: (s.activity, s.phase) == ('idle', RESTING)
    )
    cause = want(probe, 'name')
    play(probe, probe.expect(events.SAY_REQUEST, caused_by(cause)).utterance_id)
    expect_rest(probe)
    assert probe.recorded(events.FAULT) == []


def test_words_that_are_not_in_order_are_refused_by_name(refusal, tmp_path):
    words = tmp_path / 'en'
    shutil.copytree(ENGLISH, words)
    (words / 'answers.yaml').write_text('answers: {joke: {tell: [ha]}}\n')
    refused = refusal(Activities, {'config_dir': str(tmp_path)})
    assert f'{words}/answers.yaml: answers.joke' in refused
    assert f'{tmp_path}/fr/answers.yaml' in refusal(
        Activities, {'config_dir': str(tmp_path), 'language': 'fr'}
    )


@pytest.mark.parametrize(
    ('setting', 'value'), [('VOLUME', '70'), ('THINKING_DEADLINE_S', '0'), ('LOUDNESS', '1')]
)
def test_a_wrong_setting_is_refused_by_name(graph, setting, value):
    with pytest.raises(SettingsError, match=f'PHOENIX_ACTIVITIES_{setting}'):
        graph.add(Activities, environ={f'PHOENIX_ACTIVITIES_{setting}': value})


def test_the_ear_is_heard_to_have_heard_or_not_understood(node, probe):
    cause = wake(probe)
    for kind, earcon in (
        (ListeningEvent.OPENED, None),
        (ListeningEvent.HEARD, 'heard'),
        (ListeningEvent.NOT_UNDERSTOOD, 'not_understood'),
    ):
        ear(probe, kind, cause)
        if earcon:
            sound = probe.expect(events.EARCON, lambda e, name=earcon: e.earcon == name)
            assert (sound.utterance_id, sound.header.trace_id) == ('', cause.trace_id)
    assert len(probe.recorded(events.EARCON)) == 2


def test_thinking_for_long_is_heard_until_it_ends(graph, probe):
    graph.add(Activities, parameters={'seed': 1, 'thinking_earcon_s': 0.5})
    cause = wake(probe)
    expect_state(probe, 'conversation', LISTENING)  # topics have no order among them
    ear(probe, ListeningEvent.HEARD, cause)
    probe.expect_count(events.EARCON, 2, lambda e: e.earcon == 'thinking')
    ear(probe, ListeningEvent.NO_SPEECH, cause)
    probe.expect(events.ACTIVITY_STATE, lambda state: state.phase != THINKING)


def test_the_volume_keys(node, probe):
    before = probe.expect(events.VOLUME).level
    for button in ('volume_up', 'volume_up', 'volume_down'):
        probe.publish(events.BUTTON, button=button, kind=ButtonEvent.PRESSED)
        probe.publish(events.BUTTON, button=button, kind=ButtonEvent.RELEASED)
    levels = [volume.level for volume in probe.expect_count(events.VOLUME, 4)]
    assert levels == pytest.approx([before, before + 0.1, before + 0.2, before + 0.1])
    assert {s.phase for s in probe.recorded(events.ACTIVITY_STATE)} == {RESTING}
