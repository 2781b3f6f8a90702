"""A service behind the middleware, with FastAPI:

    TENANCY_SOCKET=.data/tenancyd.sock uvicorn fastapi_app:app --port 8080
    curl -H "authorization: Bearer $KEY" http://localhost:8080/api/whoami
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI

from bfc_tenancy import AsyncTenancyClient, UnixTarget
from tenancy_middleware import Caller, TenancyMiddleware, caller_of


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    target = UnixTarget(os.environ.get("TENANCY_SOCKET", ".data/tenancyd.sock"))
    async with AsyncTenancyClient(target) as app.state.tenancy:
        yield


def tenancy() -> AsyncTenancyClient:
    client: AsyncTenancyClient = app.state.tenancy
    return client


app = FastAPI(lifespan=lifespan)
app.add_middleware(TenancyMiddleware, tenancy=tenancy, permission="consume", prefix="/api")


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}


@app.get("/api/whoami")
async def whoami(caller: Annotated[Caller, Depends(caller_of)]) -> dict[str, str | int]:
    return {"tenantId": caller.tenant_id, "tenantCode": caller.tenant_code}
