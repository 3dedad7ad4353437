"""
Counts and measures what a node does, as metrics of Prometheus.

Names follow https://prometheus.io/docs/practices/naming/; every series has the label `node`,
those of the process have `process` instead.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from phoenix_msgs.msg import AudioFrame
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from phoenix_core.events.catalogue.health import SEVERITIES
from phoenix_core.events.event_type import EventType

QUICK_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
SLOW_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)

disable_created_metrics()  # a time stamp per series doubles their number, and is of little use


class NodeMetrics:
    """The metrics of one node. May be used from any thread."""

    def __init__(self, node: str) -> None:
        """Begin at zero."""
        self._node = node
        self._made: dict[str, Callable[..., Any]] = {}
        self._registry = CollectorRegistry()
        self._registry.register(_Process())
        Gauge(
            'phoenix_node_start_time_seconds',
            'When the node was made, in seconds since 1970; changes with each restart.',
            ['node'],
            registry=self._registry,
        ).labels(node).set_to_current_time()
        self._faults = self.counter('phoenix_faults', 'What went wrong.', ['code', 'severity'])
        self._published = self.counter(
            'phoenix_events_published', 'Events that the node has sent.', ['topic']
        )
        self._dropped = self.counter(
            'phoenix_events_dropped', 'Events that came while the node was not active.', ['topic']
        )
        self._gaps = self.counter(
            'phoenix_stream_missing_frames', 'Frames of a stream that never came.', ['topic']
        )
        self._lost = self.counter(
            'phoenix_audio_lost_samples', 'Samples that the audio device has dropped.', ['topic']
        )
        self._handled = self.histogram(
            'phoenix_handler_duration_seconds', 'Time in handlers of events.', QUICK_S, ['topic']
        )
        self._queued = self.histogram(
            'phoenix_queue_age_seconds',
            'Age of an event, since it was sent, when its handler begins.',
            QUICK_S,
            ['topic'],
        )
        self._model = self.histogram(
            'phoenix_model_duration_seconds',
            'Time of one answer of the model that the node runs or asks.',
            SLOW_S,
        )
        self._next: dict[tuple[EventType, str], int] = {}  # sequence number, by stream

    def counter(self, name: str, text: str, labels: Sequence[str] = ()) -> Callable[..., Counter]:
        """Make a counter; return a function from the values of the labels to the series."""
        return self._once(Counter, name, text, labels)

    def histogram(
        self, name: str, text: str, buckets: Iterable[float], labels: Sequence[str] = ()
    ) -> Callable[..., Histogram]:
        """Make a histogram with these upper bounds; return a function as `counter` does."""
        return self._once(Histogram, name, text, labels, buckets=tuple(buckets))

    def published(self, event: EventType) -> None:
        """Count an event that was sent."""
        self._published(event.topic).inc()

    def dropped(self, event: EventType) -> None:
        """Count an event that was not handled."""
        self._dropped(event.topic).inc()

    def handled(self, event: EventType, message: Any, queued_s: float, handler_s: float) -> None:
        """Count an event that was handled."""
        self._queued(event.topic).observe(queued_s)
        self._handled(event.topic).observe(handler_s)
        if isinstance(message, AudioFrame):
            self._count_losses(event, message)

    def faulted(self, code: str, severity: int, node: str = '') -> None:
        """Count a fault of this node, or of the one that is named."""
        self._faults(code, SEVERITIES[severity], node=node or self._node).inc()

    def model_answered(self, seconds: float) -> None:
        """Count an answer of the model that the node runs or asks."""
        self._model().observe(seconds)

    def exposition(self) -> str:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self._registry).decode()

    def _once(
        self, kind: Any, name: str, text: str, labels: Sequence[str], **options: Any
    ) -> Callable[..., Any]:
        """Return a metric, the same one to a node that is configured again."""
        if name not in self._made:
            metric = kind(name, text, ['node', *labels], registry=self._registry, **options)
            self._made[name] = cache(lambda *values, node=self._node: metric.labels(node, *values))
        return self._made[name]

    def _count_losses(self, event: EventType, frame: AudioFrame) -> None:
        if frame.lost:
            self._lost(event.topic).inc(frame.lost)
        stream = event, frame.stream_id
        missing = frame.sequence - self._next.get(stream, frame.sequence)
        if missing > 0:
            self._gaps(event.topic).inc(missing)
        self._next[stream] = frame.sequence + 1
        if frame.last:
            del self._next[stream]


class _Process(Collector):
    """Memory, CPU time, open files and start of the process; several nodes may share it."""

    def __init__(self) -> None:
        self._process = Path(sys.argv[0]).name
        self._measured = ProcessCollector(registry=None)

    def collect(self) -> Iterable[Metric]:
        for metric in self._measured.collect():
            labeled = Metric(metric.name, metric.documentation, metric.type, metric.unit)
            for sample in metric.samples:
                labeled.add_sample(sample.name, {'process': self._process}, sample.value)
            yield labeled
