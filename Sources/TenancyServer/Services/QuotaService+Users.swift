internal import Reactor
internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// Members' shares of what a tenant may take.
extension QuotaService {
    func setUserQuota(
        _ request: SetUserQuotaRequest, context: ServerContext
    ) async throws -> SetUserQuotaResponse {
        try await access.change(.setUserQuota, request, context) { request, violations in
            UserQuotaChange(
                userID: request.userId, resource: Tenancy.Resource(request.resource),
                max: request.max, isRemoval: request.remove,
                expectedVersion: request.expectedVersion, violations: &violations)
        } _: { change, _, new in
            SetUserQuotaResponse(
                success: true, quota: try await change.setUserQuota(new).map { .init($0) })
        }
    }

    func listUserQuotas(
        _ request: ListUserQuotasRequest, context: ServerContext
    ) async throws -> ListUserQuotasResponse {
        let caller = try await access.caller(context, .listUserQuotas)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let list = UserQuotaListRequest(
            userID: request.userId, pageSize: request.pageSize, pageToken: request.pageToken,
            violations: &violations)
        let (named, checked) = try violations.checked(selector, list)
        let tenant = try await access.tenant(named, caller, .listUserQuotas)
        await keeper.flush(tenant.id, withShares: true)
        let page = try await store.listUserQuotas(of: tenant.id, checked)
        return ListUserQuotasResponse(
            success: true, quotas: page.quotas.map { TenancyAPI.UserQuota($0) },
            nextPageToken: page.nextPageToken)
    }

    // MARK: - Whom a call counts for

    /// The member out of whose share a taking comes too: the one who is named, or else the member
    /// who calls. Nil when there is neither.
    ///
    /// - Throws: `permissionDenied` for a member who names another and may not, `notFound` for who
    ///   is no member, `unavailable`.
    func counted(
        _ named: UserID?, of tenant: AdmittedTenant, _ principal: Principal
    ) async throws(DomainError) -> UserID? {
        guard let named, try !Self.isCaller(named, of: tenant, principal) else {
            return principal.member
        }
        let standing = try await store.standing(of: .id(tenant.id), user: named.text)
        guard standing?.membership != nil else { throw .notFound("user") }
        return named
    }

    /// The same as part of a change.
    static func counted(
        _ named: UserID?, of tenant: AdmittedTenant, _ principal: Principal, _ change: Change
    ) async throws(DomainError) -> UserID? {
        guard let named, try !isCaller(named, of: tenant, principal) else {
            return principal.member
        }
        guard try await change.membership(of: named.text) != nil else { throw .notFound("user") }
        return named
    }

    /// The same from memory; nil when that is not certain, or there is an error to be told.
    func countedAtOnce(
        _ named: String, _ call: TenantAccess.AtOnce, at now: MonotonicInstant
    ) -> (user: UserID?, Void)? {
        if named.isEmpty || named == call.member?.text { return (call.member, ()) }
        guard call.member == nil, let user = UserID(named),
            store.knownStanding(of: call.tenant, user: named, at: now)?.membership != nil
        else { return nil }
        return (user, ())
    }

    /// Whoever takes for others could take out of their shares instead of their own.
    private static func isCaller(
        _ named: UserID, of tenant: AdmittedTenant, _ principal: Principal
    ) throws(DomainError) -> Bool {
        guard let member = principal.member else { return false }
        guard named == member || tenant.powers.holds(.manageUsers) else {
            throw Authority.Denial.permissionDenied.error
        }
        return named == member
    }
}

extension SetUserQuotaRequest: ChangeRequest {}

extension Principal {
    /// The member who calls; nil when it is none.
    var member: UserID? {
        if case .user(let id, _, _) = self { UserID(id) } else { nil }
    }
}

extension TenancyAPI.UserQuota {
    fileprivate init(_ quota: Tenancy.UserQuota) {
        let status = quota.level.status
        self.init(
            userId: quota.user.text, resource: TenancyAPI.Resource(status.resource),
            max: status.max, current: status.current, remaining: status.remaining,
            renewsAt: quota.level.renewsAt.map {
                .init(microsecondsSince1970: $0.microseconds)
            }, version: quota.level.version)
    }
}
