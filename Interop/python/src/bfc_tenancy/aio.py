"""The client for asyncio."""

from __future__ import annotations

from ._channel import Channel, Metadata, Options, RetryPolicy
from ._services import AsyncServices, AsyncWatches
from .credentials import Target, TLSTarget, UnixTarget


class AsyncTenancyClient(AsyncServices, AsyncWatches):
    """The tenancy service: a stub for each of its services over one connection.

    ::

        async with AsyncTenancyClient(UnixTarget(".data/tenancyd.sock")) as tenancy:
            answer = await tenancy.quota.check_quota(
                v1.CheckQuotaRequest(
                    tenant_code="acme", resource=v1.RESOURCE_API_CALLS, amount=1))

    ``api_key`` is sent as bearer with every call. A client belongs to the event loop that it is
    first used on.
    """

    def __init__(
        self, target: Target, *, api_key: str | None = None, timeout: float | None = 10.0,
        connect_timeout: float = 5.0, metadata: Metadata = (),
        retry: RetryPolicy = RetryPolicy(),
    ) -> None:
        if api_key is not None:
            metadata = [*metadata, ("authorization", f"Bearer {api_key}")]
        self._channel = Channel(
            target,
            Options(
                timeout=timeout, connect_timeout=connect_timeout, metadata=tuple(metadata),
                retry=retry))
        super().__init__(self._channel)

    async def close(self) -> None:
        """Ends every call in flight and closes the connection."""
        await self._channel.close()

    async def __aenter__(self) -> AsyncTenancyClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


__all__ = ["AsyncTenancyClient", "TLSTarget", "UnixTarget"]
