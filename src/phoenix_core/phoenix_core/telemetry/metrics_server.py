"""Serves the metrics of the toy to Prometheus on the loopback interface."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'  # Prometheus's text format
LOOPBACK = '127.0.0.1'
MAX_CONNECTIONS = 16
CONNECTION_S = 5.0  # longest time that a connection may take


class MetricsServer:
    """
    An HTTP server with the path /metrics, in a thread of its own.

    Not `prometheus_client.start_http_server`: that one accepts any number of connections for any
    time, each in a thread, and needs a registry where the toy has text.
    """

    def __init__(self, exposition: Callable[[], str], port: int) -> None:
        """
        Begin to serve.

        :param exposition: returns the metrics as text.
        :param port: 0 for any free port.
        :raises OSError: the port is taken.
        """
        self._server = _Server(exposition, port)
        self._thread = threading.Thread(target=self._server.serve_forever, name='metrics')
        self._thread.start()
        self.url = f'http://{LOOPBACK}:{self._server.server_port}/metrics'

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """Ends the oldest connection in favour of a new one above MAX_CONNECTIONS."""

    request_queue_size = 128  # a connection that finds the queue full is delayed by a second

    def __init__(self, exposition: Callable[[], str], port: int) -> None:
        self.exposition = exposition
        self._deadlines: dict[socket.socket, float] = {}  # by open connection, the oldest first
        self._ended = threading.Condition()
        super().__init__((LOOPBACK, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own."""
        with self._ended:
            if len(self._deadlines) >= MAX_CONNECTIONS:
                _end(next(iter(self._deadlines)))
                self._ended.wait_for(lambda: len(self._deadlines) < MAX_CONNECTIONS)
            self._deadlines[request] = time.monotonic() + CONNECTION_S
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection that has been served."""
        super().shutdown_request(request)
        with self._ended:
            del self._deadlines[request]
            self._ended.notify()

    def service_actions(self) -> None:
        """End the connections that take too long; called twice a second."""
        with self._ended:
            for request, deadline_s in self._deadlines.items():
                if time.monotonic() >= deadline_s:
                    _end(request)


def _end(request: socket.socket) -> None:
    """Have the thread of a connection read the end of its input."""
    with contextlib.suppress(OSError):  # the peer has closed it
        request.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the peer does not wait for the answer
            super().handle()

    def do_GET(self) -> None:
        if self.path.partition('?')[0] != '/metrics':
            self.send_error(404)
            return
        body = self.server.exposition().encode()
        self.send_response(200)
        self.send_header('Content-Type', CONTENT_TYPE)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: Prometheus asks every few seconds."""
