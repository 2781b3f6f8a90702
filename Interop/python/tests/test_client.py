"""The client against a real server."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest
from google.rpc import error_details_pb2

from bfc_tenancy import (
    AsyncTenancyClient,
    StatusCode,
    TenancyClient,
    TenancyError,
    TLSTarget,
    UnixTarget,
    v1,
)


def check(code: str, amount: int = 1) -> v1.CheckQuotaRequest:
    return v1.CheckQuotaRequest(
        tenant_code=code, resource=v1.RESOURCE_API_CALLS, amount=amount)


def consume(code: str, amount: int, key: str = "") -> v1.ConsumeRequest:
    return v1.ConsumeRequest(
        tenant_code=code, resource=v1.RESOURCE_TRANSACTIONS, amount=amount, idempotency_key=key)


def test_many_calls_share_one_connection(unix: UnixTarget, tenant: str) -> None:
    async def main() -> list[int]:
        async with AsyncTenancyClient(unix) as tenancy:
            await asyncio.gather(*(tenancy.quota.consume(consume(tenant, 1)) for _ in range(50)))
            quotas = await tenancy.quota.get_quotas(v1.GetQuotasRequest(tenant_code=tenant))
            return [quotas.quotas.transactions.current]

    assert asyncio.run(main()) == [50]


def test_blocking_calls_from_many_threads(unix: UnixTarget, tenant: str) -> None:
    with TenancyClient(unix) as tenancy:
        threads = [
            threading.Thread(target=lambda: tenancy.quota.consume(consume(tenant, 1)))
            for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        answer = tenancy.quota.get_quotas(v1.GetQuotasRequest(tenant_code=tenant))
    assert answer.quotas.transactions.current == 8


def test_a_client_certificate_names_the_caller(administrator: TLSTarget, tenant: str) -> None:
    with TenancyClient(administrator) as tenancy:
        assert tenancy.quota.check_quota(check(tenant)).allowed


def test_without_a_certificate_nobody_is_known(anonymous: TLSTarget, tenant: str) -> None:
    with TenancyClient(anonymous) as tenancy:
        with pytest.raises(TenancyError) as caught:
            tenancy.quota.check_quota(check(tenant))
    assert caught.value.code is StatusCode.UNAUTHENTICATED


def test_a_server_of_another_authority_is_refused(
    administrator: TLSTarget, tmp_path, tenant: str
) -> None:
    import subprocess

    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", tmp_path / "k", "-out", tmp_path / "ca.pem", "-subj", "/CN=other"],
        check=True, capture_output=True)
    other = TLSTarget(administrator.host, administrator.port, ca=str(tmp_path / "ca.pem"))
    with TenancyClient(other, timeout=5) as tenancy:
        with pytest.raises(TenancyError) as caught:
            tenancy.quota.check_quota(check(tenant))
    assert caught.value.code is StatusCode.UNAVAILABLE


def test_wrong_fields_are_named(unix: UnixTarget) -> None:
    with TenancyClient(unix) as tenancy:
        with pytest.raises(TenancyError) as caught:
            tenancy.tenants.create_tenant(v1.CreateTenantRequest(tenant_code="Not A Code"))
    assert caught.value.code is StatusCode.INVALID_ARGUMENT
    assert {"tenant_code", "tenant_name", "admin_email"} <= set(caught.value.field_violations)


def test_a_refused_amount_names_the_limit(unix: UnixTarget, tenant: str) -> None:
    with TenancyClient(unix) as tenancy:
        with pytest.raises(TenancyError) as caught:
            tenancy.quota.consume(consume(tenant, 10**9))
    error = caught.value
    assert (error.code, error.reason) == (StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED")
    assert error.metadata["resource"] == "transactions"
    assert error.detail(error_details_pb2.QuotaFailure) is not None


def test_a_retry_with_the_same_key_takes_once(unix: UnixTarget, tenant: str) -> None:
    with TenancyClient(unix) as tenancy:
        first = tenancy.quota.consume(consume(tenant, 5, "key"))
        again = tenancy.quota.consume(consume(tenant, 5, "key"))
        assert first == again
        with pytest.raises(TenancyError) as caught:
            tenancy.quota.consume(consume(tenant, 6, "key"))
    assert caught.value.reason == "IDEMPOTENCY_KEY_REUSED"


def test_a_deadline_of_nothing_has_passed(unix: UnixTarget, tenant: str) -> None:
    with TenancyClient(unix) as tenancy:
        with pytest.raises(TenancyError) as caught:
            tenancy.quota.check_quota(check(tenant), timeout=0)
    assert caught.value.code is StatusCode.DEADLINE_EXCEEDED


def test_a_closed_client_refuses(unix: UnixTarget, tenant: str) -> None:
    async def main() -> None:
        tenancy = AsyncTenancyClient(unix)
        await tenancy.quota.check_quota(check(tenant))
        await tenancy.close()
        with pytest.raises(TenancyError) as caught:
            await tenancy.quota.check_quota(check(tenant))
        assert caught.value.code is StatusCode.CANCELLED

    asyncio.run(main())


def test_a_closed_blocking_client_refuses(unix: UnixTarget, tenant: str) -> None:
    tenancy = TenancyClient(unix)
    tenancy.quota.check_quota(check(tenant))
    tenancy.close()
    with pytest.raises(TenancyError) as caught:
        tenancy.quota.check_quota(check(tenant))
    assert caught.value.code is StatusCode.CANCELLED


def test_a_server_that_reads_nothing_holds_nobody_up(tmp_path) -> None:
    path = str(tmp_path / "deaf.sock")
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(path)
        deaf.listen()
        large = consume("x" * 3_000_000, 1)
        with TenancyClient(UnixTarget(path)) as tenancy:
            with pytest.raises(TenancyError) as caught:
                tenancy.quota.consume(large, timeout=0.2)
    assert caught.value.code is StatusCode.DEADLINE_EXCEEDED


def test_connecting_for_one_call_holds_no_other_up(anonymous: TLSTarget) -> None:
    async def race() -> tuple[StatusCode, bool]:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            target = TLSTarget("127.0.0.1", silent.getsockname()[1], ca=anonymous.ca)
            async with AsyncTenancyClient(target) as tenancy:
                patient = asyncio.create_task(
                    tenancy.quota.check_quota(check("default"), timeout=60))
                await asyncio.sleep(0)
                with pytest.raises(TenancyError) as caught:
                    await tenancy.quota.check_quota(check("default"), timeout=0.2)
                was_waiting = not patient.done()
                patient.cancel()
                await asyncio.gather(patient, return_exceptions=True)
                return caught.value.code, was_waiting

    assert asyncio.run(race()) == (StatusCode.DEADLINE_EXCEEDED, True)


def test_an_answer_that_is_none_fails_its_call_alone(tmp_path) -> None:
    path = str(tmp_path / "mad.sock")

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            for number in (1, 3):
                length = int.from_bytes(connection.recv(10)[:4], "big")
                connection.recv(length)
                body = b"\xff\xff" if number == 1 else b""
                connection.sendall(
                    len(body).to_bytes(4, "big") + number.to_bytes(4, "big") + b"\2\0" + body)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        with TenancyClient(UnixTarget(path), timeout=5) as tenancy:
            with pytest.raises(TenancyError) as caught:
                tenancy.quota.check_quota(check("default"))
            assert not tenancy.quota.check_quota(check("default")).allowed
        thread.join()
    assert caught.value.code is StatusCode.INTERNAL


def test_no_server_is_unavailable(tmp_path) -> None:
    with TenancyClient(UnixTarget(str(tmp_path / "nobody.sock"))) as tenancy:
        with pytest.raises(TenancyError) as caught:
            tenancy.quota.check_quota(check("default"), timeout=1)
    assert caught.value.code is StatusCode.UNAVAILABLE


def test_health_is_a_stream_too(unix: UnixTarget) -> None:
    from bfc_tenancy._pb.grpc.health.v1 import health_pb2

    with TenancyClient(unix) as tenancy:
        states = tenancy.health.watch(health_pb2.HealthCheckRequest())
        assert next(states).status == health_pb2.HealthCheckResponse.SERVING
        states.close()
