"""Serves the metrics of all nodes to Prometheus: one address for the whole toy."""

import time
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

LOOPBACK = '127.0.0.1'
THERMAL = Path('/sys/class/thermal')


class ToyMetrics(Collector):
    """What each node has told last, as one. May be used from any thread."""

    def __init__(self, stale_s: float) -> None:
        """
        Begin without any node.

        :param stale_s: a node that has told nothing for so long is left out: it is gone.
        """
        self._stale_s = stale_s
        self._told: dict[str, tuple[float, str]] = {}

    def feed(self, node: str, exposition: str) -> None:
        """Take the metrics of a node in Prometheus's text format."""
        self._told[node] = time.monotonic(), exposition

    def collect(self) -> Iterable[Metric]:
        """Merge families of the same name; a process of several nodes is told once."""
        oldest_s = time.monotonic() - self._stale_s
        families: dict[str, Metric] = {}
        series: set[tuple[str, frozenset[tuple[str, str]]]] = set()
        for told_s, exposition in list(self._told.values()):
            if told_s < oldest_s:
                continue
            for told in text_string_to_metric_families(exposition):
                family = families.setdefault(
                    told.name, Metric(told.name, told.documentation, told.type)
                )
                for sample in told.samples:
                    key = sample.name, frozenset(sample.labels.items())
                    if key not in series:
                        series.add(key)
                        family.samples.append(sample)
        yield from families.values()
        yield _temperatures()


class MetricsServer:
    """An HTTP server on loopback with the path /metrics, in a thread of its own."""

    def __init__(self, metrics: ToyMetrics, port: int) -> None:
        """
        Serve.

        :param port: 0: any that is free.
        :raises OSError: the port is taken.
        """
        registry = CollectorRegistry()
        registry.register(metrics)
        self._server, self._thread = start_http_server(port, LOOPBACK, registry)
        self.url = f'http://{LOOPBACK}:{self._server.server_port}/metrics'

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _temperatures() -> Metric:
    """Read the sensors that Linux knows, on a Pi that of its processor."""
    family = GaugeMetricFamily(
        'phoenix_temperature_celsius', 'Temperature of the machine.', labels=['zone']
    )
    for zone in sorted(THERMAL.glob('thermal_zone*')):
        try:
            name = (zone / 'type').read_text().strip()
            family.add_metric([name], int((zone / 'temp').read_text()) / 1000)
        except (OSError, ValueError):  # a sensor that is switched off
            continue
    return family
