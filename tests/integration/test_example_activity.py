"""An activity in a package of its own: installed with pip, it is part of the toy."""

import pytest
from phoenix_msgs.msg import PlaybackEvent, Transcript

from phoenix_activities.engine.diagram import mermaid
from phoenix_activities.engine.installed import installed_activities
from phoenix_activities.engine.node import Activities
from phoenix_core import events
from phoenix_core.settings import plugins
from phoenix_speech.understanding.node import Intent
from phoenix_tools.graph import graph_command


@pytest.fixture
def installed(install_example):
    install_example('phoenix_example_activity')


@pytest.mark.parametrize(
    ('language', 'sentence', 'help'),
    [('en', 'count to two', 'what can you do'), ('de', 'zähle bis zwei', 'was kannst du')],
)
def test_the_toy_can_what_the_package_brings(graph, installed, language, sentence, help):
    probe = graph.probe(
        publishes=[events.TRANSCRIPT, events.AUDIO_PLAYBACK],
        records=[events.SAY_REQUEST, events.ACTIVITY_TRANSITION, events.FAULT],
    )
    for node in (Intent, Activities):
        graph.add(node, parameters={'language': language})

    def type_text(text):
        probe.publish(events.TRANSCRIPT, kind=Transcript.FINAL, source=Transcript.TYPED, text=text)

    def play(count):
        """Play the newest utterance, the one of that number."""
        say = probe.expect_count(events.SAY_REQUEST, count)[-1]
        for kind in (PlaybackEvent.STARTED, PlaybackEvent.FINISHED):
            probe.publish(events.AUDIO_PLAYBACK, kind=kind, utterance_id=say.utterance_id)
        return say.text

    type_text(sentence)
    assert [play(count)[0] for count in (1, 2)] == ['1', '2']
    play(3)
    probe.expect(events.ACTIVITY_TRANSITION, lambda t: t.from_activity == 'counting')

    can = plugins.load('phoenix.words', 'counting') / language / 'activities' / 'counting.yaml'
    ability = can.read_text().splitlines()[0].removeprefix('can: ')
    type_text(help)
    told, count = '', 3
    while ability not in told:
        count += 1
        told = play(count)
        if told.endswith('?'):
            type_text({'en': 'yes', 'de': 'ja'}[language])
    assert probe.recorded(events.FAULT) == []


def test_the_graph_and_the_diagram_show_what_the_package_brings(installed):
    assert 'counting, dance' in graph_command.activities()
    assert 'counting : counting (count)' in mermaid(installed_activities())
