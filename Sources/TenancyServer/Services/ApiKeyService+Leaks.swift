internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

extension ApiKeyService {
    func reportLeak(
        _ request: ReportLeakRequest, context: ServerContext
    ) async throws -> ReportLeakResponse {
        let answer: ReportLeakResponse
        do {
            answer = try await access.change(
                .reportLeak, request, context, requestSecrecy: .possible
            ) { request, violations in
                LeakReport(
                    apiKey: request.apiKey, foundAt: request.foundAt, violations: &violations)
            } _: { change, tenant, report in
                guard let credential = report.credential else { throw Self.notFound }
                let (key, wasActive) = try await change.revokeLeakedAPIKey(
                    storedAs: keys.hasher.everyHash(credential), foundAt: report.foundAt)
                return ReportLeakResponse(
                    success: true, tenantId: tenant.id.rawValue, wasActive: wasActive,
                    key: ApiKey(key))
            }
        } catch let error as DomainError where error.code == .notFound {
            // Whether it is the key that is not there, or its tenant for this caller.
            throw Self.notFound
        }
        guard !request.validateOnly else { return answer }
        leaks.raise(
            tenant: answer.tenantId, key: answer.key?.keyId ?? 0, wasActive: answer.wasActive)
        try await store.waitUntilSeenEverywhere()
        return answer
    }

    private static var notFound: DomainError { .notFound("API key") }
}

/// A key names its tenant itself.
extension ReportLeakRequest: ChangeRequest {
    var tenantCode: String { "" }
    /// For a text that is no key, a number that no tenant has: it is found as little as any other.
    var tenantId: Int64 { Credential(.apiKey, presented: apiKey)?.tenant.rawValue ?? .max }
}
