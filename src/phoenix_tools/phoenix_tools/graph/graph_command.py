"""The `phoenix graph` command: show, draw and check which nodes send which events."""

import argparse
from collections.abc import Collection

from phoenix_activities.engine.installed import ACTIVITIES
from phoenix_bringup.process_table import node_names, standbys
from phoenix_core.node.registry import Registry, UnknownEventError
from phoenix_core.settings import plugins
from phoenix_tools.graph.description import describe_event, describe_node, table
from phoenix_tools.graph.diagram import FORMATS, around, declared
from phoenix_tools.graph.graph_check import GraphCheck
from phoenix_tools.graph.live import LiveGraph, observe_toy
from phoenix_tools.graph.observation import SETTLED_S, SHOWN_S
from phoenix_tools.graph.security_policy import security_policy

ERRORS = (UnknownEventError,)


def main(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    registry = Registry.installed()
    namespace = '/' + options.namespace.strip('/')
    if options.check:
        return check(registry, namespace)
    if options.format == 'sros2':
        print(security_policy(with_standbys(registry), namespace), end='')
        return 0
    names = [
        name if name in registry.nodes else registry.event(name).name for name in options.names
    ]
    live = observe_toy(registry, node_names(), namespace, SHOWN_S)
    if options.format:
        print(drawing(registry, live, names, options.format), end='')
    else:
        print('\n\n'.join(described(registry, live, names)))
    return 0


def check(registry: Registry, namespace: str) -> int:
    """Compare catalogue, code and running graph; print each difference; return 1 for any."""
    problems = registry.problems()
    registry = with_standbys(registry)
    live = observe_toy(registry, node_names(), namespace, SETTLED_S)
    problems += GraphCheck(registry, live.expected, namespace, live.observation).differences()
    for line in problems:
        print(line)
    if not problems:
        count = len(live.observation.endpoints)
        print(f'the running graph is as declared: {len(live.expected)} nodes, {count} endpoints')
    return 1 if problems else 0


def with_standbys(registry: Registry) -> Registry:
    """Add the standbys: the same node classes under other names."""
    return Registry(
        registry.nodes | {standby: registry.nodes[name] for name, standby in standbys().items()}
    )


def drawing(registry: Registry, live: LiveGraph, names: Collection[str], form: str) -> str:
    """Draw the running graph, else the declared one; all of it, or around names."""
    diagram = live.diagram() if live.is_running else declared(registry, live.expected)
    if names:
        nodes = {name for name in names if name in registry.nodes}
        for name in names:
            if name not in registry.nodes:
                flow = registry.event_flow(registry.event(name))
                nodes.update(flow.producers, flow.consumers)
        diagram = around(diagram, nodes)
    return FORMATS[form](diagram)


def activities() -> str:
    """Return the line that lists the installed activities, of all packages."""
    return f'activities: {", ".join(plugins.names(ACTIVITIES))}'


def described(registry: Registry, live: LiveGraph, names: Collection[str]) -> list[str]:
    """Describe nodes and events in text; the whole graph when none is named."""
    if not names:
        return [table(registry, live), activities()]
    return [
        describe_node(registry, live, name)
        if name in registry.nodes
        else describe_event(registry, live, registry.event(name))
        for name in names
    ]
