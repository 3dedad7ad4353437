"""The log of a node, through structlog and ROS."""

import json
import subprocess
import sys
import threading

import pytest
from phoenix_msgs.msg import ListenRequest, TouchEvent
from rcl_interfaces.msg import Log
from rclpy.parameter import Parameter

from phoenix_core import events
from phoenix_core.events import qos
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings, SettingsError
from phoenix_core.telemetry import logs


class Talker(EventNode):
    """Logs each touch and what comes of it."""

    listen_request = Publishes(events.LISTEN_REQUEST)
    settings: NodeSettings

    @subscribes(events.TOUCH)
    def on_touch(self, touch: TouchEvent) -> None:
        self.log.info('touched', pad=touch.pad)
        self.listen_request(kind=ListenRequest.OPEN)


class Desk:
    """A probe that touches, and all lines of /rosout."""

    def __init__(self, graph):
        self.lines = []
        self._came = threading.Condition()
        self.probe = graph.probe(
            publishes=[events.TOUCH], records=[events.LISTEN_REQUEST, events.FAULT]
        )
        # Latched, so that no line is missed that comes before DDS has connected the two.
        self.probe.create_subscription(Log, '/rosout', self._take, qos.LATCHED_EVENT)

    def _take(self, line):
        with self._came:
            self.lines.append(line)
            self._came.notify_all()

    def touch(self):
        """Touch and wait for the answer; return the cause and the answer."""
        before = len(self.probe.recorded(events.LISTEN_REQUEST))
        cause = self.probe.publish(events.TOUCH, pad='head', kind=TouchEvent.TOUCHED)
        return cause, self.probe.expect_count(events.LISTEN_REQUEST, before + 1)[-1].header

    def line(self, text):
        """Wait for a line with that text."""

        def found():
            return [line for line in self.lines if text in line.msg]

        with self._came:
            assert self._came.wait_for(found, 10), self.lines
            return found()[-1]


@pytest.fixture
def desk(graph):
    return Desk(graph)


def test_a_line_has_node_trace_and_span(graph, desk):
    graph.add(Talker)
    cause, _ = desk.touch()
    line = desk.line('touched')
    assert (line.name, line.level) == ('phoenix.talker', 20)
    assert line.msg == (f'touched pad=head  trace={cause.trace_id[:8]} span={cause.span_id[:8]}')


def test_machines_get_json(graph, desk):
    graph.add(Talker, environ={'PHOENIX_LOG_FORMAT': 'json'})
    cause, _ = desk.touch()
    fields = json.loads(desk.line('touched').msg)
    assert fields.pop('timestamp').endswith('Z')
    assert fields == {
        'event': 'touched',
        'level': 'info',
        'node': 'talker',
        'pad': 'head',
        'span': cause.span_id,
        'trace': cause.trace_id,
    }


def test_the_level_can_be_set_while_the_node_runs(graph, desk):
    node = graph.add(Talker)
    desk.touch()
    desk.line('touched')
    assert not any('sent' in line.msg for line in desk.lines)
    graph.call(lambda: node.set_parameters([Parameter('log_level', value='debug')]))
    _, answer = desk.touch()
    line = desk.line('sent topic=speech/listen')
    assert line.msg.endswith(f'trace={answer.trace_id[:8]} span={answer.span_id[:8]}')
    graph.call(lambda: node.set_parameters([Parameter('log_level', value='error')]))
    seen = len(desk.lines)
    desk.touch()
    node.log.error('the end')
    desk.line('the end')
    assert [line.msg.split('  ')[0] for line in desk.lines[seen:]] == ['the end']
    refused = graph.call(lambda: node.set_parameters([Parameter('log_level', value='loud')]))
    assert not refused[0].successful


def test_an_unknown_format_is_refused_by_name():
    with pytest.raises(SettingsError, match=r'PHOENIX_LOG_FORMAT: must be .* text, json, is .xml'):
        logs.log_format({'PHOENIX_LOG_FORMAT': 'xml'})


def test_json_lines_are_printed_as_they_are():
    environ = {'PHOENIX_LOG_FORMAT': 'json'}
    logs.console_format(environ)
    assert environ['RCUTILS_CONSOLE_OUTPUT_FORMAT'] == '{message}'


def test_a_node_does_not_load_rich_and_a_command_still_can() -> None:
    program = """
import sys
import phoenix_core.telemetry.logs
assert not [name for name in sys.modules if name.split('.')[0] == 'rich']
import rich.console
"""
    subprocess.run([sys.executable, '-c', program], check=True, timeout=60)
