"""The recorded sessions: each holds what its text says, and the toy of today does the same."""

import time
from pathlib import Path

import pytest
from domain_coordinator import domain_id
from phoenix_msgs.msg import IntentDetected

from phoenix_activities.engine.node import Activities
from phoenix_bringup.process_table import acting_nodes
from phoenix_core import events
from phoenix_speech.understanding.node import Intent
from phoenix_tools.bags.check import check
from phoenix_tools.bags.compare import compare
from phoenix_tools.bags.replay import make_plan, replay, replay_settings
from phoenix_tools.bags.session import load_session

FOLDER = Path(__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob('*.txt'))


@pytest.fixture(autouse=True)
def _as_recorded(monkeypatch):
    """On a ROS graph of its own, in the time zone of the sessions."""
    with domain_id() as domain:
        monkeypatch.setenv('ROS_DOMAIN_ID', str(domain))
        monkeypatch.setenv('TZ', 'UTC')
        time.tzset()
        yield
    monkeypatch.undo()
    time.tzset()


def compared(name, level):
    """Replay a session and return its interactions, compared."""
    session = load_session(FOLDER / name)
    plan = make_plan(session, acting_nodes(), level)
    replayed = replay(session, plan, replay_settings(session))
    return compare(session, replayed, plan.nodes)


def differences(name, level='transcripts'):
    """Replay a session and return how it differs."""
    return [difference for one in compared(name, level) for difference in one.differences]


def test_every_session_has_its_text_and_every_text_its_session():
    assert sorted(path.parent.name for path in FOLDER.glob('*/metadata.yaml')) == NAMES


@pytest.mark.parametrize('name', NAMES)
def test_a_session_holds_what_its_text_says(name):
    happened = iter(map(str, load_session(FOLDER / name).events))
    for line in (FOLDER / f'{name}.txt').read_text().splitlines():
        if line and not line.startswith('#'):
            assert any(event.startswith(line) for event in happened), f'no {line!r} in its turn'
    assert check(FOLDER / name) == []


@pytest.mark.parametrize('name', NAMES)
def test_the_toy_does_what_it_did(name):
    assert list(map(str, differences(name))) == []


def test_the_toy_understands_and_does_the_same_from_sound():
    interactions = compared('light', 'audio')
    assert [one.differences for one in interactions] == [[], []]
    assert [one.title for one in interactions] == [
        'wake word: hey_jarvis (0.99)',
        'typed: make the light blue',
    ]


def test_the_toy_does_the_same_from_intents():
    assert list(map(str, differences('light', 'intents'))) == []


class WrongIntent(Intent):
    """Takes every wish for another one."""

    @classmethod
    def node_name(cls):
        return 'intent'

    def configure(self):
        super().configure()
        publish = self.events_out.publish

        def publish_wrong(event, fields, *args):
            if event is events.INTENT_DETECTED and fields['name'] != IntentDetected.FALLBACK:
                fields = {**fields, 'name': 'joke'}
            return publish(event, fields, *args)

        self.events_out.publish = publish_wrong


class Changed(Activities):
    @classmethod
    def node_name(cls):
        return 'activities'


class WithoutLight(Changed):
    """Shows nothing."""

    def show(self, *args, **options):
        pass


class Chatty(Changed):
    """Adds a sentence."""

    def say(self, text):
        utterance = super().say(text)
        super().say('By the way!')
        return utterance


class Late(Changed):
    """Takes 300 ms to answer."""

    def on_intent(self, event):
        self.after(0.3, lambda: super(Late, self).on_intent(event))


@pytest.mark.parametrize(
    ('node', 'changed', 'kind', 'text'),
    [
        ('intent', 'WrongIntent', 'changed', "name: recorded 'greeting', replayed 'joke'"),
        ('activities', 'WithoutLight', 'missing', 'did not come: leds/command'),
        ('activities', 'Chatty', 'extra', 'came, and was not recorded: says: By the way!'),
        ('activities', 'Late', 'time', '0.30 s after intent: greeting (1.00)'),
    ],
)
def test_a_changed_behavior_is_caught_and_named(tmp_path, monkeypatch, node, changed, kind, text):
    package = tmp_path / 'phoenix_test-1.dist-info'
    package.mkdir()
    (package / 'METADATA').write_text('Name: phoenix-test\nVersion: 1\n')
    entry = f'[phoenix.nodes]\n{node} = {__name__}:{changed}\n'
    (package / 'entry_points.txt').write_text(entry)
    monkeypatch.syspath_prepend(tmp_path)
    found = [(difference.kind, str(difference)) for difference in differences('greeting')]
    assert any(k == kind and text in told for k, told in found), found


@pytest.mark.long
def test_fifty_replays_give_no_false_alarm():
    names = [name for name in NAMES if name != 'story']
    for number in range(50):
        name = names[number % len(names)]
        assert list(map(str, differences(name))) == [], f'replay {number + 1}, {name}'
