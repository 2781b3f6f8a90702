"""Watches that go on by themselves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

from ._channel import Channel, Metadata, Method
from .errors import StatusCode, TenancyError

RECONNECT_DELAY_MIN = 0.05
RECONNECT_DELAY_MAX = 5.0


async def watch(
    channel: Channel, method: Method[Any, Any], request: Any, *,
    metadata: Metadata = (), heartbeats: bool = False,
) -> AsyncIterator[Any]:
    """The events of a watch, in order and each once.

    An event is acknowledged when the next one is asked for, so what the caller has not finished with
    is sent again after a lost connection. The watch goes on after ``UNAVAILABLE``, from the last
    acknowledged event; any other status ends it.
    """
    from ._services import HEARTBEAT  # The generated value of the enumeration.

    # The caller's request stays as it is: where the watch is stands in its own.
    first = method.request()
    first.CopyFrom(request)
    delay = RECONNECT_DELAY_MIN
    while True:
        try:
            async with await channel.bidirectional(method, metadata=metadata) as call:
                await call.send(first)
                async for event in call:
                    delay = RECONNECT_DELAY_MIN
                    if event.type != HEARTBEAT or heartbeats:
                        yield event
                    if event.resume_token:
                        first.resume_token = event.resume_token
                        await call.send(method.request(acknowledged_token=event.resume_token))
                return
        except TenancyError as error:
            if error.code != StatusCode.UNAVAILABLE:
                raise
            pause = max(delay, error.retry_after or 0.0) * random.uniform(0.5, 1.0)
            delay = min(RECONNECT_DELAY_MAX, delay * 2)
            await asyncio.sleep(pause)
