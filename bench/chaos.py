"""The chaos harness: makes parts of a toy fail at random while somebody speaks to it."""

import argparse
import random
import signal
import threading
from collections.abc import Collection

from chaos_harness.disturbances import Disturbances
from chaos_harness.faults import FaultInjector
from chaos_harness.language_server import Replies
from chaos_harness.report import (
    report_events,
    report_faults,
    report_interactions,
    report_replies,
)
from chaos_harness.talker import Talker
from chaos_harness.toy_under_test import ToyUnderTest, start_toy
from fragile_toy import FAULTS
from pulse_server import missing

LAST_ANSWERS_S = 120.0  # longest time to wait for the requests after the last fault


def torment(test: ToyUnderTest, seconds: float, seed: int, kinds: Collection[str]) -> bool:
    """Inject faults while somebody speaks; return whether the toy has fared as it must."""
    toy = test.toy
    if not toy.wait_until_well():
        print('  the toy did not come up', flush=True)
        return False
    replies = Replies(toy.graph)
    talker = Talker(toy, test.room, test.requests)
    chance = random.Random(seed)
    disturbances = Disturbances(toy, test.system_time, chance)
    injector = FaultInjector(toy, test.room, disturbances, chance, kinds)
    thread = threading.Thread(target=talker.run)
    thread.start()
    injector.run(seconds)
    # The request under way is to be answered, and one more.
    count = len(talker.spoken) + 2
    toy.wait_for(lambda: len(talker.spoken) >= count, LAST_ANSWERS_S)
    toy.ended.set()
    thread.join()
    fine = report_faults(injector.injected)
    fine &= report_interactions(talker.spoken, injector.injected)
    report_events(toy.witness, injector)
    report_replies(test.language, replies.first_sentences())
    return fine


def main() -> int:
    """Test the toy in each layout; return 1 when it did not recover, or did not answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=120.0, help='per layout')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--layout', choices=[*FAULTS], action='append')
    parser.add_argument('--kind', action='append', default=[], help='of faults; default: all')
    options = parser.parse_args()
    if why := missing():
        parser.error(why)
    fine = True
    interrupted = threading.Event()
    for layout in options.layout or [*FAULTS]:
        print(f'{layout}, {options.seconds:.0f} s, seed {options.seed}', flush=True)
        with start_toy(layout, options.seed) as test:

            def end(*_: object, test: ToyUnderTest = test) -> None:
                interrupted.set()
                test.toy.ended.set()

            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, end)
            fine &= torment(test, options.seconds, options.seed, options.kind)
        if interrupted.is_set():
            return 130
    return 0 if fine else 1


if __name__ == '__main__':
    raise SystemExit(main())
