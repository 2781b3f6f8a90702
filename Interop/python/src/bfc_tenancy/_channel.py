"""Calls over a connection that is made when it is needed, and made again when it is lost."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from google.protobuf.message import DecodeError, Message

from ._connection import Connection, Stream
from .credentials import Target
from .errors import StatusCode, TenancyError

_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response", bound=Message)
_Value = TypeVar("_Value")

Metadata = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Method(Generic[_Request, _Response]):
    """One method, as the generated stubs describe it."""

    service: str
    name: str
    request: type[_Request]
    response: type[_Response]
    client_streams: bool = False
    server_streams: bool = False
    is_idempotent: bool = False


@dataclass(frozen=True)
class RetryPolicy:
    """When and how often a unary call is tried again.

    Only a call that failed with ``UNAVAILABLE`` is, and only when its method is idempotent, when its
    request has an idempotency key, or when the server says that it was not begun. The budget bounds
    retries to a share of all calls, so that a server in trouble is not sent more of it.
    """

    attempts_max: int = 5
    delay_min: float = 0.02
    delay_max: float = 5.0
    budget_tokens_max: float = 10.0
    budget_tokens_per_call: float = 0.1


@dataclass(frozen=True)
class Options:
    """What is the same for all calls of a client."""

    timeout: float | None = 10.0
    connect_timeout: float = 5.0
    metadata: Metadata = field(default=(), repr=False)
    retry: RetryPolicy = RetryPolicy()


class Channel:
    def __init__(self, target: Target, options: Options) -> None:
        self._target = target
        self._options = options
        self._connection: Connection | None = None
        self._retired: set[Connection] = set()
        self._connecting: asyncio.Task[Connection] | None = None
        self._tokens = options.retry.budget_tokens_max
        self._is_closed = False

    async def close(self) -> None:
        self._is_closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        connections = [c for c in (self._connection, *self._retired) if c is not None]
        self._connection = None
        self._retired.clear()
        for connection in connections:
            await connection.close()

    # Calls

    async def unary(
        self, method: Method[_Request, _Response], request: _Request, *,
        timeout: float | None = None, metadata: Metadata = (),
    ) -> _Response:
        deadline = self._deadline(timeout)
        may_repeat = method.is_idempotent or bool(getattr(request, "idempotency_key", ""))
        payload = request.SerializeToString()
        policy = self._options.retry
        self._tokens = min(
            policy.budget_tokens_max, self._tokens + policy.budget_tokens_per_call)
        attempt = 1
        while True:
            connection: Connection | None = None
            try:
                connection = await self._connected(deadline)
                return await self._attempt(
                    connection, method, payload, deadline, metadata)
            except TenancyError as error:
                not_begun = error.reason == "NOT_BEGUN" or connection is None
                if not_begun and connection is not None:
                    self._retire(connection)
                if (
                    error.code != StatusCode.UNAVAILABLE or not (may_repeat or not_begun)
                    or attempt >= policy.attempts_max or self._tokens < 1 or self._is_closed
                ):
                    raise
                delay = self._delay(attempt, error)
                if deadline is not None and time.monotonic() + delay >= deadline:
                    raise
                self._tokens -= 1
                attempt += 1
                await asyncio.sleep(delay)

    async def server_stream(
        self, method: Method[_Request, _Response], request: _Request, *,
        timeout: float | None = None, metadata: Metadata = (),
    ) -> AsyncIterator[_Response]:
        call = await self._start(
            method, request.SerializeToString(), timeout, metadata, keeps_open=False)
        async with call:
            async for response in call:
                yield response

    async def client_stream(
        self, method: Method[_Request, _Response], *,
        timeout: float | None = None, metadata: Metadata = (),
    ) -> Call[_Request, _Response]:
        return await self._start(method, None, timeout, metadata, keeps_open=True)

    bidirectional = client_stream

    # Parts

    async def _start(
        self, method: Method[_Request, _Response], payload: bytes | None,
        timeout: float | None, metadata: Metadata, *, keeps_open: bool,
    ) -> Call[_Request, _Response]:
        deadline = None if timeout is None else time.monotonic() + timeout
        connection = await self._connected(deadline)
        try:
            async with asyncio.timeout(self._left(deadline)):
                stream = await connection.start(
                    method.service, method.name, payload, timeout=self._left(deadline),
                    metadata=[*self._options.metadata, *metadata], keeps_open=keeps_open)
        except TimeoutError as error:
            raise TenancyError(
                StatusCode.DEADLINE_EXCEEDED, "the deadline has passed") from error
        return Call(method, stream, deadline)

    async def _attempt(
        self, connection: Connection, method: Method[_Request, _Response], payload: bytes,
        deadline: float | None, metadata: Metadata,
    ) -> _Response:
        stream: Stream | None = None
        try:
            # Sending too: a server that does not read must not hold the caller up.
            async with asyncio.timeout(self._left(deadline)):
                stream = await connection.start(
                    method.service, method.name, payload, timeout=self._left(deadline),
                    metadata=[*self._options.metadata, *metadata], keeps_open=False)
                await stream.next()
        except TimeoutError as error:
            raise TenancyError(
                StatusCode.DEADLINE_EXCEEDED, "the deadline has passed") from error
        finally:
            # Whatever ended the wait: an answer that still comes is nobody's.
            if stream is not None:
                stream.give_up()
        return _decode(method, stream.response or b"")

    async def _connected(self, deadline: float | None) -> Connection:
        if self._is_closed:
            raise TenancyError(StatusCode.CANCELLED, "the client was closed")
        current = self._connection
        if current is not None and not current.is_lost and not current.is_used_up:
            return current
        # One connection is made, however many calls need it; each waits until its own deadline.
        if self._connecting is None:
            if current is not None:
                self._retire(current)
            self._connecting = asyncio.create_task(self._connect())
            self._connecting.add_done_callback(self._is_connected)
        connecting = self._connecting
        try:
            return await asyncio.wait_for(asyncio.shield(connecting), self._left(deadline))
        except TimeoutError as error:
            raise TenancyError(
                StatusCode.DEADLINE_EXCEEDED, "the deadline has passed") from error
        except asyncio.CancelledError:
            if not connecting.cancelled():
                raise
            raise TenancyError(StatusCode.CANCELLED, "the client was closed") from None

    async def _connect(self) -> Connection:
        connection = await Connection.open(self._target, self._options.connect_timeout)
        if self._is_closed:
            await connection.close()
            raise TenancyError(StatusCode.CANCELLED, "the client was closed")
        self._connection = connection
        return connection

    def _is_connected(self, task: asyncio.Task[Connection]) -> None:
        self._connecting = None
        # Who waited has given up, perhaps: then nobody else looks what became of it.
        if not task.cancelled():
            task.exception()

    def _retire(self, connection: Connection) -> None:
        """No new call goes over it; those in flight end by themselves."""
        if self._connection is connection:
            self._connection = None
            self._retired.add(connection)
        for retired in [c for c in self._retired if c.is_lost]:
            self._retired.discard(retired)

    def _deadline(self, timeout: float | None) -> float | None:
        timeout = timeout if timeout is not None else self._options.timeout
        return None if timeout is None else time.monotonic() + timeout

    @staticmethod
    def _left(deadline: float | None) -> float | None:
        return None if deadline is None else max(0.0, deadline - time.monotonic())

    def _delay(self, attempt: int, error: TenancyError) -> float:
        policy = self._options.retry
        delay = min(policy.delay_max, policy.delay_min * 2 ** (attempt - 1))
        delay *= random.uniform(0.5, 1.0)
        return min(policy.delay_max, max(delay, error.retry_after or 0.0))


class Call(Generic[_Request, _Response]):
    """A streaming call: send, read, and leave the ``async with`` to end it."""

    def __init__(
        self, method: Method[_Request, _Response], stream: Stream, deadline: float | None
    ) -> None:
        self._method = method
        self._stream = stream
        self._deadline = deadline
        self._is_done = False

    async def send(self, message: _Request) -> None:
        await self._in_time(self._stream.send(message.SerializeToString()))

    async def done_sending(self) -> None:
        """Says that no message follows."""
        await self._stream.half_close()

    async def response(self) -> _Response:
        """The one answer to a client that streams."""
        await self.done_sending()
        await self._next()
        return _decode(self._method, self._stream.response or b"")

    def __aiter__(self) -> Call[_Request, _Response]:
        return self

    async def __anext__(self) -> _Response:
        payload = await self._next()
        if payload is None:
            raise StopAsyncIteration
        return _decode(self._method, payload)

    async def _next(self) -> bytes | None:
        payload = await self._in_time(self._stream.next())
        if payload is None:
            self._is_done = True
        return payload

    async def _in_time(self, work: Coroutine[Any, Any, _Value]) -> _Value:
        try:
            async with asyncio.timeout(Channel._left(self._deadline)):
                return await work
        except TimeoutError as error:
            await self.cancel()
            raise TenancyError(
                StatusCode.DEADLINE_EXCEEDED, "the deadline has passed") from error

    async def cancel(self) -> None:
        """Gives the call up."""
        if not self._is_done:
            self._is_done = True
            self._stream.give_up()

    async def __aenter__(self) -> Call[_Request, _Response]:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cancel()


def _decode(method: Method[_Request, _Response], payload: bytes) -> _Response:
    try:
        return method.response.FromString(payload)
    except DecodeError as error:
        raise TenancyError(
            StatusCode.INTERNAL, f"the answer is not a {method.response.DESCRIPTOR.name}"
        ) from error
