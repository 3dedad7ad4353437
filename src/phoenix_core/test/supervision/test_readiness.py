"""When a toy is ready: its nodes are active and hear each other."""

from phoenix_msgs.msg import CapabilityStatus, EventHeader, ListenRequest, NodeStatus, TopicReach

from phoenix_core import events
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.supervision.readiness import Readiness
from phoenix_core.testing import TestGraph


class Asker(EventNode):
    """Asks for the ear."""

    listen_request = Publishes(events.LISTEN_REQUEST)
    settings: NodeSettings


class Ear(EventNode):
    """Opens on request."""

    settings: NodeSettings

    @subscribes(events.LISTEN_REQUEST)
    def on_request(self, request: ListenRequest) -> None:
        pass


NODES = {'asker': Asker, 'ear': Ear}


def status(node: str, state: int, **reach: int) -> NodeStatus:
    topics = [
        TopicReach(topic=topic.replace('_', '/'), subscriptions=n) for topic, n in reach.items()
    ]
    return NodeStatus(header=EventHeader(producer=node), state=state, topics=topics)


def test_a_toy_is_ready_when_its_nodes_are_active_and_hear_each_other():
    readiness = Readiness(NODES)
    assert readiness.missing == ['asker: not there', 'ear: not there']
    readiness.feed(status('ear', NodeStatus.ACTIVE))
    readiness.feed(status('asker', NodeStatus.INACTIVE, speech_listen=1))
    assert readiness.missing == ['asker: inactive']
    readiness.feed(status('asker', NodeStatus.ACTIVE, speech_listen=0))
    assert readiness.missing == ['asker: speech/listen reaches 0 of 1 subscribers']
    readiness.feed(status('stranger', NodeStatus.INACTIVE))
    readiness.feed(status('asker', NodeStatus.ACTIVE, speech_listen=2))
    assert readiness.missing == []


def test_a_toy_is_ready_without_what_could_not_be_brought_up():
    readiness = Readiness(NODES)
    lost = status('ear', NodeStatus.UNCONFIGURED)
    lost.level, lost.message = CapabilityStatus.LOST, 'no model'
    readiness.feed(lost)
    readiness.feed(status('asker', NodeStatus.ACTIVE, speech_listen=0))
    assert readiness.missing == []
    assert readiness.without == {'ear': 'no model'}
    readiness.feed(status('ear', NodeStatus.ACTIVE))
    assert readiness.without == {}
    assert readiness.missing == ['asker: speech/listen reaches 0 of 1 subscribers']


def test_nodes_publish_their_state_and_reach():
    with TestGraph() as graph:
        asker = graph.add(Asker)
        probe = graph.probe(records=[events.NODE_STATUS])  # comes late: statuses are latched
        probe.expect(events.NODE_STATUS, lambda m: m.header.producer == 'asker')
        graph.add(Ear)

        def told(state: int, reach: int):
            def fits(message: NodeStatus) -> bool:
                found = {entry.topic: entry.subscriptions for entry in message.topics}
                return (
                    message.header.producer == 'asker'
                    and message.state == state
                    and found.get('speech/listen') == reach
                )

            return fits

        probe.expect(events.NODE_STATUS, told(NodeStatus.ACTIVE, 1))
        graph.call(asker.trigger_deactivate)
        probe.expect(events.NODE_STATUS, told(NodeStatus.INACTIVE, 1))
        graph.call(asker.trigger_cleanup)
        probe.expect(events.NODE_STATUS, told(NodeStatus.UNCONFIGURED, 0))
