"""
The SROS2 policy: of the form that sros2 reads, and neither less nor more than the nodes need.

Whether DDS enforces it is not tested: the ROS wheels have no DDS security.
"""

from fnmatch import fnmatch
from xml.etree import ElementTree

import pytest

from phoenix_bringup.launch_arguments import parse
from phoenix_bringup.process_table import processes
from phoenix_core.node.registry import Registry
from phoenix_core.supervision.node import Supervisor
from phoenix_core.testing import TestGraph
from phoenix_speech.understanding.node import Intent
from phoenix_tools.graph.graph_command import with_standbys
from phoenix_tools.graph.security_policy import security_policy

RULES = {
    'topics': ('topic', {'publish', 'subscribe'}),
    'services': ('service', {'reply', 'request'}),
}


@pytest.fixture(scope='module')
def policy():
    return ElementTree.fromstring(security_policy(with_standbys(Registry.installed()), '/phoenix'))


def rules_of(policy, enclave, node):
    """Return the names that a node may use, without ~, by publish, subscribe, reply, request."""
    profile = policy.find(f'enclaves/enclave[@path="{enclave}"]/profiles/profile[@node="{node}"]')
    return {
        what: [
            name.text.replace('~', f'/phoenix/{node}')
            if name.text[0] in '~/'
            else f'/phoenix/{name.text}'
            for name in rule
        ]
        for rule in profile
        for what in rule.attrib
    }


def test_the_policy_has_the_form_of_sros2(policy):
    assert (policy.tag, policy.attrib) == ('policy', {'version': '0.2.0'})
    [enclaves] = policy
    assert enclaves.tag == 'enclaves'
    for enclave in enclaves:
        assert (enclave.tag, set(enclave.attrib)) == ('enclave', {'path'})
        [profiles] = enclave
        assert profiles.tag == 'profiles'
        for profile in profiles:
            assert (profile.tag, set(profile.attrib)) == ('profile', {'ns', 'node'})
            for rule in profile:
                kind, allowed = RULES[rule.tag]
                assert len(rule.attrib) == 1 and set(rule.attrib) <= allowed
                assert set(rule.attrib.values()) == {'ALLOW'}
                assert len(rule) and {name.tag for name in rule} == {kind}


@pytest.mark.parametrize('layout', ['composed', 'processes'])
def test_every_process_is_started_in_an_enclave_of_the_policy(policy, layout):
    paths = {enclave.get('path') for enclave in policy.iter('enclave')}
    for process in processes(parse({'layout': layout})):
        assert process.argv[process.argv.index('--enclave') + 1] in paths
        for node in process.nodes:
            assert rules_of(policy, f'/phoenix/{process.name}', node)


def test_nobody_but_the_ear_may_hear_the_microphone(policy):
    heard = {
        profile.get('node').removesuffix('_standby')
        for profile in policy.iter('profile')
        for name in profile.findall('topics[@subscribe]/topic')
        if name.text == 'audio/input'
    }
    assert heard == {'listener', 'wake_word'}


@pytest.mark.parametrize('node_class', [Intent, Supervisor])
def test_a_running_node_does_only_what_the_policy_allows(policy, node_class):
    with TestGraph() as graph:
        node = graph.add(node_class)
        name = node.get_name()
        rules = rules_of(policy, f'/phoenix/{name}', name)
        for what, found in (
            ('publish', node.get_publisher_names_and_types_by_node),
            ('subscribe', node.get_subscriber_names_and_types_by_node),
            ('reply', node.get_service_names_and_types_by_node),
            ('request', node.get_client_names_and_types_by_node),
        ):
            for used, _ in found(name, '/phoenix'):
                assert any(fnmatch(used, rule) for rule in rules.get(what, [])), (what, used)
