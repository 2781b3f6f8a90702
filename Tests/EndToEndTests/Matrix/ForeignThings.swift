internal import TenancyAPI
internal import TenancyClient

/// One of everything that a tenant can have and a call can name, of the tenant that is foreign.
struct ForeignThings {
    /// The fields, by their names in JSON, that name something of a tenant.
    static let fields = [
        "userId", "invitationToken", "invitationId", "keyId", "reservationId", "leaseId",
        "roleName", "configKey", "question", "questions",
    ]

    /// Requests that name something, by their method, beside the tenant's own name. A method that
    /// has one of the fields and no entry here or among those that name what is new fails the
    /// matrix.
    static let requests: [(method: String, beside: String)] = [
        (
            "UserService/UpdateUser",
            #""userId":"${userId}","updateMask":"role","role":"ROLE_VIEWER""#
        ),
        ("UserService/RemoveUser", #""userId":"${userId}""#),
        (
            "UserService/AcceptInvitation",
            #""invitationToken":"${invitationToken}","userId":"somebody""#
        ),
        ("UserService/RevokeInvitation", #""invitationId":"${invitationId}""#),
        ("UserService/RecordLogin", #""userId":"${userId}""#),
        ("UserService/RecordLogout", #""userId":"${userId}""#),
        ("ApiKeyService/RevokeApiKey", #""keyId":"${keyId}""#),
        ("ApiKeyService/RotateApiKey", #""keyId":"${keyId}""#),
        ("QuotaService/Commit", #""reservationId":"${reservationId}""#),
        ("QuotaService/Release", #""reservationId":"${reservationId}""#),
        ("QuotaService/RenewLease", #""leaseId":"${leaseId}","sequence":"1""#),
        ("QuotaService/ReturnLease", #""leaseId":"${leaseId}","sequence":"1""#),
        ("QuotaService/CheckQuota", #""userId":"${userId}",\#(SoundCall.oneCall)"#),
        ("QuotaService/Consume", #""userId":"${userId}",\#(SoundCall.oneCall)"#),
        ("QuotaService/BatchCheck", #""userId":"${userId}","items":[{\#(SoundCall.oneCall)}]"#),
        ("QuotaService/BatchConsume", #""userId":"${userId}","items":[{\#(SoundCall.oneCall)}]"#),
        ("QuotaService/Refund", #""userId":"${userId}",\#(SoundCall.oneCall)"#),
        (
            "QuotaService/SetUserQuota",
            #""userId":"${userId}","resource":"RESOURCE_API_CALLS","max":"5""#
        ),
        (
            "AccessService/UpdateRole",
            #""roleName":"${roleName}","updateMask":"description","description":"x""#
        ),
        ("AccessService/DeleteRole", #""roleName":"${roleName}""#),
        ("AccessService/CreateGrant", #""userId":"${userId}","permission":"view_usage""#),
        ("AccessService/CreateGrant", #""userId":"the-viewer","roleName":"${roleName}""#),
        ("AccessService/RevokeGrant", #""userId":"${userId}","permission":"view_usage""#),
        ("AccessService/RevokeGrant", #""userId":"the-viewer","roleName":"${roleName}""#),
        ("ConfigurationService/DeleteConfiguration", #""configKey":"${configKey}""#),
        ("TokenService/RevokeTokens", #""keyId":"${keyId}""#),
    ]

    private static let ofUser = #"{"userId":"${userId}","permission":"view_usage"}"#
    private static let ofKey = #"{"keyId":"${keyId}","permission":"view_usage"}"#

    /// What answers, and does not fail, whatever is named.
    static let questions: [(method: String, beside: String)] = [
        ("AccessService/ListGrants", #""userId":"${userId}""#),
        ("QuotaService/ListUserQuotas", #""userId":"${userId}""#),
        ("AccessService/CheckAccess", #""question":\#(ofUser)"#),
        ("AccessService/CheckAccess", #""question":\#(ofKey)"#),
        ("AccessService/BatchCheckAccess", #""questions":[\#(ofUser),\#(ofKey)]"#),
        ("AccessService/ExplainAccess", #""question":\#(ofUser)"#),
        ("AccessService/ExplainAccess", #""question":\#(ofKey)"#),
        ("ActivityService/ListActivity", #""actor":"user:${userId}""#),
        ("ActivityService/ListActivity", #""entityType":"api_key","entityId":"${keyId}""#),
    ]

    /// What names something that is not there yet.
    static let makers: Set<String> = [
        "UserService/AddUser", "AccessService/CreateRole", "ConfigurationService/SetConfiguration",
    ]

    private static let unknown = [
        "userId": "of-nobody", "invitationToken": "no-such-token", "invitationId": numberOfNothing,
        "keyId": numberOfNothing, "reservationId": numberOfNothing, "leaseId": numberOfNothing,
        "roleName": "no-role", "configKey": "no-setting",
    ]
    private static let numberOfNothing = "9223372036854775806"

    private let names: [String: String]
    /// The tenant's rows, with these.
    let rowsBefore: String

    init(of world: World) async throws {
        let code = world.foreign.code
        names = try await world.deployment.withServices(over: .unix) { services in
            try await services.addUser("only-there", .viewer, to: code)
            let invitation = try await services.users.inviteUser(
                .init(tenantCode: code, email: "there@example.com", role: .viewer))
            let key = try await services.apiKeys.createApiKey(
                .init(tenantCode: code, keyName: "there", permissions: ["read"]))
            // For longer than it takes to ask for everything.
            let time = Google_Protobuf_Duration(seconds: 600)
            let reservation = try await services.quotas.reserve(
                .init(tenantCode: code, resource: .apiCalls, amount: 1, timeToLive: time))
            let lease = try await services.quotas.acquireLease(
                .init(tenantCode: code, resource: .apiCalls, amount: 1, timeToLive: time))
            _ = try await services.access.createRole(
                .init(tenantCode: code, roleName: "there", permissions: ["view_usage"]))
            _ = try await services.access.createGrant(
                .init(tenantCode: code, userId: "only-there", permission: "view_usage"))
            _ = try await services.quotas.setUserQuota(
                .init(tenantCode: code, userId: "only-there", resource: .apiCalls, max: 5))
            try await services.set("there", "true", .feature, of: code)
            return [
                "userId": "only-there", "invitationToken": invitation.invitationToken,
                "invitationId": String(invitation.invitation?.id ?? 0),
                "keyId": String(key.key?.keyId ?? 0),
                "reservationId": reservation.reservation?.reservationId ?? "",
                "leaseId": lease.lease?.leaseId ?? "", "roleName": "there", "configKey": "there",
            ]
        }
        rowsBefore = try await world.rowsOfForeign()
    }

    func filled(_ text: String) -> String { Self.filled(text, names) }

    /// An answer without what it was asked about.
    func withoutNames(_ text: String) -> String {
        var text = text
        for value in Array(names.values) + Array(Self.unknown.values) {
            text.replace("\"\(value)\"", with: "it")
        }
        return text
    }

    static func nowhere(_ text: String) -> String { filled(text, unknown) }

    private static func filled(_ text: String, _ names: [String: String]) -> String {
        var text = text
        for (name, value) in names { text.replace("${\(name)}", with: value) }
        return text
    }
}
