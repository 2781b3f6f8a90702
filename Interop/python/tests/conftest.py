"""The server that the tests call: started by test.sh, found by its variables."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from bfc_tenancy import TenancyClient, TLSTarget, UnixTarget, v1


@pytest.fixture(scope="session")
def unix() -> UnixTarget:
    return UnixTarget(os.environ["TENANCY_SOCKET"])


@pytest.fixture(scope="session")
def tls_folder() -> Path:
    return Path(os.environ["TENANCY_DATA"]) / "tls"


@pytest.fixture(scope="session")
def administrator(tls_folder: Path) -> TLSTarget:
    return TLSTarget(
        "localhost", int(os.environ["TENANCY_TLS_PORT"]), ca=str(tls_folder / "ca.pem"),
        cert=str(tls_folder / "admin.pem"), key=str(tls_folder / "admin.key"))


@pytest.fixture(scope="session")
def anonymous(tls_folder: Path) -> TLSTarget:
    return TLSTarget(
        "localhost", int(os.environ["TENANCY_TLS_PORT"]), ca=str(tls_folder / "ca.pem"))


@pytest.fixture
def tenant(unix: UnixTarget) -> str:
    """A new starter tenant's code."""
    code = f"python-{uuid.uuid4().hex[:12]}"
    with TenancyClient(unix) as tenancy:
        tenancy.tenants.create_tenant(
            v1.CreateTenantRequest(
                tenant_code=code, tenant_name="Python", tenant_type=v1.TENANT_TYPE_FINTECH,
                admin_email="admin@example.com"))
    return code
