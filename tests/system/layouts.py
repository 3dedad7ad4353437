"""The two layouts. What is the same in both is tested in one of them, and with --all in both."""

import pytest

COMPOSED, PROCESSES = 'composed', 'processes'
BOTH = [COMPOSED, PROCESSES]
COMPOSED_FIRST = [COMPOSED, pytest.param(PROCESSES, marks=pytest.mark.long)]
PROCESSES_FIRST = [PROCESSES, pytest.param(COMPOSED, marks=pytest.mark.long)]
