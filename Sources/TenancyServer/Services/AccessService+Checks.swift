internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

extension AccessService {
    func checkAccess(
        _ request: CheckAccessRequest, context: ServerContext
    ) async throws -> CheckAccessResponse {
        let decisions = try await decide(
            .checkAccess, request, context, [request.question ?? .init()]
        ) { _, field in "question.\(field)" }
        return CheckAccessResponse(
            allowed: decisions[0].isAllowed, decidedBy: .init(decisions[0].decidedBy))
    }

    func batchCheckAccess(
        _ request: BatchCheckAccessRequest, context: ServerContext
    ) async throws -> BatchCheckAccessResponse {
        let decisions = try await decide(
            .batchCheckAccess, request, context, request.questions
        ) { place, field in "questions[\(place)].\(field)" }
        return BatchCheckAccessResponse(
            answers: decisions.map {
                AccessAnswer(allowed: $0.isAllowed, decidedBy: .init($0.decidedBy))
            })
    }

    func explainAccess(
        _ request: ExplainAccessRequest, context: ServerContext
    ) async throws -> ExplainAccessResponse {
        let decisions = try await decide(
            .explainAccess, request, context, [request.question ?? .init()]
        ) { _, field in "question.\(field)" }
        return ExplainAccessResponse(
            allowed: decisions[0].isAllowed, decidedBy: .init(decisions[0].decidedBy),
            path: decisions[0].path.map { .init($0) })
    }

    /// Decides on the questions of one request, as many and in the order as they are.
    private func decide(
        _ operation: Operation, _ request: some AccessRequest, _ context: ServerContext,
        _ questions: [TenancyAPI.AccessQuestion], field: (Int, String) -> String
    ) async throws -> [AccessDecision] {
        let caller = try await access.caller(context, operation)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let most = Tenancy.AccessQuestion.batchMax
        violations.require(
            1...most ~= questions.count, "questions", "must be 1 to \(most)")
        var read: [Tenancy.AccessQuestion] = []
        for (place, question) in questions.prefix(most).enumerated() {
            var own = FieldViolations()
            if let question = Tenancy.AccessQuestion(question, violations: &own) {
                read.append(question)
            }
            for violation in own.all {
                violations.add(field(place, violation.field), violation.rule)
            }
        }
        let (named, _) = try violations.checked(selector, true)
        let tenant = try await access.tenant(named, caller, operation)
        return try await store.decide(read, of: tenant.id, at: WallClock.now)
    }
}

/// What every request about access has.
protocol AccessRequest {
    var tenantCode: String { get }
    var tenantId: Int64 { get }
}

extension CheckAccessRequest: AccessRequest {}
extension BatchCheckAccessRequest: AccessRequest {}
extension ExplainAccessRequest: AccessRequest {}
