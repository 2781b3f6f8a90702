"""Middleware for Starlette and FastAPI: authenticates an API key, resolves its tenant, and takes one
unit of quota per request.

    app.add_middleware(TenancyMiddleware, tenancy=tenancy, permission="read", prefix="/api")

    @app.get("/api/orders")
    async def orders(caller: Annotated[Caller, Depends(caller_of)]) -> list[Order]:
        return orders_of(caller.tenant_id)

It is an ASGI middleware of its own, so that bodies and streams pass through it untouched.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bfc_tenancy import AsyncTenancyClient, StatusCode, TenancyError, v1

# How long a request waits for the tenancy service before it is refused.
TIMEOUT = 2.0


@dataclass(frozen=True)
class Caller:
    """Whose key came with a request."""

    tenant_id: int
    tenant_code: str
    key_id: int
    permissions: frozenset[str]


def caller_of(request: Request) -> Caller:
    """A dependency of FastAPI: who calls, behind the middleware."""
    caller: Caller = request.state.caller
    return caller


class Refusal(Exception):
    """A request that is not let through."""

    def __init__(self, status: int, message: str, retry_after: float = 0) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after

    def response(self) -> JSONResponse:
        headers = {}
        if self.status == 401:
            headers["www-authenticate"] = "Bearer"
        if self.retry_after > 0:
            headers["retry-after"] = str(max(1, round(self.retry_after)))
        return JSONResponse(
            {"success": False, "error": self.message}, self.status, headers=headers)


REFUSALS = {
    v1.API_KEY_REFUSAL_ADDRESS_NOT_ALLOWED: (403, "this key may not be used from here"),
    v1.API_KEY_REFUSAL_PERMISSION_MISSING: (403, "this key may not do that"),
    v1.API_KEY_REFUSAL_TENANT_NOT_ACTIVE: (403, "the tenant is not active"),
    v1.API_KEY_REFUSAL_RATE_LIMITED: (429, "the key's calls of this hour are used up"),
}


class TenancyMiddleware:
    """``tenancy`` gives the client, whose identity may verify keys: a service or an administrator. It
    is asked with each request, because a client belongs to the event loop that the app runs on."""

    def __init__(
        self, app: ASGIApp, tenancy: Callable[[], AsyncTenancyClient], *, permission: str = "",
        prefix: str = "/", resource: v1.Resource = v1.RESOURCE_API_CALLS,
    ) -> None:
        self.app = app
        self.tenancy = tenancy
        self.permission = permission
        self.prefix = prefix
        self.resource = resource

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not scope["path"].startswith(self.prefix):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            connection.state.caller = await self.admit(connection)
        except Refusal as refusal:
            await refusal.response()(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def admit(self, connection: HTTPConnection) -> Caller:
        tenancy = self.tenancy()
        try:
            caller = await self.authenticate(tenancy, connection)
            await tenancy.quota.consume(
                v1.ConsumeRequest(
                    tenant_id=caller.tenant_id, resource=self.resource, amount=1,
                    # A retry of this request's call must not take a second unit.
                    idempotency_key=str(uuid.uuid4())),
                timeout=TIMEOUT)
        except TenancyError as error:
            refusal = refusal_of(error)
            # What is no refusal is a fault, and the application's own handler has it.
            if refusal is None:
                raise
            raise refusal from error
        return caller

    async def authenticate(
        self, tenancy: AsyncTenancyClient, connection: HTTPConnection
    ) -> Caller:
        scheme, _, key = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            key = connection.headers.get("x-api-key", "")
        if not key:
            raise Refusal(401, "an API key is required")
        answer = await tenancy.api_keys.verify_api_key(
            v1.VerifyApiKeyRequest(
                api_key=key, permission=self.permission,
                source_address=connection.client.host if connection.client else ""),
            timeout=TIMEOUT)
        if not answer.valid:
            # Unknown, revoked and expired are one answer: a stranger learns nothing of a key.
            status, message = REFUSALS.get(
                answer.refusal, (401, "this API key is not valid"))
            raise Refusal(status, message, answer.retry_after_seconds)
        return Caller(
            answer.tenant_id, answer.tenant_code, answer.key_id, frozenset(answer.permissions))


def refusal_of(error: TenancyError) -> Refusal | None:
    match error.code:
        case StatusCode.RESOURCE_EXHAUSTED:
            return Refusal(429, "the tenant's quota is used up", error.retry_after or 0)
        case StatusCode.FAILED_PRECONDITION:
            return Refusal(403, "the tenant or its subscription is not active")
        case StatusCode.INVALID_ARGUMENT:
            return Refusal(401, "this API key is not valid")
        case StatusCode.UNAVAILABLE | StatusCode.DEADLINE_EXCEEDED:
            return Refusal(503, "cannot be checked now", error.retry_after or 1)
    return None
