"""Fixtures of the tests of several rooms."""

from collections.abc import Iterator

import pytest

from phoenix_core.testing import TestGraph


@pytest.fixture
def graph() -> Iterator[TestGraph]:
    with TestGraph() as graph:
        yield graph
