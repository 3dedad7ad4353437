"""The settings of the supervisor node."""

from typing import Annotated

from pydantic import Field

from phoenix_core.settings.node_settings import NodeSettings, setting

Capability = Annotated[str, Field(pattern=r'^(\w+=\w+(,\w+)*)?$')]
Standby = Annotated[str, Field(pattern=r'^(\w+=\w+)?$')]


class SupervisorSettings(NodeSettings):
    """Settings of the supervisor node."""

    # Not empty lists, which ROS takes for lists of bytes.
    capabilities: list[Capability] = setting(
        [''],
        'Capabilities of the toy and the nodes that they need: CAPABILITY=NODE,NODE. The '
        'supervisor waits for these nodes at the start, and reports the condition of each '
        'capability in system/status.',
    )
    standbys: list[Standby] = setting(
        [''], 'Nodes that replace another one while it does not work: NODE=STANDBY.'
    )
    up: bool = setting(
        True,
        'Whether the nodes are to be up; false takes them down in reverse order.',
        runtime=True,
    )
    gather_s: float = setting(
        10.0, 'Longest time to wait for all nodes to appear [s].', ge=0, le=300
    )
    transition_s: float = setting(
        60.0, 'Longest time for a transition of a node, e.g. to load a model [s].', gt=0, le=600
    )
    answer_s: float = setting(
        1.0,
        'Time after which a live node that has not begun a transition is asked again [s].',
        ge=0.8,
        le=60,
    )
    hang_s: float = setting(
        1.0,
        'Time without a sign of life, outside of transitions, after which a node is killed [s].',
        ge=0.6,
        le=86400,
    )
    retry_s: float = setting(
        0.5,
        'Pause after the second failure in a row; doubles with each further one [s].',
        ge=0.1,
        le=60,
    )
    retry_max_s: float = setting(30.0, 'Longest pause between attempts [s].', ge=1, le=600)
    attempts: int = setting(4, 'Failures in a row after which a node is lost.', ge=1, le=100)
    stable_s: float = setting(
        5.0, 'Time in service after which earlier failures are forgotten [s].', ge=1
    )
