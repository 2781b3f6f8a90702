#!/usr/bin/env python3
"""Looks after tenants: what they are, what they use, who has keys, what was changed.

    admin.py list [--query TEXT]
    admin.py show TENANT
    admin.py suspend TENANT --reason TEXT
    admin.py reactivate TENANT
    admin.py revoke-keys TENANT
    admin.py activity TENANT [--follow]

The server is at TENANCY_SOCKET, or .data/tenancyd.sock.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import uuid
from collections.abc import Iterator

from bfc_tenancy import AsyncTenancyClient, TenancyClient, TenancyError, UnixTarget, v1

TARGET = UnixTarget(os.environ.get("TENANCY_SOCKET", ".data/tenancyd.sock"))


def tenants(tenancy: TenancyClient, query: str) -> Iterator[v1.Tenant]:
    """Every page, one tenant after the other."""
    request = v1.ListTenantsRequest(query=query, page_size=100)
    while True:
        page = tenancy.tenants.list_tenants(request)
        yield from page.tenants
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def show(tenancy: TenancyClient, code: str) -> None:
    tenant = tenancy.tenants.get_tenant(v1.GetTenantRequest(tenant_code=code)).tenant
    print(f"{tenant.tenant_code}  {tenant.tenant_name}  {status(tenant)}  id {tenant.id}")
    quotas = tenancy.quota.get_quotas(v1.GetQuotasRequest(tenant_code=code)).quotas
    for name, quota in (
        ("users", quotas.users), ("API calls", quotas.api_calls), ("storage", quotas.storage),
        ("transactions", quotas.transactions),
    ):
        print(f"  {name:12} {quota.current:>14} of {quota.max:>14}  {quota.percentage:.1f} %")
    keys = tenancy.api_keys.list_api_keys(v1.ListApiKeysRequest(tenant_code=code)).api_keys
    for key in keys:
        print(f"  key {key.key_id}  {key.key_name}  {key.key_prefix}…")


def status(tenant: v1.Tenant) -> str:
    return v1.TenantStatus.Name(tenant.status).removeprefix("TENANT_STATUS_").lower()


def revoke_keys(tenancy: TenancyClient, code: str) -> None:
    """Each answer comes when no server takes the key any more."""
    keys = tenancy.api_keys.list_api_keys(v1.ListApiKeysRequest(tenant_code=code)).api_keys
    for key in keys:
        if key.status == v1.API_KEY_STATUS_ACTIVE:
            tenancy.api_keys.revoke_api_key(
                v1.RevokeApiKeyRequest(tenant_code=code, key_id=key.key_id))
            print(f"revoked {key.key_id}  {key.key_name}")


def shown(activity: v1.Activity) -> str:
    return f"{activity.created_at.ToJsonString()}  {activity.action}  by {activity.actor}"


async def follow(code: str) -> None:
    """Goes on through restarts of the server, until somebody interrupts it."""
    async with AsyncTenancyClient(TARGET) as tenancy:
        async for event in tenancy.watch_activity(v1.WatchActivityRequest(tenant_code=code)):
            print(shown(event.activity), flush=True)


def run(options: argparse.Namespace) -> None:
    with TenancyClient(TARGET) as tenancy:
        match options.command:
            case "list":
                for tenant in tenants(tenancy, options.query):
                    print(f"{tenant.id:>6}  {tenant.tenant_code:32} {status(tenant)}")
            case "show":
                show(tenancy, options.tenant)
            case "suspend":
                # The key makes a retry of the call safe.
                tenancy.tenants.suspend_tenant(
                    v1.SuspendTenantRequest(
                        tenant_code=options.tenant, reason=options.reason,
                        idempotency_key=str(uuid.uuid4())))
            case "reactivate":
                tenancy.tenants.reactivate_tenant(
                    v1.ReactivateTenantRequest(tenant_code=options.tenant))
            case "revoke-keys":
                revoke_keys(tenancy, options.tenant)
            case "activity" if options.follow:
                asyncio.run(follow(options.tenant))
            case "activity":
                page = tenancy.activity.list_activity(
                    v1.ListActivityRequest(tenant_code=options.tenant))
                for activity in page.activities:
                    print(shown(activity))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list").add_argument("--query", default="")
    for name in ("show", "suspend", "reactivate", "revoke-keys", "activity"):
        command = commands.add_parser(name)
        command.add_argument("tenant")
        if name == "suspend":
            command.add_argument("--reason", required=True)
        if name == "activity":
            command.add_argument("--follow", action="store_true")
    try:
        run(parser.parse_args())
    except TenancyError as error:
        fields = "".join(f"\n  {field}: {rule}" for field, rule in error.field_violations.items())
        sys.exit(f"{error.code.name}: {error.message}{fields}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
