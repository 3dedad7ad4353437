"""The server of the metrics, also with peers that connect and send no request."""

import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack
from urllib.parse import urlsplit

import psutil
import pytest

from phoenix_core.telemetry import metrics_server
from phoenix_core.telemetry.metrics_server import MetricsServer

SERVER = """
import sys
from phoenix_core.telemetry.metrics_server import MetricsServer
server = MetricsServer(lambda: 'phoenix 1\\n', 0)
print(server.url, flush=True)
sys.stdin.readline()
server.close()
"""
CONNECTIONS = 300
LIMIT = 100  # of threads, and of descriptors; a toy may have 400 in all


@pytest.fixture
def server():
    server = MetricsServer(lambda: 'phoenix 1\n', 0)
    yield server
    server.close()


def connect(url, request=b''):
    """Connect, and send less than a request."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=10)
    connection.sendall(request)
    return connection


def scrape(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def test_only_the_metrics_are_served(server):
    with urllib.request.urlopen(server.url) as answer:
        assert answer.read() == b'phoenix 1\n'
        assert answer.headers['Content-Type'].startswith('text/plain; version=0.0.4')
    with pytest.raises(urllib.error.HTTPError, match='404'):
        urllib.request.urlopen(server.url.replace('metrics', 'etc/passwd'))


def test_only_this_machine_is_served(server):
    assert urlsplit(server.url).hostname == '127.0.0.1'
    others = {
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family == socket.AF_INET and not address.address.startswith('127.')
    }
    for address in others:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((address, urlsplit(server.url).port), timeout=10)


@pytest.mark.parametrize('request_begun', [b'', b'GET /metrics HTTP/1.1\r\nHost: toy\r\n'])
def test_half_open_connections_are_bounded_and_delay_no_scrape(request_begun):
    with (
        subprocess.Popen(
            [sys.executable, '-c', SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
        ExitStack() as stack,
    ):
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        for _ in range(CONNECTIONS):
            stack.enter_context(connect(url, request_begun))
        assert scrape(url) == b'phoenix 1\n'
        served = psutil.Process(process.pid)
        assert served.num_threads() < LIMIT
        assert served.num_fds() < LIMIT
        process.communicate('\n', timeout=20)
    assert process.returncode == 0


def test_a_connection_that_takes_too_long_is_ended(server, monkeypatch):
    monkeypatch.setattr(metrics_server, 'CONNECTION_S', 0.1)
    with connect(server.url, b'GET /metrics') as connection:
        assert connection.recv(1) == b''
    assert scrape(server.url) == b'phoenix 1\n'
