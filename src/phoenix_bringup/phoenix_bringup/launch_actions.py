"""The processes as actions of the ROS 2 package launch; needs launch and launch_ros."""

import secrets
from collections.abc import Collection

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch_ros.actions import Node

from phoenix_bringup.launch_arguments import DECLARATIONS, Declaration, parse
from phoenix_bringup.process_table import NodeProcess, processes
from phoenix_core.supervision import launched


def launch_description(required: Collection[str] = ()) -> LaunchDescription:
    """
    Describe the toy for `ros2 launch`.

    :param required: launch arguments that have to be given.
    """
    declared = [_declared(one, required=one.name in required) for one in DECLARATIONS.values()]
    return LaunchDescription([*declared, OpaqueFunction(function=_node_actions)])


def _declared(argument: Declaration, *, required: bool) -> DeclareLaunchArgument:
    choices = [choice for choice in argument.choices if choice or not required]
    return DeclareLaunchArgument(
        argument.name,
        default_value=None if required else argument.default,
        description=argument.description,
        choices=choices or None,  # launch refuses an empty list
    )


def _node_actions(context: LaunchContext) -> list[Node]:
    # Arguments that nobody declared cannot be refused here: a file that includes this one may
    # have its own.
    given = {name: context.launch_configurations[name] for name in DECLARATIONS}
    mark = secrets.token_hex(16)
    return [_node_action(process, mark) for process in processes(parse(given))]


def _node_action(process: NodeProcess, mark: str) -> Node:
    return Node(
        package=process.package,
        executable=process.executable,
        name=process.node_name,
        namespace=process.namespace,
        exec_name=process.name,
        arguments=list(process.arguments),
        ros_arguments=list(process.ros_arguments),
        additional_env={**process.env, **launched.marks(mark, process.nodes)},
        respawn=process.respawn,
    )
