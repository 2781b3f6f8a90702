"""Watches as async iterators, against a real server."""

from __future__ import annotations

import asyncio

from bfc_tenancy import AsyncTenancyClient, StatusCode, TenancyError, UnixTarget, v1


async def set_value(tenancy: AsyncTenancyClient, tenant: str, key: str) -> None:
    await tenancy.configurations.set_configuration(
        v1.SetConfigurationRequest(
            tenant_code=tenant, config_key=key, config_type=v1.CONFIG_TYPE_FEATURE,
            config_value=v1.JsonValue(json='{"on":true}')))


def test_a_watch_of_settings_begins_with_those_that_are_there(
    unix: UnixTarget, tenant: str
) -> None:
    async def main() -> list[tuple[int, str]]:
        async with AsyncTenancyClient(unix) as tenancy:
            await set_value(tenancy, tenant, "before")
            seen = []
            async for event in tenancy.watch_configurations(
                v1.WatchConfigurationsRequest(tenant_code=tenant)
            ):
                seen.append((event.type, event.configuration.config_key))
                if event.type == v1.WATCH_EVENT_TYPE_SNAPSHOT_COMPLETE:
                    await set_value(tenancy, tenant, "after")
                if event.type == v1.WATCH_EVENT_TYPE_CHANGED:
                    return seen
            return seen

    assert asyncio.run(asyncio.wait_for(main(), 30)) == [
        (v1.WATCH_EVENT_TYPE_SNAPSHOT, "before"), (v1.WATCH_EVENT_TYPE_SNAPSHOT_COMPLETE, ""),
        (v1.WATCH_EVENT_TYPE_CHANGED, "after")]


def test_a_watch_of_activity_goes_on_where_it_ended(unix: UnixTarget, tenant: str) -> None:
    async def first(tenancy: AsyncTenancyClient) -> str:
        request = v1.WatchActivityRequest(tenant_code=tenant)
        async for event in tenancy.watch_activity(request, heartbeats=True):
            if event.type == v1.WATCH_EVENT_TYPE_HEARTBEAT:
                return event.resume_token
        raise AssertionError("the watch ended")

    async def main() -> list[str]:
        async with AsyncTenancyClient(unix) as tenancy:
            token = await first(tenancy)
            for key in ("a", "b"):
                await set_value(tenancy, tenant, key)
            seen: list[str] = []
            async for event in tenancy.watch_activity(
                v1.WatchActivityRequest(tenant_code=tenant, resume_token=token)
            ):
                seen.append(event.activity.action)
                if len(seen) == 2:
                    break
            return seen

    assert asyncio.run(asyncio.wait_for(main(), 30)) == ["config_created"] * 2


def test_a_watch_is_cancelled_with_its_task(unix: UnixTarget, tenant: str) -> None:
    async def main() -> None:
        async with AsyncTenancyClient(unix) as tenancy:
            begun = asyncio.Event()

            async def follow() -> None:
                async for _ in tenancy.watch_activity(
                    v1.WatchActivityRequest(tenant_code=tenant), heartbeats=True
                ):
                    begun.set()

            task = asyncio.create_task(follow())
            await begun.wait()
            task.cancel()
            ended = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(ended[0], asyncio.CancelledError)
            # The connection goes on.
            await set_value(tenancy, tenant, "k")

    asyncio.run(asyncio.wait_for(main(), 30))


def test_what_is_no_loss_ends_a_watch(unix: UnixTarget) -> None:
    async def main() -> StatusCode:
        async with AsyncTenancyClient(unix) as tenancy:
            try:
                async for _ in tenancy.watch_activity(
                    v1.WatchActivityRequest(tenant_code="no-such-tenant")
                ):
                    break
            except TenancyError as error:
                return error.code
        return StatusCode.OK

    assert asyncio.run(asyncio.wait_for(main(), 30)) is StatusCode.NOT_FOUND
