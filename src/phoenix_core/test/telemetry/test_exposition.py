"""The metrics of several nodes as one text."""

from phoenix_msgs.msg import Fault
from prometheus_client.parser import text_string_to_metric_families

from phoenix_core import events
from phoenix_core.telemetry.exposition import ToyMetrics, merged
from phoenix_core.telemetry.metrics import NodeMetrics


def counted(node):
    metrics = NodeMetrics(node)
    metrics.published(events.TOUCH)
    metrics.model_answered(0.3)
    metrics.faulted('a "quoted" \\ code\n# HELP me', Fault.ERROR)
    return metrics.exposition()


def series(text):
    return [
        (family.name, family.type, family.documentation, sample.name, sample.labels)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


def test_metrics_of_nodes_are_combined_and_those_they_share_appear_once():
    one, other = counted('one'), counted('other')
    together = series(merged([one, other]))
    assert len(together) == len({str(entry) for entry in together})
    assert {str(entry) for entry in together} == {str(e) for e in series(one) + series(other)}
    assert merged([one, other]).count('# HELP phoenix_faults_total ') == 1


def test_a_node_that_is_gone_is_left_out():
    for stale_s, is_told in ((60.0, True), (-1.0, False)):
        metrics = ToyMetrics(stale_s)
        metrics.feed('one', counted('one'))
        assert ('node="one"' in metrics.exposition()) is is_told


def test_the_temperature_is_declared_also_without_a_sensor():
    assert '# TYPE phoenix_temperature_celsius gauge' in ToyMetrics(1.0).exposition()
