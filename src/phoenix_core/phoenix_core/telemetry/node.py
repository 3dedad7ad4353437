"""The telemetry node: stores the newest interactions, serves metrics and exports spans."""

import array
import os
from typing import TYPE_CHECKING, Any

from phoenix_msgs.msg import NodeMetrics, TracedEvent
from phoenix_msgs.srv import GetRecentEvents
from rclpy.serialization import serialize_message

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.declarations import observes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.heartbeat import METRICS_PERIOD_S
from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.telemetry.exposition import ToyMetrics
from phoenix_core.telemetry.first_sound import FirstSound
from phoenix_core.telemetry.metrics_server import MetricsServer
from phoenix_core.telemetry.recent_events import TRACED, RecentEvents, belongs

if TYPE_CHECKING:
    from phoenix_core.telemetry.spans import SpanExport

RECENT_EVENTS = 'recent_events'  # the service, below the node's name
ENDPOINTS = ('OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')


class TelemetrySettings(NodeSettings):
    """Settings of the telemetry node."""

    interactions: int = setting(
        50, 'Number of interactions kept in memory, for `phoenix trace`.', ge=0, le=1000
    )
    metrics_port: int = setting(
        9464, 'Port of the metrics for Prometheus, on loopback; 0 for none.', ge=0, le=65535
    )


class Telemetry(EventNode):
    """Observes every event of every interaction; writes nothing to disk."""

    settings: TelemetrySettings

    def configure(self) -> None:
        """Create empty stores."""
        self._forgotten = -1
        self._forget_if_wanted()
        self._toy_metrics = ToyMetrics(stale_s=3 * METRICS_PERIOD_S)
        self._first_sound = FirstSound(self.metrics) if self.metrics is not None else None

    def activate(self) -> None:
        """Open the service and the port; start to export spans if an endpoint is set."""
        self._service = self.create_service(
            GetRecentEvents, f'~/{RECENT_EVENTS}', self.on_recent_events
        )
        self._server = self._serve()
        self._export: SpanExport | None = None
        if any(map(os.environ.get, ENDPOINTS)):
            from phoenix_core.telemetry import spans  # needs tens of MB of memory

            self._export = spans.SpanExport(self.get_namespace())

    def deactivate(self) -> None:
        """Close the service, the port and the export."""
        self.destroy_service(self._service)
        if self._server is not None:
            self._server.close()
        if self._export is not None:
            self._export.close()

    @observes(TRACED)
    def on_event(self, event: EventType, message: Any) -> None:
        """Store, export and measure an event that is part of an interaction."""
        if not belongs(message):
            return
        self._forget_if_wanted()
        self._recent.feed(event, message)
        if self._export is not None:
            self._export.feed(event, message)
        if self._first_sound is not None:
            self._first_sound.feed(event, message)

    @subscribes(events.NODE_METRICS)
    def on_metrics(self, metrics: NodeMetrics) -> None:
        """Store the metrics of a node."""
        self._toy_metrics.feed(metrics.header.producer, metrics.exposition)

    def on_recent_events(
        self, request: GetRecentEvents.Request, response: GetRecentEvents.Response
    ) -> GetRecentEvents.Response:
        """Return the stored events."""
        self._forget_if_wanted()
        for event, message in self._recent:
            data = array.array('B', serialize_message(message))
            response.events.append(TracedEvent(topic=event.topic, data=data))
        return response

    def _forget_if_wanted(self) -> None:
        """Begin with an empty store, also when a parent wants all to be forgotten."""
        if self._forgotten != self.parent_file.forgotten:
            self._forgotten = self.parent_file.forgotten
            self._recent = RecentEvents(self.settings.interactions)

    def _serve(self) -> MetricsServer | None:
        port = self.settings.metrics_port
        if not port:
            return None
        try:
            return MetricsServer(self._toy_metrics.exposition, port)
        except OSError as error:  # e.g. another toy on this machine, which is no fault
            self.log.warning('no metrics are served', port=port, reason=error.strerror)
            return None
