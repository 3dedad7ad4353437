"""Fixtures of the system tests."""

from typing import Any

import pytest
from domain_coordinator import domain_id
from front_door import Phoenix


@pytest.fixture
def phoenix():
    """Start ./phoenix on a ROS graph of its own; what still runs at the end is killed."""
    started = []
    with domain_id() as domain:

        def start(*arguments: str, **options: Any) -> Phoenix:
            started.append(Phoenix(domain, *arguments, **options))
            return started[-1]

        yield start
        for one in started:
            one.kill()
