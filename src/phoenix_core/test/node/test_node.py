"""The event node on a real graph: declarations, traces, isolation, parameters."""

import gc
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from phoenix_msgs.msg import Fault, ListenRequest, Slot, StopSpeaking, TouchEvent
from rclpy.clock_type import ClockType
from rclpy.parameter import Parameter
from rclpy.time import Time as RosTime

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, seconds
from phoenix_core.events.event_type import EventRuleError, EventType
from phoenix_core.node.declarations import Publishes, observes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.transition_requests import SUPERVISOR
from phoenix_core.settings.node_settings import NodeSettings, SettingsError, setting
from phoenix_core.telemetry import tracing
from phoenix_core.testing import TestGraph


class EchoSettings(NodeSettings):
    gain: float = setting(1.0, 'How much.', runtime=True, ge=0, le=2)
    model: str = setting('tiny', 'Which model.')


class Watcher(EventNode):
    """Notes each touch, and answers it."""

    listen_request = Publishes(events.LISTEN_REQUEST)

    def activate(self) -> None:
        self.seen = []

    @observes([events.TOUCH])
    def on_event(self, event: EventType, touch: TouchEvent) -> None:
        self.seen.append(touch)
        self.listen_request(kind=ListenRequest.OPEN)


class Echo(EventNode):
    """Answers each touch with a request to listen; a touch of the belly is too much for it."""

    listen_request = Publishes(events.LISTEN_REQUEST)
    settings: EchoSettings

    @subscribes(events.TOUCH)
    def on_touch(self, touch: TouchEvent) -> None:
        if touch.pad == 'belly':
            raise ValueError('the secret words of a child')
        self.listen_request(kind=ListenRequest.OPEN)

    @subscribes(events.STOP_SPEAKING)
    def on_stop(self, stop: StopSpeaking) -> None:
        self.in_background(threading.get_ident, then=self.on_worked)

    def on_worked(self, worker: int) -> None:
        assert worker != threading.get_ident()
        self.listen_request(kind=ListenRequest.CLOSE)


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[events.TOUCH, events.STOP_SPEAKING],
        records=[events.LISTEN_REQUEST, events.FAULT],
    )


def touch(probe, pad):
    return probe.publish(events.TOUCH, pad=pad, kind=TouchEvent.TOUCHED)


def test_an_event_says_what_caused_it(graph, probe):
    graph.add(Echo)
    cause = touch(probe, 'head')
    answer = probe.expect(events.LISTEN_REQUEST)
    assert answer.header.trace_id == cause.trace_id
    assert answer.header.parent_span_id == cause.span_id
    assert answer.header.producer == 'echo'
    assert answer.header.stamp.sec > 0


def test_work_in_the_background_keeps_the_trace(graph, probe):
    graph.add(Echo)
    cause = probe.publish(events.STOP_SPEAKING, reason='test')
    answer = probe.expect(events.LISTEN_REQUEST, lambda m: m.kind == ListenRequest.CLOSE)
    assert answer.header.trace_id == cause.trace_id


def test_every_touch_begins_a_trace_of_its_own(graph, probe):
    with tracing.caused_by(tracing.TraceContext('1' * 32, '2' * 16)):
        first, second = touch(probe, 'head'), touch(probe, 'head')
    assert len({first.trace_id, second.trace_id, '1' * 32}) == 3


def test_a_failing_handler_becomes_a_fault_and_the_node_goes_on(graph, probe):
    graph.add(Echo)
    cause = touch(probe, 'belly')
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('echo', 'handler_failed')
    assert fault.header.trace_id == cause.trace_id
    assert 'on_touch raised ValueError at test_node.py' in fault.message
    assert 'secret' not in fault.message
    touch(probe, 'head')
    probe.expect(events.LISTEN_REQUEST)


@pytest.mark.parametrize('who', ['', SUPERVISOR])
def test_a_transition_that_is_done_is_refused_unless_the_supervisor_asks_again(
    graph, probe, who, capfd
):
    graph.add(Echo)
    client = graph.call(lambda: probe.create_client(ChangeState, 'echo/change_state'))
    assert client.wait_for_service(10)
    answered = threading.Event()
    request = ChangeState.Request()
    request.transition.id = Transition.TRANSITION_CONFIGURE  # it is active
    request.transition.label = who
    future = client.call_async(request)
    future.add_done_callback(lambda _: answered.set())
    assert answered.wait(10)
    assert future.result().success == bool(who)
    assert ('No transition' in capfd.readouterr().err) == (not who)
    probe.publish(events.TOUCH, pad='head', kind=TouchEvent.TOUCHED)
    probe.expect(events.LISTEN_REQUEST)


@pytest.mark.parametrize(
    ('fields', 'problem'),
    [
        ({'pad': '', 'kind': TouchEvent.TOUCHED}, 'TOUCH: pad must not be empty'),
        ({'pad': 'head', 'kind': 9}, 'TOUCH: kind must be one of 1, 2, is 9'),
        ({'pad': 'head', 'kind': 1, 'duration_s': -1.0}, 'TOUCH: duration_s must be at least 0'),
        ({'pad': 7, 'kind': 1}, "TOUCH: The 'pad' field must be string"),
        ({'paw': 'left'}, 'TOUCH'),
    ],
)
def test_an_event_that_breaks_a_rule_is_refused(probe, fields, problem):
    with pytest.raises(EventRuleError, match=problem):
        probe.publish(events.TOUCH, **fields)


def test_an_event_that_breaks_a_rule_may_go_out_with_one_fault_per_kind(graph, probe):
    sender = graph.add(Echo, parameters={'event_rules': 'warn'})
    for kind in (9, 10, ListenRequest.OPEN):
        graph.call(partial(sender.listen_request, kind=kind))
    assert [m.kind for m in probe.expect_count(events.LISTEN_REQUEST, 3)] == [9, 10, 1]
    [fault] = probe.recorded(events.FAULT)
    assert (fault.code, fault.severity) == ('event_rule_broken', Fault.WARNING)
    assert fault.message == 'LISTEN_REQUEST: kind must be one of 1, 2, 3'


def test_rules_can_be_switched_off_and_on_while_the_node_runs(graph, probe):
    sender = graph.add(Echo)
    sender.set_parameters([Parameter('event_rules', value='off')])
    sender.listen_request(kind=9)
    assert probe.expect(events.LISTEN_REQUEST).kind == 9
    sender.set_parameters([Parameter('event_rules', value='enforce')])
    with pytest.raises(EventRuleError):
        sender.listen_request(kind=9)
    assert probe.recorded(events.FAULT) == []


def test_a_name_must_be_known_where_the_publisher_knows_the_names():
    def tell(intent, slot):
        fields = {'name': intent, 'slots': [Slot(name=slot)], 'confidence': 1.0, 'text': 'x'}
        return events.INTENT_DETECTED.check(events.INTENT_DETECTED.build(fields), known)

    known = {}
    tell('anything', 'goes')
    known = {'intents': {'light_color': {'color'}}}
    tell('light_color', 'color')
    with pytest.raises(
        EventRuleError, match="INTENT_DETECTED: name must be known to intents, is 'b"
    ):
        tell('boil', 'color')
    with pytest.raises(
        EventRuleError, match=r'slots\[0\]\.name must be known to intents for its n'
    ):
        tell('light_color', 'place')


def test_nothing_is_published_or_heard_outside_active(graph, probe):
    node = graph.add(Echo)
    graph.call(node.trigger_deactivate)
    assert node.listen_request(kind=ListenRequest.OPEN) is None
    touch(probe, 'head')
    graph.call(node.trigger_activate)
    touch(probe, 'head')
    probe.expect(events.LISTEN_REQUEST)
    assert len(probe.recorded(events.LISTEN_REQUEST)) == 1


def test_a_timer_keeps_the_trace_and_ends_with_the_node(graph, probe):
    node = graph.add(Echo)
    context = tracing.TraceContext('a' * 32, 'b' * 16)

    def arm():
        with tracing.caused_by(context):
            node.after(0.01, lambda: node.listen_request(kind=ListenRequest.OPEN))

    graph.call(arm)
    assert probe.expect(events.LISTEN_REQUEST).header.trace_id == 'a' * 32


def test_cancelled_and_past_alarms_free_their_timers(graph, probe):
    node = graph.add(Echo)
    before = len(list(node.timers))

    def arm():
        for _ in range(10):
            node.after(100, lambda: None).cancel()
        node.after(0, lambda: node.listen_request(kind=ListenRequest.OPEN))

    graph.call(arm)
    probe.expect(events.LISTEN_REQUEST)
    assert graph.call(lambda: len(list(node.timers))) == before


def test_parameters_are_described_and_validated(graph):
    node = graph.add(Echo)
    gain = node.describe_parameter('gain')
    assert gain.description == 'How much.'
    assert gain.floating_point_range[0].to_value == 2.0
    assert node.describe_parameter('model').read_only
    assert node.set_parameters([Parameter('gain', value=1.5)])[0].successful
    assert node.settings.gain == 1.5
    assert not node.set_parameters([Parameter('gain', value=2.5)])[0].successful
    assert not node.set_parameters([Parameter('model', value='huge')])[0].successful
    assert (node.settings.gain, node.settings.model) == (1.5, 'tiny')


def test_layers_of_settings(graph, tmp_path):
    profile = tmp_path / 'profile.yaml'
    profile.write_text('/**/echo:\n  ros__parameters: {gain: 0.5, model: base}\n')
    parameters = {'profile': str(profile)}
    assert graph.add(Echo, parameters=parameters).settings.gain == 0.5
    environ = {'PHOENIX_ECHO_GAIN': '0.7'}
    node = graph.add(Echo, parameters=parameters, environ=environ)
    assert (node.settings.gain, node.settings.model) == (0.7, 'base')
    node = graph.add(Echo, parameters={**parameters, 'gain': 0.9}, environ=environ)
    assert node.settings.gain == 0.9


@pytest.mark.parametrize('value', [3.0, 'loud'])
def test_a_wrong_ros_parameter_is_refused_by_name(graph, value):
    with pytest.raises(SettingsError, match='gain'):
        graph.add(Echo, parameters={'gain': value})


def test_a_destroyed_or_refused_node_lets_its_participant_go():
    def receivers():  # a thread of each DDS participant
        names = [path.read_text() for path in Path('/proc/self/task').glob('*/comm')]
        return [name for name in names if name.startswith('dds.udp')]

    gc.collect()
    gc.disable()  # it must not take a garbage collection
    try:
        before = receivers()
        with TestGraph() as graph:
            graph.add(Echo)
            with pytest.raises(SettingsError):
                graph.add(Echo, parameters={'gain': 3.0})
            assert len(receivers()) > len(before)
        assert len(receivers()) == len(before)
    finally:
        gc.enable()


class Clockwork(EventNode):
    """Stops speech again and again, and once more after a while."""

    stop_speaking = Publishes(events.STOP_SPEAKING)
    settings: NodeSettings

    def activate(self) -> None:
        self.every(0.05, lambda: self.stop_speaking(reason='every'))

    @subscribes(events.TOUCH)
    def on_touch(self, touch: TouchEvent) -> None:
        self.after(0.2, lambda: self.stop_speaking(reason='after'))


def set_time_of_day(node, by_s):
    """Set the ROS clock of a node, which stands still from then on."""
    clock = node.get_clock()
    at_ns = clock.now().nanoseconds + round(by_s * NANOSECONDS_PER_SECOND)
    clock._set_ros_time_is_active(True)
    clock.set_ros_time_override(RosTime(nanoseconds=max(at_ns, 0), clock_type=ClockType.ROS_TIME))


@pytest.mark.parametrize('by_s', [-3600, 7200, -1.79e9, 3e7])
def test_the_timers_of_a_node_go_on_whatever_the_time_of_day(graph, by_s):
    probe = graph.probe(publishes=[events.TOUCH], records=[events.STOP_SPEAKING])
    node = graph.add(Clockwork)
    touch(probe, 'head')
    graph.call(lambda: set_time_of_day(node, by_s))
    begun_s = time.monotonic()
    before = len(probe.recorded(events.STOP_SPEAKING))
    probe.expect_count(events.STOP_SPEAKING, before + 20)
    assert 0.7 < time.monotonic() - begun_s < 5
    probe.expect(events.STOP_SPEAKING, lambda m: m.reason == 'after')
    now_s = node.time.now_s()
    assert node.happened_s(node.get_clock().now().to_msg()) == pytest.approx(now_s, abs=0.5)
    assert seconds(node.stamp_at(now_s - 2)) == pytest.approx(node.now_s() - 2, abs=0.5)


def test_what_happened_before_the_clock_was_set_happened_now(graph):
    node = graph.add(Clockwork)
    before = node.get_clock().now().to_msg()
    assert node.time.now_s() - node.happened_s(before) < 5
    for by_s in (-3600, 7200):
        graph.call(lambda by_s=by_s: set_time_of_day(node, by_s))
        assert node.happened_s(before) == pytest.approx(node.time.now_s(), abs=0.5)


@pytest.mark.parametrize('value', [True, False])
def test_nobody_makes_the_time_of_a_running_node_stand_still(graph, value):
    node = graph.add(Clockwork)
    parameters = [Parameter('use_sim_time', value=value)]
    [result] = graph.call(lambda: node.set_parameters(parameters))
    assert not result.successful
    assert 'at the start alone' in result.reason
    assert not node.get_clock().ros_time_is_active


@pytest.mark.parametrize(
    ('pad', 'kind', 'told'),
    [
        *(('head', kind, 'TOUCH: kind must be one of ') for kind in (0, 99, 255)),
        ('head' * 10_000, TouchEvent.TOUCHED, 'TOUCH: pad must not be longer than '),
    ],
)
def test_an_event_that_breaks_a_rule_does_not_come_in(graph, probe, pad, kind, told):
    graph.add(Echo)
    bad = TouchEvent(pad=pad, kind=kind)
    graph.call(lambda: probe.events_out.send(events.TOUCH, bad))
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('echo', 'event_refused')
    assert fault.message.startswith(told)
    touch(probe, 'head')
    probe.expect(events.LISTEN_REQUEST)
    assert len(probe.recorded(events.LISTEN_REQUEST)) == 1


def test_who_observes_gets_all_but_what_is_too_long_for_its_type(graph, probe):
    watcher = graph.add(Watcher)
    for pad, kind in (('head' * 10_000, TouchEvent.TOUCHED), ('head', 99)):
        bad = TouchEvent(pad=pad, kind=kind)
        graph.call(lambda bad=bad: probe.events_out.send(events.TOUCH, bad))
    probe.expect(events.LISTEN_REQUEST)
    assert [(seen.pad, seen.kind) for seen in watcher.seen] == [('head', 99)]
