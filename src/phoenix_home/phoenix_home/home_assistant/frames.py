"""The frames of the native protocol, at the side of the device: plain, or encrypted with a key."""

import asyncio
import base64
import binascii
from typing import Any, Protocol

from phoenix_core.node.health import TellableError

LONGEST = 65535  # bytes of a message
PLAIN, ENCRYPTED = 0, 1  # the first byte of a frame
PROTOCOL = b'Noise_NNpsk0_25519_ChaChaPoly_SHA256'
PROLOGUE = b'NoiseAPIInit\x00\x00'
KEY_BYTES = 32


class FrameError(TellableError):
    """The other side does not speak the protocol, or has another key."""


class Frames(Protocol):
    """A connection, as messages."""

    async def read(self) -> tuple[int, bytes]:
        """
        Return the type and the bytes of the next message.

        :raises FrameError, EOFError, OSError: there is none.
        """
        ...

    def write(self, kind: int, data: bytes) -> None:
        """Send a message of a type."""
        ...


class PlainFrames:
    """Frames without encryption."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> tuple[int, bytes]:
        """Return the next message; see Frames."""
        if (await self._reader.readexactly(1))[0] != PLAIN:
            raise FrameError('speaks another protocol, or encrypts')
        length, kind = await self._number(), await self._number()
        if length > LONGEST:
            raise FrameError('sends too long a message')
        return kind, await self._reader.readexactly(length)

    def write(self, kind: int, data: bytes) -> None:
        """Send a message of a type."""
        self._writer.write(bytes([PLAIN]) + _varint(len(data)) + _varint(kind) + data)

    async def _number(self) -> int:
        value = 0
        for shift in range(0, 28, 7):
            byte = (await self._reader.readexactly(1))[0]
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
        raise FrameError('sends a number without end')


class EncryptedFrames:
    """Frames encrypted with a key that both sides have, by the Noise protocol."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._noise: Any = None

    async def shake_hands(self, key: bytes, name: str, mac: str) -> None:
        """
        Agree on the keys of this connection.

        :raises FrameError: the other side has not the same key.
        """
        from cryptography.exceptions import InvalidTag
        from noise.connection import NoiseConnection

        await self._frame()  # a hello without content
        self._send(bytes([ENCRYPTED]) + name.encode() + b'\0' + mac.encode() + b'\0')
        noise = NoiseConnection.from_name(PROTOCOL)
        noise.set_as_responder()
        noise.set_psks(key)
        noise.set_prologue(PROLOGUE)
        noise.start_handshake()
        offer = await self._frame()
        try:
            noise.read_message(offer[1:])
        except (InvalidTag, ValueError) as error:
            self._send(b'\x01Handshake MAC failure')
            raise FrameError('has another key') from error
        self._send(b'\x00' + bytes(noise.write_message()))
        self._noise = noise

    async def read(self) -> tuple[int, bytes]:
        """Return the next message; see Frames."""
        from cryptography.exceptions import InvalidTag

        frame = await self._frame()
        try:
            message = bytes(self._noise.decrypt(frame))
        except (InvalidTag, ValueError) as error:
            raise FrameError('sends what was not encrypted for the toy') from error
        if len(message) < 4:
            raise FrameError('sends too short a message')
        return int.from_bytes(message[:2], 'big'), message[4:]

    def write(self, kind: int, data: bytes) -> None:
        """Send a message of a type."""
        head = kind.to_bytes(2, 'big') + len(data).to_bytes(2, 'big')
        self._send(bytes(self._noise.encrypt(head + data)))

    async def _frame(self) -> bytes:
        head = await self._reader.readexactly(3)
        if head[0] != ENCRYPTED:
            self._send(b'\x01Bad indicator byte')  # as ESPHome: a house asks for the key then
            raise FrameError('does not encrypt')
        return await self._reader.readexactly(int.from_bytes(head[1:], 'big'))

    def _send(self, frame: bytes) -> None:
        self._writer.write(bytes([ENCRYPTED]) + len(frame).to_bytes(2, 'big') + frame)


def key_of(text: str) -> bytes:
    """
    Return the key that Home Assistant shows as text; empty: none.

    :raises ValueError: it is not 32 bytes in base64.
    """
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b'?'
    if text and len(key) != KEY_BYTES:
        raise ValueError('the key must be 32 bytes in base64, as `openssl rand -base64 32` makes')
    return key


def _varint(value: int) -> bytes:
    out = b''
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])
