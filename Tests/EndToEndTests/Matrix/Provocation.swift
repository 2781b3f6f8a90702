internal import TTRPC
internal import TenancyAPI
internal import TenancyClient

/// How an error of a call is brought about.
struct Provocation {
    let call: SchemaCall
    let error: DocumentedError
    private var stage: Stage
    /// Of the tenant, and good for next to nothing.
    private var key: String?

    init(call: SchemaCall, error: DocumentedError, stage: Stage) {
        self.call = call
        self.error = error
        self.stage = stage
    }

    private static let weakKey = SoundCall.Step.call(
        "ApiKeyService/CreateApiKey", #""keyName":"Weak","permissions":["verify_audit"]"#)

    /// How the calls ended of which one gives the error, on a way that all calls have in common;
    /// nil when there is none.
    mutating func play() async throws -> [SchemaCall.Outcome?]? {
        guard let sound = SoundCall.of(call.name) else { return nil }
        if error.code == "PERMISSION_DENIED" {
            try await stage.perform([Self.weakKey])
            key = stage.value("apiKey")
        }
        try await stage.perform(sound.steps)
        let isOfTenant = !MatrixRequests.notOfATenant.contains(call.name)
        switch (error.code, error.reason) {
        case ("INVALID_ARGUMENT", "") where isOfTenant:
            return [try await bare(sound.fields)]
        case ("NOT_FOUND", "") where isOfTenant:
            let absent = stage.request(call, sound.fields, of: Examples.code("absent"))
            return [
                try await call.outcome(absent, through: stage.client, options: .defaults)
            ]
        case ("UNAUTHENTICATED", ""):
            return try await stage.deployment.withClient(tls: stage.deployment.anonymousTLS) {
                [try await stage.outcome(call, sound.fields, through: $0)]
            }
        case ("PERMISSION_DENIED", ""): return try await asEveryCaller(sound.fields)
        case ("FAILED_PRECONDITION", "TENANT_NOT_ACTIVE"):
            // Somebody who is no administrator, and still may do what else only those may.
            try await stage.perform([
                .call(
                    "UserService/AddUser",
                    #""userId":"the-helper","role":"ROLE_VIEWER","permissions":["export_tenant"]"#),
                .call("TenantService/SuspendTenant", ""),
            ])
            return try await asEveryCaller(sound.fields)
        case ("FAILED_PRECONDITION", "SUBSCRIPTION_NOT_ACTIVE"):
            try await stage.perform([
                .call("SubscriptionService/CancelSubscription", #""immediately":true"#)
            ])
            return [try await stage.outcome(call, sound.fields)]
        case ("FAILED_PRECONDITION", "IDEMPOTENCY_KEY_REUSED"):
            guard let other = sound.other else { return nil }
            let key = #""idempotencyKey":"\#(stage.code)""#
            let reused = stage.filled(PromiseTests.joined(other, key))
            _ = try await stage.answer(call, PromiseTests.joined(sound.fields, key))
            return [try await stage.outcome(call, reused)]
        case ("ABORTED", "VERSION_MISMATCH") where try call.takes("expectedVersion"):
            return [
                try await stage.outcome(
                    call, PromiseTests.joined(sound.fields, #""expectedVersion":"99""#))
            ]
        default: return nil
        }
    }

    /// A request that names no tenant.
    private func bare(_ fields: String) async throws -> SchemaCall.Outcome? {
        try await call.outcome(
            "{\(stage.filled(fields))}", through: stage.client, options: .defaults)
    }

    /// The administrator, those of the tenant, a service, and a key of the tenant's that may do
    /// next to nothing.
    private mutating func asEveryCaller(_ fields: String) async throws -> [SchemaCall.Outcome?] {
        var outcomes: [SchemaCall.Outcome?] = []
        let (stage, call) = (stage, call)
        let service = try await Self.serviceTLS()
        try await stage.deployment.withClient(tls: service) { client in
            for user in ["the-helper"] + Services.ranks.reversed().map(\.user) {
                outcomes.append(
                    try await stage.outcome(
                        call, fields, through: client, options: .acting(for: user)))
            }
            outcomes.append(try await stage.outcome(call, fields, through: client))
        }
        if let key {
            try await stage.deployment.withClient(tls: stage.deployment.anonymousTLS) { client in
                outcomes.append(
                    try await stage.outcome(
                        call, fields, through: client, options: .bearing(key)))
            }
        }
        outcomes.append(try await stage.outcome(call, fields))
        return outcomes
    }

    /// Of a service, made once.
    private static func serviceTLS() async throws -> ClientTLS { try await serviceTask.value }

    private static let serviceTask = Task {
        try await Deployment.shared().clientTLS(
            name: Examples.code("promises"), spiffeID: "spiffe://bfc-vyomo/service/promises")
    }
}

extension DocumentedError {
    /// The status of an answer.
    var statusCode: RPCError.Code? {
        switch code {
        case "INVALID_ARGUMENT": .invalidArgument
        case "DEADLINE_EXCEEDED": .deadlineExceeded
        case "NOT_FOUND": .notFound
        case "ALREADY_EXISTS": .alreadyExists
        case "PERMISSION_DENIED": .permissionDenied
        case "RESOURCE_EXHAUSTED": .resourceExhausted
        case "FAILED_PRECONDITION": .failedPrecondition
        case "ABORTED": .aborted
        case "UNAVAILABLE": .unavailable
        case "UNAUTHENTICATED": .unauthenticated
        default: nil
        }
    }
}
