"""
Ten minutes of a session, replayed as fast as the toy can, from transcripts and from sound.

Exit code 1 when ten minutes of transcripts take a minute, sound is not faster than real time, or
anything differs.
"""

import argparse
import itertools
import os
import sys
import tempfile
import time
from pathlib import Path

from phoenix_bringup.process_table import acting_nodes
from phoenix_tools.bags.accept import write_session
from phoenix_tools.bags.compare import compare
from phoenix_tools.bags.recording import RecordingProfile, recorded_events
from phoenix_tools.bags.replay import make_plan, replay, replay_settings
from phoenix_tools.bags.scripted_session import ScriptedSession
from phoenix_tools.bags.session import load_session

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / 'tests' / 'bags'))

import generate  # noqa: E402

SPOKEN = ('Hello!', 'What is your name?', 'Tell me a joke.', 'Turn on the light.', 'How are you?')
TYPED = ('make the light green', 'what can you do', 'i love you', 'tell me a riddle')
PAUSE_S = 6.0


def make_session(bag: Path, minutes: float) -> None:
    """Let a person speak and type to the whole toy for so long."""
    settings = {
        'activities': {'seed': 1},
        'conversation': {'seed': 1},
        # Piper would take as long as all the rest; the replay takes the lengths from the bag.
        'voice': {
            'providers': ['recorded'],
            'recorded.bag': str(ROOT / 'tests' / 'bags' / 'greeting'),
        },
    }
    spoken, typed = itertools.cycle(SPOKEN), itertools.cycle(TYPED)
    kept = recorded_events(RecordingProfile.SESSION, audio=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        ScriptedSession(acting_nodes(), settings, generate.START_NS) as script,
    ):
        recordings = {text: generate.spoken(text, Path(folder)) for text in SPOKEN}
        end_s = script.person.now_s() + 60 * minutes
        while script.person.now_s() < end_s:
            script.person.play(recordings[next(spoken)])
            script.wait_until_at_rest()
            script.wait(PAUSE_S)
            script.person.type_sentence(next(typed))
            script.wait_until_at_rest()
            script.wait(PAUSE_S)
        session = script.session(bag, kept, '/phoenix')
    write_session(bag, session.namespace, session.events, session.settings, 0)


def main() -> int:
    """Make the session, replay it from each level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--minutes', type=float, default=10)
    minutes = parser.parse_args().minutes
    os.environ['TZ'] = 'UTC'
    time.tzset()
    wrong = False
    with tempfile.TemporaryDirectory() as folder:
        bag = Path(folder) / 'session'
        started = time.monotonic()
        make_session(bag, minutes)
        session = load_session(bag)
        length_s = (session.events[-1].time_ns - session.events[0].time_ns) / 1e9
        count = len(session.interactions())
        took_s = time.monotonic() - started
        print(f'{length_s:.0f} s with {count} interactions, made in {took_s:.0f} s', flush=True)
        settings = replay_settings(session)
        for level, most_s in (('transcripts', 6 * minutes), ('audio', length_s)):
            started = time.monotonic()
            plan = make_plan(session, acting_nodes(), level)
            replayed = replay(session, plan, settings)
            took_s = time.monotonic() - started
            found = [d for i in compare(session, replayed, plan.nodes) for d in i.differences]
            pace = length_s / took_s
            print(f'from {level}: {took_s:.1f} s, {pace:.1f} times real time', flush=True)
            for difference in found[:10]:
                print(f'  {difference.kind}: {difference}')
            wrong |= bool(found) or took_s >= most_s
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
