"""The whole toy; what runs is in the process table of phoenix_bringup."""

from launch import LaunchDescription

from phoenix_bringup.launch_actions import launch_description


def generate_launch_description() -> LaunchDescription:
    """Return the nodes of the toy."""
    return launch_description()
