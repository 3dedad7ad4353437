"""
A pytest plugin for a machine without ROS: what would make a ROS context is skipped.

There are no ROS wheels for arm64. The Python parts of those for x86_64 can be imported; what is
compiled of them is replaced here, so that everything that needs no graph can be tested.
"""

import sys
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pytest

COMPILED = 'rclpy._rclpy_pybind11'
REASON = 'needs a ROS graph, and there are no ROS wheels for arm64'


class _AnyClass(type):
    """A class with whatever attribute is asked for, that others can be derived from."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith('__'):
            raise AttributeError(name)
        made = MagicMock(name=name)
        setattr(cls, name, made)
        return made


class _Constant(int):
    """A constant, or what holds some."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith('__'):
            raise AttributeError(name)
        return _Constant(sum(name.encode()))


class _Nanoseconds:
    """A duration, or a point in time."""

    def __init__(self, nanoseconds: int, *_: Any) -> None:
        self.nanoseconds = nanoseconds


class _Compiled(ModuleType):
    """Stands in for what is compiled."""

    def __init__(self) -> None:
        super().__init__(COMPILED)
        self.Context = _no_graph
        predefined = MagicMock()
        predefined.predefined.return_value.to_dict.side_effect = _qos
        self.rmw_qos_profile_t = predefined
        self.rcl_duration_t = self.rcl_time_point_t = _Nanoseconds
        self.rclpy_action_get_rmw_qos_profile = _qos

    def __getattr__(self, name: str) -> Any:
        if name.startswith('__'):
            raise AttributeError(name)
        if name.endswith(('Error', 'Exception', 'Handle')) or name == 'InvalidHandle':
            made: Any = type(name, (RuntimeError,), {})
        elif name.isupper():
            made = _Constant()
        elif name.startswith('rclpy_') and not name.endswith('_t'):
            made = MagicMock(name=name)
        else:
            made = _AnyClass(name, (), {'__init__': lambda *_, **__: None})
        setattr(self, name, made)
        return made


def _qos(*_: Any) -> dict[str, Any]:
    """Return what the default profile of rclpy is made of."""
    from rclpy.duration import Duration  # which imports what is made here

    times = dict.fromkeys(('lifespan', 'deadline', 'liveliness_lease_duration'), Duration())
    policies = {'history': 1, 'depth': 10, 'reliability': 1, 'durability': 2, 'liveliness': 1}
    return {**policies, **times, 'avoid_ros_namespace_conventions': False}


def _no_graph(*_: Any, **__: Any) -> Any:
    pytest.skip(REASON)


sys.modules[COMPILED] = _Compiled()
