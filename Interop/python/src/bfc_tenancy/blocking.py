"""The client for programs without an event loop: the same calls, each of which waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

from ._channel import Metadata, RetryPolicy
from ._services import BlockingServices, BlockingWatches
from .aio import AsyncTenancyClient
from .credentials import Target
from .errors import StatusCode, TenancyError

_Value = TypeVar("_Value")


class TenancyClient(BlockingServices, BlockingWatches):
    """The tenancy service. One event loop in a thread of its own does the work, so a client may be
    used from many threads.

    ::

        with TenancyClient(UnixTarget(".data/tenancyd.sock")) as tenancy:
            tenancy.quota.consume(v1.ConsumeRequest(...))
    """

    def __init__(
        self, target: Target, *, api_key: str | None = None, timeout: float | None = 10.0,
        connect_timeout: float = 5.0, metadata: Metadata = (),
        retry: RetryPolicy = RetryPolicy(),
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="bfc-tenancy", daemon=True)
        self._thread.start()

        async def make() -> AsyncTenancyClient:
            return AsyncTenancyClient(
                target, api_key=api_key, timeout=timeout, connect_timeout=connect_timeout,
                metadata=metadata, retry=retry)

        self._client = self._run(make())
        super().__init__(self._client, self._run, self._iterate)

    def close(self) -> None:
        """Ends every call in flight and closes the connection."""
        if self._loop.is_closed():
            return
        self._run(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> TenancyClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, work: Coroutine[Any, Any, _Value]) -> _Value:
        if self._loop.is_closed():
            work.close()
            raise TenancyError(StatusCode.CANCELLED, "the client was closed")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            # Whoever stops waiting, by Ctrl-C for one, waits for nothing more.
            future.cancel()
            raise

    def _iterate(self, events: AsyncIterator[_Value]) -> Iterator[_Value]:
        end = object()

        async def step() -> Any:
            return await anext(events, end)

        async def stop() -> None:
            await events.aclose()  # type: ignore[attr-defined]

        try:
            while (event := self._run(step())) is not end:
                yield event
        finally:
            # A client that was closed has ended its calls already.
            if not self._loop.is_closed():
                self._run(stop())
