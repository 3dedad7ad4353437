"""Serves the metrics of all nodes to Prometheus: one address for the whole toy."""

import re
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'  # Prometheus's text format
LOOPBACK = '127.0.0.1'
THERMAL = Path('/sys/class/thermal')
FAMILY = re.compile(r'^(?=# HELP )', re.MULTILINE)


class ToyMetrics:
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

    def exposition(self) -> str:
        """Return the metrics of all, and the temperatures of the machine."""
        oldest_s = time.monotonic() - self._stale_s
        told = [text for told_s, text in list(self._told.values()) if told_s >= oldest_s]
        return merged([*told, _temperatures()])


def merged(expositions: Iterable[str]) -> str:
    """
    Put texts in Prometheus's format together; a process of several nodes is told once.

    As text: to parse a toy's thousand series and write them again takes thirty times as long.
    """
    families: dict[str, dict[str, str]] = {}  # by # HELP and # TYPE: by series the line
    for exposition in expositions:
        for family in FAMILY.split(exposition)[1:]:
            text, kind, *samples = family.splitlines()
            series = families.setdefault(f'{text}\n{kind}', {})
            for sample in samples:
                series.setdefault(sample.rpartition(' ')[0], sample)
    lines = (line for head, series in families.items() for line in (head, *series.values()))
    return '\n'.join(lines) + '\n'


class MetricsServer:
    """An HTTP server on loopback with the path /metrics, in a thread of its own."""

    def __init__(self, exposition: Callable[[], str], port: int) -> None:
        """
        Serve.

        :param exposition: makes the text.
        :param port: 0: any that is free.
        :raises OSError: the port is taken.
        """

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.partition('?')[0] != '/metrics':
                    self.send_error(404)
                    return
                body = exposition().encode()
                self.send_response(200)
                self.send_header('Content-Type', CONTENT_TYPE)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing: it is asked every few seconds."""

        self._server = ThreadingHTTPServer((LOOPBACK, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name='metrics')
        self._thread.start()
        self.url = f'http://{LOOPBACK}:{self._server.server_port}/metrics'

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _temperatures() -> str:
    """Read the sensors that Linux knows, on a Pi that of its processor."""
    registry = CollectorRegistry()
    family = Gauge(
        'phoenix_temperature_celsius',
        'Temperature of the machine.',
        ['zone'],
        registry=registry,
    )
    for zone in sorted(THERMAL.glob('thermal_zone*')):
        try:
            name = (zone / 'type').read_text().strip()
            family.labels(name).set(int((zone / 'temp').read_text()) / 1000)
        except (OSError, ValueError):  # a sensor that is switched off
            continue
    return generate_latest(registry).decode()
