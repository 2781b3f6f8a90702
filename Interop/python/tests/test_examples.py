"""The examples, as they stand, against a real server."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bfc_tenancy import TenancyClient, UnixTarget, v1

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
sys.path.insert(0, str(EXAMPLES))

import fastapi_app  # noqa: E402: beside the tests' folder.


@pytest.fixture
def web() -> TestClient:
    with TestClient(fastapi_app.app, client=("127.0.0.1", 50000)) as web:
        yield web


def make_key(tenancy: TenancyClient, tenant: str, permissions: list[str], rate: int = 1000) -> str:
    return tenancy.api_keys.create_api_key(
        v1.CreateApiKeyRequest(
            tenant_code=tenant, key_name="web", permissions=permissions, rate_limit=rate)).api_key


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_the_middleware_lets_keys_in_and_counts(
    web: TestClient, unix: UnixTarget, tenant: str
) -> None:
    def api_calls() -> v1.QuotaStatus:
        return tenancy.quota.get_quotas(v1.GetQuotasRequest(tenant_code=tenant)).quotas.api_calls

    assert web.get("/health").json() == {"ok": True}
    with TenancyClient(unix) as tenancy:
        key = make_key(tenancy, tenant, ["read", "write"])
        answer = web.get("/api/whoami", headers=bearer(key))
        assert (answer.status_code, answer.json()["tenantCode"]) == (200, tenant)
        assert web.get("/api/whoami", headers={"x-api-key": key}).status_code == 200
        assert api_calls().current == 2

        unknown = web.get("/api/whoami")
        assert (unknown.status_code, unknown.headers["www-authenticate"]) == (401, "Bearer")
        assert web.get("/api/whoami", headers=bearer("vym_2_nonsense")).status_code == 401
        reader = make_key(tenancy, tenant, ["read"])
        assert web.get("/api/whoami", headers=bearer(reader)).status_code == 403
        rare = make_key(tenancy, tenant, ["write"], rate=1)
        assert web.get("/api/whoami", headers=bearer(rare)).status_code == 200
        late = web.get("/api/whoami", headers=bearer(rare))
        assert late.status_code == 429 and int(late.headers["retry-after"]) > 0
        # Whoever was refused has taken nothing.
        standing = api_calls()
        assert standing.current == 3

        tenancy.quota.consume(
            v1.ConsumeRequest(
                tenant_code=tenant, resource=v1.RESOURCE_API_CALLS,
                amount=standing.max - standing.current))
        assert web.get("/api/whoami", headers=bearer(key)).status_code == 429
        tenancy.tenants.suspend_tenant(
            v1.SuspendTenantRequest(tenant_code=tenant, reason="audit"))
        assert web.get("/api/whoami", headers=bearer(key)).status_code == 403


def admin(*arguments: str, succeeds: bool = True) -> str:
    ended = subprocess.run(
        [sys.executable, str(EXAMPLES / "admin.py"), *arguments], text=True,
        capture_output=True, env=os.environ, timeout=30)
    assert (ended.returncode == 0) == succeeds, ended.stderr
    return ended.stdout if succeeds else ended.stderr


def test_the_admin_script(unix: UnixTarget, tenant: str) -> None:
    with TenancyClient(unix) as tenancy:
        key = make_key(tenancy, tenant, ["read"])
        assert tenant in admin("list", "--query", tenant)
        assert "API calls" in admin("show", tenant)
        admin("suspend", tenant, "--reason", "audit")
        assert "suspended" in admin("list", "--query", tenant)
        admin("reactivate", tenant)
        assert "revoked" in admin("revoke-keys", tenant)
        answer = tenancy.api_keys.verify_api_key(v1.VerifyApiKeyRequest(api_key=key))
        assert answer.refusal == v1.API_KEY_REFUSAL_REVOKED
    assert "api_key_revoked" in admin("activity", tenant)
    assert admin("show", "no-such-tenant", succeeds=False).startswith("NOT_FOUND")


def test_the_admin_script_follows(unix: UnixTarget, tenant: str) -> None:
    seen = threading.Event()

    def change_until_seen() -> None:
        # Nobody knows when it has subscribed; a change after that is seen.
        with TenancyClient(unix) as tenancy:
            for number in range(200):
                tenancy.configurations.set_configuration(
                    v1.SetConfigurationRequest(
                        tenant_code=tenant, config_key="k", config_type=v1.CONFIG_TYPE_FEATURE,
                        config_value=v1.JsonValue(json="true" if number % 2 else "false")))
                if seen.wait(0.1):
                    return

    with subprocess.Popen(
        [sys.executable, str(EXAMPLES / "admin.py"), "activity", tenant, "--follow"], text=True,
        stdout=subprocess.PIPE, env=os.environ,
    ) as program:
        changes = threading.Thread(target=change_until_seen)
        changes.start()
        try:
            assert program.stdout is not None
            assert "config_" in program.stdout.readline()
        finally:
            seen.set()
            changes.join()
            program.terminate()
