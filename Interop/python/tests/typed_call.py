"""Read by a type checker, to see that the stubs say what each call takes and gives."""

from bfc_tenancy import TenancyClient, UnixTarget, v1


def remaining(path: str, code: str) -> int:
    with TenancyClient(UnixTarget(path)) as tenancy:
        answer: v1.CheckQuotaResponse = tenancy.quota.check_quota(
            v1.CheckQuotaRequest(tenant_code=code, resource=v1.RESOURCE_USERS))
        return answer.remaining
