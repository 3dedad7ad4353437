"""The parts of the chaos harness (bench/chaos.py); test doubles of the packages are importable."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEST_DOUBLES = (
    'tests/system',
    'src/phoenix_audio/test',
    'src/phoenix_speech/test/conversation',
)
sys.path.extend(str(ROOT / folder) for folder in TEST_DOUBLES)
