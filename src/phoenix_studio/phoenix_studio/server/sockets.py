"""The two sockets of a browser: events and what a person does; sound in both directions."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from phoenix_core.clock.allowance import Allowance
from phoenix_studio.server.hub import FullError, Hub
from phoenix_studio.server.outbox import Outbox, SoundOutbox
from phoenix_studio.server.refusals import Refusals
from phoenix_studio.server.toy import AnyAction, Toy

FRAME_BYTES = 640  # 20 ms at 16 kHz, 16 bit
FRAMES_PER_S = 75.0  # one and a half times what a microphone sends: after a pause it catches up
ACTIONS_PER_S = 30.0
PACE_S = 0.03  # between two texts: what happens meanwhile goes together
SEND_S = 10.0  # a browser that takes nothing for so long is gone
REFUSED = 1008  # policy violation
TAKEN = 4001  # another page has opened its microphone
FULL = 1013  # try again later


class Sockets:
    """
    Serves the sockets of all browsers.

    :param toy: gets what persons do and say.
    """

    def __init__(self, hub: Hub, toy: Toy, refusals: Refusals) -> None:
        self._hub = hub
        self._toy = toy
        self._refusals = refusals
        self._speaker: WebSocket | None = None  # whose microphone the toy hears

    async def events(self, socket: WebSocket) -> None:
        """Serve a browser that looks on."""
        await socket.accept()
        try:
            with self._hub.watching() as outbox:
                await _either(self._tell(socket, outbox), self._obey(socket))
        except FullError:
            await self._refuse(socket, 'too many browsers', FULL)

    async def sound(self, socket: WebSocket) -> None:
        """Serve a browser that hears the toy, and may speak to it."""
        await socket.accept()
        try:
            with self._hub.hearing() as ear:
                await _either(self._play(socket, ear), self._listen(socket))
        except FullError:
            await self._refuse(socket, 'too many browsers', FULL)
        finally:
            if self._speaker is socket:
                self._speaker = None

    async def _tell(self, socket: WebSocket, outbox: Outbox) -> None:
        while True:
            text = await outbox.take()
            await asyncio.wait_for(socket.send_text(text), SEND_S)
            await asyncio.sleep(PACE_S)

    async def _obey(self, socket: WebSocket) -> None:
        allowance = Allowance(ACTIONS_PER_S)
        while True:
            message = await _receive(socket)
            if not allowance.take():
                return await self._refuse(socket, 'too many actions')
            try:
                action = AnyAction.model_validate_json(message.get('text') or '').root
            except ValidationError:
                return await self._refuse(socket, 'no action')
            self._toy.act(action)

    async def _play(self, socket: WebSocket, ear: SoundOutbox) -> None:
        while True:
            piece = await ear.take()
            await asyncio.wait_for(socket.send_bytes(piece), SEND_S)

    async def _listen(self, socket: WebSocket) -> None:
        allowance = Allowance(FRAMES_PER_S)
        while True:
            samples = (await _receive(socket)).get('bytes') or b''
            if len(samples) != FRAME_BYTES:
                return await self._refuse(socket, 'no frame of sound')
            if not allowance.take():
                return await self._refuse(socket, 'too much sound')
            if self._speaker is not socket:
                await self._take_over(socket)
            self._toy.hear(samples)

    async def _take_over(self, socket: WebSocket) -> None:
        """Let the toy hear this browser alone."""
        before, self._speaker = self._speaker, socket
        if before is not None:
            await _close(before, TAKEN)

    async def _refuse(self, socket: WebSocket, kind: str, code: int = REFUSED) -> None:
        self._refusals.note(kind)
        await _close(socket, code)


async def _receive(socket: WebSocket) -> Any:
    message = await socket.receive()
    if message['type'] == 'websocket.disconnect':
        raise WebSocketDisconnect(message.get('code', 1005))
    return message


async def _close(socket: WebSocket, code: int) -> None:
    if socket.application_state is WebSocketState.CONNECTED:
        await socket.close(code)


async def _either(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Run until one ends; a browser that is gone, or takes nothing, is no error."""
    tasks = [asyncio.ensure_future(one) for one in coroutines]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    gone = (WebSocketDisconnect, asyncio.TimeoutError, asyncio.CancelledError, OSError)
    for result in results:
        # RuntimeError: it was closed meanwhile by the other direction.
        if isinstance(result, Exception) and not isinstance(result, (*gone, RuntimeError)):
            raise result
