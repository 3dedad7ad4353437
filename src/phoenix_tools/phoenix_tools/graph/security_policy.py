"""
The SROS2 policy of the toy: what each process may publish, hear and ask, as its nodes declare it.

For a ROS whose DDS has security compiled in. One enclave per process, named as the process table
names it: /phoenix/compose holds the composed nodes, /phoenix/microphone the microphone alone. The
makers' tools have none, so that they, too, stay outside.
"""

from collections.abc import Iterable
from xml.etree import ElementTree

from phoenix_bringup.launch_arguments import parse
from phoenix_bringup.process_table import enclave, processes
from phoenix_core.events.event_type import EventType
from phoenix_core.node.heartbeat import alive_topic
from phoenix_core.node.registry import Registry
from phoenix_core.supervision.node import Supervisor

VERSION = '0.2.0'  # of the form of the file
# What every node of rclpy has.
PUBLISHED = ('/rosout', '/parameter_events')
SUBSCRIBED = ('/parameter_events',)
OWN = '~/*'  # lifecycle, parameters, life signs
STARTS: tuple[dict[str, str], ...] = (
    {},
    {'machine': 'toy', 'peer': 'helper'},
    {'machine': 'helper', 'peer': 'toy'},
)


def security_policy(registry: Registry, namespace: str) -> str:
    """
    Return the policy for all layouts as XML.

    :param registry: of all nodes, with their standbys.
    """
    members: dict[str, set[str]] = {}
    for start in STARTS:
        for layout in ('composed', 'processes'):
            given = parse({**start, 'layout': layout, 'namespace': namespace})
            for process in processes(given):
                members.setdefault(process.name, set()).update(process.nodes)
    root = ElementTree.Element('policy', version=VERSION)
    enclaves = ElementTree.SubElement(root, 'enclaves')
    for name, nodes in sorted(members.items()):
        path = enclave(namespace, name)
        profiles = ElementTree.SubElement(
            ElementTree.SubElement(enclaves, 'enclave', path=path), 'profiles'
        )
        for node in sorted(nodes):
            _add_profile(profiles, registry, namespace, node)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding='unicode') + '\n'


def _add_profile(
    profiles: ElementTree.Element, registry: Registry, namespace: str, node: str
) -> None:
    profile = ElementTree.SubElement(profiles, 'profile', ns=namespace, node=node)
    declares = registry.nodes[node].declarations
    subscribed, requested = [*SUBSCRIBED, *_topics(declares.hears)], []
    if registry.nodes[node] is Supervisor:
        subscribed += map(alive_topic, registry.nodes)
        requested = [f'{name}/change_state' for name in registry.nodes]
    _allow(profile, 'topic', 'publish', [*PUBLISHED, OWN, *_topics(declares.publishes)])
    _allow(profile, 'topic', 'subscribe', subscribed)
    _allow(profile, 'service', 'reply', [OWN])
    _allow(profile, 'service', 'request', requested)


def _topics(declared: Iterable[EventType]) -> list[str]:
    return [event.topic for event in declared]


def _allow(profile: ElementTree.Element, kind: str, what: str, names: Iterable[str]) -> None:
    if names := sorted(set(names)):
        allowed = ElementTree.SubElement(profile, f'{kind}s', {what: 'ALLOW'})
        for name in names:
            ElementTree.SubElement(allowed, kind).text = name
