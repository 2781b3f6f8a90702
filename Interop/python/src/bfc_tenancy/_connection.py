"""One connection: frames out, frames in, and the calls they belong to."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Sequence

from google.protobuf.message import DecodeError

from . import _frames as frames
from ._pb.ttrpc import request_pb2
from .credentials import Target, TLSTarget
from .errors import StatusCode, TenancyError

# How many messages of a stream wait for their reader. A reader that falls behind further loses its
# stream: the connection's other calls must not wait for it.
UNREAD_MESSAGES_MAX = 65_536
_CLOSE = frames.REMOTE_CLOSED | frames.NO_DATA


class Stream:
    """A call under way."""

    def __init__(self, connection: Connection, number: int) -> None:
        self.number = number
        self._connection = connection
        self._events: asyncio.Queue[bytes | TenancyError | None] = asyncio.Queue()
        self._end: TenancyError | None = None
        self._ended = False
        self._is_open = False
        self.response: bytes | None = None

    def opened(self) -> None:
        """Notes that the client's side stays open."""
        self._is_open = True

    def deliver(self, event: bytes | TenancyError | None) -> None:
        if self._end is not None:
            return
        if isinstance(event, bytes) and self._events.qsize() >= UNREAD_MESSAGES_MAX:
            self.fail(
                TenancyError(StatusCode.RESOURCE_EXHAUSTED, "the stream's reader fell behind"))
            return
        self._events.put_nowait(event)

    def fail(self, error: TenancyError) -> None:
        """Ends the stream; what came before is still read."""
        self._end = error
        self._events.put_nowait(error)

    async def next(self) -> bytes | None:
        """The next message, or None at the end."""
        if self._ended:
            return None
        event = await self._events.get()
        if isinstance(event, TenancyError):
            self._ended = True
            raise event
        if event is None:
            self._ended = True
        return event

    async def send(self, payload: bytes) -> None:
        if self._end is not None:
            raise self._end
        await self._connection.write(self.number, frames.DATA, 0, payload)

    async def half_close(self) -> None:
        if self._is_open:
            self._is_open = False
            await self._connection.write(self.number, frames.DATA, _CLOSE, b"")

    def give_up(self) -> None:
        """Nobody waits for the rest: what still comes is dropped, and the server is told."""
        if not self._connection.forget(self.number):
            return
        # The first end of a client's side is a half-close, the second one gives up.
        if self._is_open:
            self._is_open = False
            self._connection.write_soon(self.number, frames.DATA, _CLOSE, b"")
        self._connection.write_soon(self.number, frames.DATA, _CLOSE, b"")


def _connected_socket(path: str) -> socket.socket:
    """Without waiting: connecting to a server that accepts nobody would not end."""
    made = socket.socket(socket.AF_UNIX)
    made.setblocking(False)
    try:
        made.connect(path)
    except OSError:
        made.close()
        raise
    return made


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._streams: dict[int, Stream] = {}
        self._next = 1
        self._lost: TenancyError | None = None
        self._write_lock = asyncio.Lock()
        self._reading = asyncio.ensure_future(self._read())

    @classmethod
    async def open(cls, target: Target, timeout: float) -> Connection:
        try:
            async with asyncio.timeout(timeout):
                if isinstance(target, TLSTarget):
                    reader, writer = await asyncio.open_connection(
                        target.host, target.port, ssl=target.context(),
                        server_hostname=target.server_name or target.host)
                else:
                    reader, writer = await asyncio.open_unix_connection(
                        sock=_connected_socket(target.path))
        except (OSError, TimeoutError) as error:
            raise TenancyError(StatusCode.UNAVAILABLE, f"cannot connect: {error}") from error
        return cls(reader, writer)

    @property
    def is_lost(self) -> bool:
        return self._lost is not None

    @property
    def is_used_up(self) -> bool:
        return self._next > frames.STREAM_ID_MAX

    async def start(
        self, service: str, method: str, payload: bytes | None, *, timeout: float | None,
        metadata: Sequence[tuple[str, str]], keeps_open: bool,
    ) -> Stream:
        """Begins a call. ``payload`` is None for a client that streams."""
        if self._lost is not None:
            raise self._lost
        request = request_pb2.Request(
            service=service, method=method, payload=payload or b"",
            timeout_nano=max(1, int(timeout * 1e9)) if timeout is not None else 0,
            metadata=[request_pb2.KeyValue(key=k, value=v) for k, v in metadata])
        data = request.SerializeToString()
        if len(data) > frames.DATA_BYTES_MAX:
            raise TenancyError(
                StatusCode.RESOURCE_EXHAUSTED, "the request is larger than a frame may be")
        stream = Stream(self, self._next)
        self._next += 2
        # Known before it is sent: the answer may come at once.
        self._streams[stream.number] = stream
        flags = frames.REMOTE_CLOSED
        if keeps_open:
            stream.opened()
            flags = frames.REMOTE_OPEN
        try:
            await self.write(stream.number, frames.REQUEST, flags, data)
        except BaseException:
            stream.give_up()
            raise
        return stream

    async def write(self, stream: int, kind: int, flags: int, data: bytes) -> None:
        if len(data) > frames.DATA_BYTES_MAX:
            raise TenancyError(
                StatusCode.RESOURCE_EXHAUSTED, "the message is larger than a frame may be")
        try:
            self.write_soon(stream, kind, flags, data)
            async with self._write_lock:
                await self._writer.drain()
        except OSError as error:
            self._lose(error)
        if self._lost is not None:
            raise self._lost

    def write_soon(self, stream: int, kind: int, flags: int, data: bytes) -> None:
        """Without waiting until there is room: for what is short, and when nobody can wait."""
        if self._lost is None:
            self._writer.write(frames.encode(stream, kind, flags, data))

    def forget(self, stream: int) -> bool:
        """Whether the stream was known until now."""
        return self._streams.pop(stream, None) is not None

    @property
    def is_idle(self) -> bool:
        return not self._streams

    async def close(self) -> None:
        self._lose(None)
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await self._writer.wait_closed()

    async def _read(self) -> None:
        try:
            while True:
                length, stream, kind, flags = frames.HEADER.unpack(
                    await self._reader.readexactly(frames.HEADER.size))
                if length > frames.DATA_BYTES_MAX:
                    raise OSError("a frame over the limit")
                data = await self._reader.readexactly(length)
                self._receive(frames.Frame(stream, kind, flags, data))
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            self._lose(error)

    def _receive(self, frame: frames.Frame) -> None:
        stream = self._streams.get(frame.stream)
        if stream is None:
            return
        if frame.kind == frames.RESPONSE:
            self.forget(frame.stream)
            try:
                response = request_pb2.Response.FromString(frame.data)
            except DecodeError:
                stream.deliver(
                    TenancyError(StatusCode.INTERNAL, "malformed response envelope"))
                return
            if response.status.code:
                stream.deliver(
                    TenancyError(
                        StatusCode(response.status.code), response.status.message,
                        response.status.details))
                return
            stream.response = response.payload
            stream.deliver(None)
        elif frame.kind == frames.DATA:
            if not frame.flags & frames.NO_DATA:
                stream.deliver(frame.data)
            if frame.flags & frames.REMOTE_CLOSED:
                self.forget(frame.stream)
                stream.deliver(None)

    def _lose(self, error: BaseException | None) -> None:
        if self._lost is None:
            why = f"the connection was lost: {error}" if error else "the client was closed"
            code = StatusCode.UNAVAILABLE if error else StatusCode.CANCELLED
            self._lost = TenancyError(code, why)
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            stream.fail(self._lost)
        # Not a close that flushes first: the server may read nothing more.
        self._writer.transport.abort()
