internal import TTRPC
internal import TenancyAPI

/// A server's methods that need nothing but memory.
enum RuntimeService {
    private static let service = "ttrpc.bench.Runtime"

    /// Answers with the request, on the loop.
    static let echo = MethodDescriptor<RawMessage, RawMessage>(
        service: service, method: "Echo", kind: .unary, isIdempotent: true)
    /// Answers with one message, then waits for the client to end it, as a watch does.
    static let watch = MethodDescriptor<RawMessage, RawMessage>(
        service: service, method: "Watch", kind: .bidirectionalStreaming, isIdempotent: false)

    /// `CheckQuota` over as many tenants as load generators expect, and the two above.
    static func router(tenants: Int) -> Router {
        let quotas = Dictionary(
            uniqueKeysWithValues: (0..<tenants).map { (TenantLoader.code($0), Quota(tenant: $0)) })
        var router = Router()
        router.unary(QuotaServiceMethods.checkQuota) { _, _ in
            throw RPCError(.notFound, "no such tenant")
        }
        router.fast(QuotaServiceMethods.checkQuota) { request, _ throws(RPCError) in
            guard let quota = quotas[request.tenantCode] else {
                throw RPCError(.notFound, "no such tenant")
            }
            return quota.answer(request)
        }
        router.unary(echo) { request, _ in request }
        router.fast(echo) { request, _ throws(RPCError) in request }
        router.bidirectional(watch) { requests, writer, _ in
            try await writer.write(RawMessage(bytes: [1]))
            for try await _ in requests {}
        }
        return router
    }

    /// The same numbers as the bare C server of the comparison has.
    private struct Quota {
        let tenant: Int

        func answer(_ request: CheckQuotaRequest) -> CheckQuotaResponse {
            let current = UInt64((tenant * 37 + Int(request.resource.rawValue) * 11) % 1001)
            var response = CheckQuotaResponse()
            response.allowed = current &+ request.amount <= 1000
            response.current = current
            response.max = 1000
            response.percentage = Double(current) / 10
            return response
        }
    }
}
