"""The system time is set while the toy runs, as on each start of a machine without a clock."""

import mmap
import shutil
import struct
import subprocess
import time
from pathlib import Path

import pytest
from fragile_toy import FragileToy
from front_door import ROOT
from phoenix_msgs.msg import CapabilityStatus

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, seconds

REQUEST = ROOT / 'samples' / 'hey_jarvis_turn_on_the_light.wav'
SINCE_1970_S = 1.7e9
# How far off the system time is, one after the other.
STEPS_S = [-SINCE_1970_S, 0.0, -3600.0, 7200.0]


class SystemTime:
    """The system time of the processes of a toy; their steady time is the real one."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which('cc') or pytest.skip('needs a C compiler')
        library, file = folder / 'settable_clock.so', folder / 'off_ns'
        source = Path(__file__).with_name('settable_clock.c')
        command = [compiler, '-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']
        subprocess.run(command, check=True)
        file.write_bytes(bytes(8))
        self._file = file.open('r+b')
        self._off_ns = mmap.mmap(self._file.fileno(), 8)
        self.environ = {'LD_PRELOAD': str(library), 'SETTABLE_CLOCK': str(file)}

    def set(self, off_s: float) -> None:
        """Set it so many seconds off."""
        self._off_ns[:] = struct.pack('q', round(off_s * NANOSECONDS_PER_SECOND))


def test_whenever_the_clock_is_set_the_toy_hears_answers_and_glows(tmp_path):
    system_time = SystemTime(tmp_path)
    system_time.set(STEPS_S[0])
    environ = {'PHOENIX_ACTIVITIES_STATE_FILE': '', **system_time.environ}
    with FragileToy('composed', environ) as toy:
        probe = toy.graph.probe(records=[events.LED_FRAME, events.EAR_LIGHT])
        assert toy.wait_until_well()
        for off_s in STEPS_S:
            system_time.set(off_s)
            before = len(probe.recorded(events.LED_FRAME))
            assert toy.play(REQUEST) == '', off_s
            frame = probe.expect_count(events.LED_FRAME, before + 25, timeout_s=5)[-1]
            assert seconds(frame.header.stamp) - time.time() == pytest.approx(off_s, abs=10)
            assert all(entry.level == CapabilityStatus.OK for entry in toy.witness.toy.values()), (
                toy.witness.toy
            )
        assert toy.witness.faults == {}
