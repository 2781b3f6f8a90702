"""The client for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator

from . import v1
from ._channel import Channel, Metadata, Options, RetryPolicy
from ._services import AsyncServices
from ._watch import watch
from .credentials import Target, TLSTarget, UnixTarget
from ._pb.bfc.tenancy.v1 import activity_pb2, configuration_pb2


class AsyncTenancyClient(AsyncServices):
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

    def watch_configurations(
        self, request: configuration_pb2.WatchConfigurationsRequest, *,
        metadata: Metadata = (), heartbeats: bool = False,
    ) -> AsyncIterator[configuration_pb2.WatchConfigurationsResponse]:
        """Every change of a tenant's settings, across reconnects."""
        return watch(
            self._channel, self.configurations.WATCH_CONFIGURATIONS,
            _copy(request),
            lambda token: v1.WatchConfigurationsRequest(acknowledged_token=token),
            metadata=metadata, heartbeats=heartbeats)

    def watch_activity(
        self, request: activity_pb2.WatchActivityRequest, *,
        metadata: Metadata = (), heartbeats: bool = False,
    ) -> AsyncIterator[activity_pb2.WatchActivityResponse]:
        """Every new activity of a tenant, across reconnects."""
        return watch(
            self._channel, self.activity.WATCH_ACTIVITY, _copy(request),
            lambda token: v1.WatchActivityRequest(acknowledged_token=token),
            metadata=metadata, heartbeats=heartbeats)


def _copy(message):
    """The caller's request stays as it is: the watch writes where it is into its own."""
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


__all__ = ["AsyncTenancyClient", "TLSTarget", "UnixTarget"]
