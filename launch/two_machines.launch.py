"""
One side of a toy on two machines of one network, to be started on both.

The models run on the other machine (helper); the toy keeps small ones that stand in for them while
the link is cut. Each side names the other as peer; nobody is found by a search. Sound and words
travel unencrypted.
"""

from launch import LaunchDescription

from phoenix_bringup.launch_actions import launch_description


def generate_launch_description() -> LaunchDescription:
    """Return the nodes of this machine."""
    return launch_description(required=('machine', 'peer'))
