"""A connection to a Wyoming server that keeps a time limit, and takes so many bytes at most."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from phoenix_core.node.health import TellableError

if TYPE_CHECKING:
    from wyoming.event import Event, Eventable

LONGEST_LINE = 65536  # bytes of the head of an event


class WyomingError(TellableError):
    """A server does not do what was asked; the text says why."""


class BoundedReader:
    """
    What wyoming reads an event from, as it does from a StreamReader.

    :param most_bytes: in all; who sends or announces more is refused.
    """

    def __init__(self, reader: asyncio.StreamReader, most_bytes: int) -> None:
        self._reader = reader
        self._left = most_bytes

    async def readline(self) -> bytes:
        """Return the next line; raise WyomingError when too much has come."""
        line = await self._reader.readline()
        self._take(len(line))
        return line

    async def readexactly(self, count: Any) -> bytes:
        """Return so many bytes; raise WyomingError when that is too much."""
        if not isinstance(count, int):
            raise WyomingError('sends something else than Wyoming')
        self._take(count)
        return await self._reader.readexactly(count)

    def allow(self, most_bytes: int) -> None:
        """Accept so many bytes from now on."""
        self._left = most_bytes

    def _take(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise WyomingError('sends too much')


class Connection:
    """Events of Wyoming, both ways."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most_bytes: int
    ) -> None:
        self._reader = BoundedReader(reader, most_bytes)
        self._writer = writer

    def allow(self, most_bytes: int) -> None:
        """Accept so many bytes from now on."""
        self._reader.allow(most_bytes)

    async def send(self, *events: 'Eventable') -> None:
        """Send events."""
        from wyoming.event import async_write_event

        for event in events:
            await async_write_event(event.event(), self._writer)

    async def events(self) -> 'AsyncIterator[Event]':
        """
        Yield what comes, until the other side is done.

        :raises WyomingError: it is not Wyoming, or too much.
        """
        while (event := await read_event(self._reader)) is not None:
            yield event


async def read_event(reader: BoundedReader) -> 'Event | None':
    """
    Return the next event; None at the end, or after a line that is no JSON.

    :raises WyomingError: it is not Wyoming, or too much.
    """
    from wyoming.event import async_read_event

    try:
        event = await async_read_event(reader)  # type: ignore[arg-type]  # reads as that does
    except (AttributeError, KeyError, TypeError, RecursionError, EOFError) as error:
        raise WyomingError('sends something else than Wyoming') from error
    if event is None:
        return None
    if not isinstance(event.type, str) or not isinstance(event.data, dict):
        raise WyomingError('sends something else than Wyoming')
    return event


@asynccontextmanager
async def connected(host: str, port: int, most_bytes: int) -> AsyncIterator[Connection]:
    """
    Connect for the time of a with block.

    :raises WyomingError: the server is not there, or breaks off.
    """
    writer = None
    try:
        reader, writer = await asyncio.open_connection(host, port, limit=LONGEST_LINE)
        yield Connection(reader, writer, most_bytes)
    except OSError as error:
        raise WyomingError(f'{host}:{port}: {error.strerror or type(error).__name__}') from error
    except WyomingError as error:
        raise WyomingError(f'{host}:{port} {error}') from error
    finally:
        if writer is not None:
            writer.transport.abort()  # nobody waits for a server that does not read
