"""`./phoenix graph` beside a running toy: drawn as it runs, checked against the declarations."""

import pytest
import rclpy
from phoenix_msgs.msg import Transcript
from rclpy.context import Context
from rclpy.node import Node


@pytest.fixture
def toy(phoenix):
    toy = phoenix('run')
    toy.wait_for('ready')
    return toy


@pytest.mark.long
def test_the_running_toy_is_as_declared_until_somebody_meddles(phoenix, toy):
    check = phoenix('graph', '--check')
    assert check.end() == 0, check.output
    assert 'the running graph is as declared: ' in check.output

    drawing = phoenix('graph', '--format', 'dot')
    assert drawing.end() == 0
    assert '"microphone" -> "audio/input"' in drawing.output
    assert '"audio/input" -> "wake_word"' in drawing.output
    assert ' of 25/s' in drawing.output  # the rate that is measured, and the one that is declared
    assert 'active' in drawing.output

    context = Context()
    rclpy.init(context=context, domain_id=toy.domain)
    meddler = Node('meddler', context=context)
    meddler.create_publisher(Transcript, '/phoenix/speech/transcript', 10)
    check = phoenix('graph', '--check')
    assert check.end() == 1
    assert check.output == (
        'speech/transcript: /meddler publishes it from outside, past the rules; end it, or make '
        'it a node that declares TRANSCRIPT\n'
    )
    meddler.destroy_node()
    context.try_shutdown()
