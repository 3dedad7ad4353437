"""Asks services of other nodes from the event loop of the web server."""

import asyncio
from typing import Any

from phoenix_core.node.event_node import EventNode

ANSWER_S = 5.0
AGAIN_S = 0.05


class CallError(Exception):
    """A part of the toy does not answer; one line."""


class RosCalls:
    """
    The clients of services, made when they are first used.

    :param node: an active node.
    """

    def __init__(self, node: EventNode) -> None:
        self._node = node
        self._clients: dict[str, Any] = {}

    def close(self) -> None:
        """Forget all clients."""
        for client in self._clients.values():
            self._node.destroy_client(client)
        self._clients.clear()

    async def ask(self, service: str, kind: Any, request: Any) -> Any:
        """
        Return the answer of a service.

        :param service: its name, relative to the toy's namespace.
        :param kind: its type.
        :raises CallError: there is none in time.
        """
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Any] = loop.create_future()

        def resolve(result: Any) -> None:
            if not answered.done():
                answered.set_result(result)

        def ask() -> None:
            client = self._clients.get(service)
            if client is None:
                client = self._clients[service] = self._node.create_client(kind, service)
            if answered.done():
                return
            if not client.service_is_ready():  # a request would be lost before both have met
                self._node.after(AGAIN_S, ask)
                return
            future = client.call_async(request)
            future.add_done_callback(
                lambda done: loop.call_soon_threadsafe(resolve, done.result())
            )

        self._node.post(ask)
        try:
            return await asyncio.wait_for(answered, ANSWER_S)
        except asyncio.TimeoutError:
            raise CallError('the toy does not answer') from None
