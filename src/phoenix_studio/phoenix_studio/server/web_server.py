"""Runs the web server in a thread of its own."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from phoenix_studio.server.access import LOOPBACK

LARGEST_MESSAGE = 8192  # bytes of a browser's message on a socket
END_S = 5.0


class WebServer:
    """
    Serves an application until it is closed.

    :param port: 0 for any free port.
    :param host: the address to listen on.
    :param certificate: file with key and certificate for TLS; None: without.
    :raises OSError: the port is in use.
    """

    def __init__(self, port: int, host: str = LOOPBACK, certificate: Path | None = None) -> None:
        self._certificate = certificate
        family = socket.AF_INET6 if ':' in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((host, port))
            self._socket.listen()
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, app: ASGIApp) -> None:
        """Begin to serve."""
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # addresses may hold a code
            lifespan='off',
            http='h11',
            ws='websockets-sansio',
            ws_max_size=LARGEST_MESSAGE,
            ws_ping_interval=10.0,
            ws_ping_timeout=10.0,
            ws_per_message_deflate=False,  # on loopback it only costs time
            server_header=False,
            limit_concurrency=500,
            timeout_graceful_shutdown=1,
            ssl_certfile=self._certificate,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, args=(self._server,), name='studio web')
        self._thread.start()

    def post(self, function: Callable[..., object], *args: object) -> None:
        """Call a function on the server's event loop; thread-safe, without effect once closed."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(function, *args)

    def finish(self, work: Coroutine[Any, Any, None]) -> None:
        """Do on the server's event loop what has to be done before the end, and wait for it."""
        try:
            asyncio.run_coroutine_threadsafe(work, self._loop).result(END_S)
        except (RuntimeError, FutureTimeoutError):  # the loop is closed, or has too much to do
            work.close()

    def close(self) -> None:
        """Stop serving and release the port."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(END_S)
        self._socket.close()

    def _run(self, server: uvicorn.Server) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(server.serve([self._socket]))
        finally:
            self._loop.close()
