"""The processes as actions of the ROS 2 package launch; needs launch and launch_ros."""

import secrets
from collections.abc import Collection, Mapping

from launch import Action, LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, RegisterEventHandler
from launch.event_handlers import OnShutdown
from launch_ros.actions import Node

from phoenix_bringup.launch_arguments import DECLARATIONS, Declaration, parse
from phoenix_bringup.process_table import NodeProcess, processes
from phoenix_core.storage.toy_lock import ToyLock
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


def _node_actions(context: LaunchContext) -> list[Action]:
    # Arguments that nobody declared cannot be refused here: a file that includes this one may
    # have its own.
    given = parse({name: context.launch_configurations[name] for name in DECLARATIONS})
    found = processes(given)
    lock = ToyLock(given.namespace, given.sides, given.layout)
    release = RegisterEventHandler(OnShutdown(on_shutdown=lambda event, context: lock.close()))
    mark = secrets.token_hex(16)
    return [release, *(_node_action(process, mark, lock.environ) for process in found)]


def _node_action(process: NodeProcess, mark: str, env: Mapping[str, str]) -> Node:
    return Node(
        package=process.package,
        executable=process.executable,
        name=process.node_name,
        namespace=process.namespace,
        exec_name=process.name,
        arguments=list(process.arguments),
        ros_arguments=list(process.ros_arguments),
        additional_env={**process.env, **env, **launched.marks(mark, process.nodes)},
        respawn=process.respawn,
    )
