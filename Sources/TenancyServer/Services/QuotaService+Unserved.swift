internal import TTRPC
internal import Tenancy
internal import TenancyAPI

/// What is not served yet: who may not ask learns nothing else, who may is told.
extension QuotaService {
    func batchCheck(
        _ request: BatchCheckRequest, context: ServerContext
    ) async throws -> BatchCheckResponse {
        throw try await unserved(request.tenantCode, request.tenantId, context, .batchCheck)
    }

    func batchConsume(
        _ request: BatchConsumeRequest, context: ServerContext
    ) async throws -> BatchConsumeResponse {
        throw try await unserved(request.tenantCode, request.tenantId, context, .batchConsume)
    }

    func reserve(
        _ request: ReserveRequest, context: ServerContext
    ) async throws -> ReserveResponse {
        throw try await unserved(request.tenantCode, request.tenantId, context, .reserve)
    }

    func commit(
        _ request: CommitRequest, context: ServerContext
    ) async throws -> CommitResponse {
        throw try await unserved(request.tenantCode, request.tenantId, context, .commit)
    }

    func release(
        _ request: ReleaseRequest, context: ServerContext
    ) async throws -> ReleaseResponse {
        throw try await unserved(request.tenantCode, request.tenantId, context, .release)
    }

    func refund(
        _ request: RefundRequest, context: ServerContext
    ) async throws -> RefundResponse {
        throw try await unserved(request.tenantCode, request.tenantId, context, .refund)
    }

    func acquireLease(
        _ request: AcquireLeaseRequest, context: ServerContext
    ) async throws -> AcquireLeaseResponse {
        throw try await unserved(request.tenantCode, request.tenantId, context, .acquireLease)
    }

    func renewLease(
        _ request: RenewLeaseRequest, context: ServerContext
    ) async throws -> RenewLeaseResponse {
        throw try await unserved(request.tenantCode, request.tenantId, context, .renewLease)
    }

    func returnLease(
        _ request: ReturnLeaseRequest, context: ServerContext
    ) async throws -> ReturnLeaseResponse {
        throw try await unserved(request.tenantCode, request.tenantId, context, .returnLease)
    }

    func getQuotaPolicy(
        _ request: GetQuotaPolicyRequest, context: ServerContext
    ) async throws -> GetQuotaPolicyResponse {
        throw try await unserved(request.tenantCode, request.tenantId, context, .getQuotaPolicy)
    }

    func setQuotaPolicy(
        _ request: SetQuotaPolicyRequest, context: ServerContext
    ) async throws -> SetQuotaPolicyResponse {
        throw try await unserved(request.tenantCode, request.tenantId, context, .setQuotaPolicy)
    }

    func watchQuota(
        _ requests: RequestStream<WatchQuotaRequest>,
        responses: ResponseWriter<WatchQuotaResponse>, context: ServerContext
    ) async throws {
        var first = WatchQuotaRequest()
        for try await request in requests {
            first = request
            break
        }
        throw try await unserved(first.tenantCode, first.tenantId, context, .watchQuota)
    }

    private func unserved(
        _ code: String, _ id: Int64, _ context: ServerContext, _ operation: Tenancy.Operation
    ) async throws -> RPCError {
        let caller = try await access.caller(context, operation)
        let selector = try TenantSelector(code: code, id: id)
        let tenant = try await access.tenant(selector, caller, operation)
        guard tenant.standing.status == .active else { throw DomainError.tenantNotActive }
        return RPCError(.unimplemented, "\(operation.methodName) is not served by this version")
    }
}
