"""An OTLP receiver over HTTP: takes spans as an OpenTelemetry collector does."""

import queue
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class OtlpReceiver(HTTPServer):
    """
    Listens on a port of its own.

    requests: path and content of what came. received: the same as bytes.
    """

    def __init__(self):
        super().__init__(('127.0.0.1', 0), _Handler)
        self.requests = queue.Queue()
        self.received = b''
        self.url = f'http://127.0.0.1:{self.server_port}'
        self._thread = threading.Thread(target=self.serve_forever)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.received += body
        self.server.requests.put((self.path, ExportTraceServiceRequest.FromString(body)))
        self.send_response(200)
        self.send_header('Content-Type', 'application/x-protobuf')
        self.end_headers()
        self.wfile.write(ExportTraceServiceResponse().SerializeToString())

    def log_message(self, *arguments):
        """Say nothing."""
