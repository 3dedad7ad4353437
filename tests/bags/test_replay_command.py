"""`phoenix replay`: what it says, writes and returns."""

import shutil
import socket
import time
import xml.dom.minidom
from pathlib import Path

import pytest
from domain_coordinator import domain_id
from phoenix_msgs.msg import EventHeader, Transcript

from phoenix_bringup.process_table import acting_nodes
from phoenix_core import events
from phoenix_tools import command_line
from phoenix_tools.bags.accept import write_session
from phoenix_tools.bags.edit import convert
from phoenix_tools.bags.replay import make_plan
from phoenix_tools.bags.session import load_session

FOLDER = Path(__file__).parent


@pytest.fixture
def replay(monkeypatch, capfd):
    """Run the command; return its exit code and what it printed."""
    with domain_id() as domain:
        monkeypatch.setenv('ROS_DOMAIN_ID', str(domain))
        monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
        monkeypatch.setenv('TZ', 'UTC')

        def run(*arguments):
            code = command_line.run(['replay', *map(str, arguments)])
            shown = capfd.readouterr()
            return code, shown.out, shown.err

        yield run
    monkeypatch.undo()
    time.tzset()


def test_a_session_that_another_library_wrote_in_sqlite_is_replayed_with_page_and_picture(
    replay, tmp_path
):
    bag = tmp_path / 'greeting'
    convert(FOLDER / 'greeting', bag, 'sqlite3')
    page, picture = tmp_path / 'page.html', tmp_path / 'picture.svg'
    code, shown, _ = replay('--fast', bag, '--html', page, '--report', picture)
    assert (code, shown.count('\n')) == (0, 1), shown
    assert shown.startswith(f'{bag}: from transcripts, 5.9 s in ')
    assert shown.endswith('as recorded\n')
    for text in ('as recorded', 'wake word: hey_jarvis', 'says: '):
        assert text in page.read_text()
    texts = [
        node.firstChild.data
        for node in xml.dom.minidom.parse(str(picture)).getElementsByTagName('text')
    ]
    for label in ('wake word', 'person', 'intent', 'toy says', 'state', 'LEDs', 'greeting (1.00)'):
        assert label in texts


def test_a_difference_is_shown_side_by_side_and_can_be_accepted(replay, tmp_path):
    bag = tmp_path / 'greeting'
    session = load_session(FOLDER / 'greeting')
    for event in session.events:
        if event.event is events.SAY_REQUEST:
            event.message.text = 'Hello, grandma!'
    write_session(bag, '/phoenix', session.events, session.settings, 0)
    code, shown, _ = replay('--fast', bag)
    assert code == 1
    said = next(line for line in shown.splitlines() if line.lstrip().startswith('!'))
    assert 'says: Hello, grandma!' in said.split('|')[0]
    assert 'says: Hello, my friend!' in said.split('|')[1]
    assert "recorded 'Hello, grandma!', replayed 'Hello, my friend!'" in shown
    code, shown, _ = replay('--fast', bag, '--accept')
    assert code == 0
    assert 'this is the reference from now on' in shown
    accepted = load_session(bag)
    said = [str(event) for event in accepted.events if event.event is events.SAY_REQUEST]
    assert said == ['says: Hello, my friend!']
    assert len(accepted.events) == len(session.events)
    assert sorted(path.name for path in bag.iterdir()) == ['greeting_0.mcap', 'metadata.yaml']
    assert list(tmp_path.iterdir()) == [bag]


def test_a_language_model_answers_as_it_did_and_no_server_is_asked(replay, tmp_path):
    """As if a server had answered, which is not there any more: asking it would be a fault."""
    session = load_session(FOLDER / 'unknown_request')
    for event in session.events:
        if event.event is events.CONVERSATION and event.message.provider:
            event.message.provider = 'openai'
    bag = tmp_path / 'bag'
    write_session(bag, '/phoenix', session.events, session.settings, 0)
    code, shown, error = replay('--fast', bag)
    assert (code, error) == (0, ''), shown


def test_a_bag_of_a_stranger_writes_no_file_and_reaches_no_server(replay, tmp_path):
    victim = tmp_path / 'diary.txt'
    victim.write_text('mine')
    session = load_session(FOLDER / 'unknown_request')
    with socket.create_server(('127.0.0.1', 0)) as server:
        server.settimeout(0)
        url = f'http://127.0.0.1:{server.getsockname()[1]}/v1'
        hostile = {
            'speaker': {'simulated.file': str(victim)},
            'conversation': {'providers': ['openai'], 'openai.base_url': url},
            'activities': {**session.settings['activities'], 'state_file': str(victim)},
        }
        bag = tmp_path / 'bag'
        write_session(bag, '/phoenix', session.events, {**session.settings, **hostile}, 0)
        _, shown, _ = replay('--fast', bag)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert victim.read_text() == 'mine'
    where = f'{bag}: metadata.yaml: phoenix.settings'
    for name in ('speaker.simulated.file', 'conversation.openai.base_url'):
        assert f'{where}: {name}: is not taken from a bag' in shown
    assert f'{where}: activities.state_file: is not taken from a bag' in shown


def test_metadata_that_stands_for_gigabytes_is_refused_at_once(replay, tmp_path):
    bag = tmp_path / 'bag'
    shutil.copytree(FOLDER / 'greeting', bag)
    bomb = 'bomb0: &a0 [x, x]\n' + ''.join(
        f'bomb{n}: &a{n} [{", ".join([f"*a{n - 1}"] * 9)}]\n' for n in range(1, 40)
    )
    with (bag / 'metadata.yaml').open('a') as stream:
        stream.write(bomb)
    code, _, error = replay('--fast', bag)
    assert code == 2
    assert f'{bag / "metadata.yaml"}: aliases (*a0) are not allowed' in error


def sent_by_hand(name):
    """Return a session in which what was typed came by `ros2 topic pub`, without a header."""
    session = load_session(FOLDER / name)
    typed = {
        event.span_id: event
        for event in session.events
        if event.event is events.TRANSCRIPT and event.message.source == Transcript.TYPED
    }
    for event in session.events:
        if event.parent_span_id in typed:
            event.message.header.parent_span_id = ''
    for event in typed.values():
        event.message.header = EventHeader()
    return session, list(typed.values())


def test_a_sentence_sent_by_hand_is_an_interaction_with_what_came_of_it(replay, tmp_path):
    session, [typed] = sent_by_hand('light')
    bag = tmp_path / 'bag'
    write_session(bag, '/phoenix', session.events, session.settings, 0)
    read = load_session(bag)
    happened = [[str(event) for event in trace] for trace in read.interactions().values()]
    assert happened[-1][:2] == [
        'typed: make the light blue',
        'intent: light_color color=blue (1.00)',
    ]
    assert len(happened) == len(session.interactions())
    fed = make_plan(read, acting_nodes(), 'audio').inputs
    assert [e.time_ns for e in fed if e.event is events.TRANSCRIPT] == [typed.time_ns]
    code, shown, _ = replay('--fast', '--from', 'transcripts', bag)
    assert (code, shown.count('\n')) == (0, 1), shown


def test_a_sentence_sent_by_hand_alone_is_an_interaction(replay, tmp_path):
    _, inputs = sent_by_hand('light')
    bag = tmp_path / 'inputs'
    write_session(bag, '/phoenix', inputs, {}, 0)
    [happened] = load_session(bag).interactions().values()
    assert list(map(str, happened)) == ['typed: make the light blue']
    code, shown, _ = replay('--fast', bag)
    assert code == 1
    lines = shown.splitlines()
    assert lines[0].startswith(f'{bag}: tells no settings')
    assert lines[1] == '1. at 0.0 s: typed: make the light blue'
    assert 'came, and was not recorded: intent: light_color color=blue (1.00)' in shown


def nothing(path):
    pass


def no_bag(path):
    path.write_text('hello')


def cut(path):
    shutil.copytree(FOLDER / 'greeting', path)
    file = path / 'greeting_0.mcap'
    file.write_bytes(file.read_bytes()[:3000])


def nothing_to_feed(path):
    session = load_session(FOLDER / 'greeting')
    kept = [event for event in session.events if event.event is events.VOLUME]
    write_session(path, '/phoenix', kept, {}, 0)


@pytest.mark.parametrize('make', [nothing, no_bag, cut, nothing_to_feed])
def test_what_cannot_be_replayed_gets_one_line_and_exit_code_2(replay, tmp_path, make):
    make(tmp_path / 'bag')
    code, shown, error = replay('--fast', tmp_path / 'bag')
    assert (code, shown) == (2, '')
    assert error.startswith(f'phoenix: {tmp_path / "bag"}: ')
    assert error.count('\n') == 1
