"""The toy in a terminal, with a real prompt_toolkit application on a pipe."""

import asyncio
import io

import pytest
from phoenix_msgs.msg import ActivityState, LedFrame, MicrophoneMute
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.output.vt100 import Vt100_Output

from phoenix_core import events
from phoenix_tools.run.screen import LONGEST_SENTENCE, Screen

F2, F3, F4, F5 = '\x1bOQ', '\x1bOR', '\x1bOS', '\x1b[15~'
CTRL_C, CTRL_D = '\x03', '\x04'


class FakeConsole:
    """Remembers what it was asked to do."""

    def __init__(self):
        self.did = []

    def __getattr__(self, name):
        return lambda argument: self.did.append((name, argument))


def use(keys, screen=None, output=None):
    """Press keys on a screen until it ends; return what the console was asked to do."""
    console = FakeConsole()
    with create_pipe_input() as pipe, create_app_session(pipe, output or DummyOutput()):
        pipe.send_text(keys)
        asyncio.run(asyncio.wait_for((screen or Screen()).run(console), 10))
    return console.did


@pytest.mark.parametrize('end', [CTRL_C, CTRL_D])
def test_sentences_and_keys_reach_the_toy_until_the_end(end):
    assert use(f'hello there\r  \r{F2}{F3}{F4}{F5}{end}unheard\r') == [
        ('type_sentence', 'hello there'),
        ('touch', 'head'),
        ('touch', 'belly'),
        ('press', 'talk'),
        ('mute', True),
    ]


def test_what_is_pasted_is_taken_line_by_line():
    pasted = f'\x1b[200~hello\n\n  there \r\nyou{"!" * 3000}\x1b[201~'
    assert use(f'{pasted}\r{CTRL_C}') == [
        ('type_sentence', 'hello'),
        ('type_sentence', 'there'),
        ('type_sentence', 'you' + '!' * (LONGEST_SENTENCE - 3)),
    ]


def test_the_mute_switch_is_shown_and_flipped_back():
    screen = Screen()
    screen.on_event(events.MICROPHONE_MUTE, MicrophoneMute(muted=True))
    assert 'microphone muted' in screen._ring()[-1][1]
    assert use(f'{F5}{CTRL_C}', screen) == [('mute', False)]


def test_the_ring_and_the_state_are_shown():
    screen = Screen()
    screen.on_event(events.LED_FRAME, LedFrame(rgb=[255, 0, 0, 0, 0, 0]))
    state = ActivityState(activity='story', phase=ActivityState.SPEAKING)
    screen.on_event(events.ACTIVITY_STATE, state)
    shown = screen._ring()
    assert ('fg:#ff0000', '● ') in shown
    assert ('fg:#000000', '● ') in shown
    assert 'story, speaking' in shown[-1][1]


def test_the_log_shows_the_newest_lines():
    screen = Screen()
    for number in range(1000):
        screen.add_line('says', f'sentence {number}')
    text = ''.join(part for _, part in screen._log())
    assert 'sentence 999' in text
    assert 'sentence 1\n' not in text


def test_what_was_shown_last_stays_when_it_ends():
    terminal = io.StringIO()
    screen = Screen()
    screen.add_line('says', 'Good night, Mia.')
    use(CTRL_C, screen, Vt100_Output(terminal, lambda: Size(24, 80)))
    before, left, stays = terminal.getvalue().rpartition('\x1b[?1049l')
    assert left, 'the screen of its own is left'
    assert 'Good night, Mia.' in before
    assert 'Good night, Mia.' in stays
