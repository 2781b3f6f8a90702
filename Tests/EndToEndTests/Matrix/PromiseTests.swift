internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import Testing

/// What the comments of the protocol files promise, of every method that this version serves.
@Suite("Every method", .timeLimit(.minutes(10)))
struct PromiseTests {
    static let methods = SchemaCall.all.map(\.name)

    /// What takes no idempotency key though it changes something: a retry of what takes from the
    /// hour of a key is another question, a token more does no harm, and the reports of a lease are
    /// known by their sequence.
    static let keyless: Set = [
        "ApiKeyService/VerifyApiKey", "ApiKeyService/BatchVerify", "TokenService/ExchangeApiKey",
        "QuotaService/RenewLease", "QuotaService/ReturnLease",
    ]

    @Test("succeeds, and its retry under the same key is answered alike", arguments: methods)
    func again(_ name: String) async throws {
        let call = try Stage.call(name)
        let deployment = try await Deployment.shared()
        try await deployment.withClient(over: .unix) { client in
            var stage = try await Stage(in: deployment, client: client)
            guard try await Self.isServed(call, stage) else { return }
            let sound = try #require(SoundCall.of(name), "\(name) is missing from SoundCall")
            try await stage.perform(sound.steps)
            guard try call.takes("idempotencyKey") else {
                let changesNothing = call.method.isIdempotent || call.method.kind != .unary
                #expect(
                    changesNothing || Self.keyless.contains(name),
                    "\(name) takes no idempotency key")
                #expect(try await stage.outcome(call, sound.fields) == nil)
                return
            }
            let other = try #require(sound.other, "\(name) has no other request in SoundCall")
            let key = #""idempotencyKey":"once-\#(stage.code)""#
            let request = stage.filled(Self.joined(sound.fields, key))
            let otherRequest = stage.filled(Self.joined(other, key))
            let before = try await Self.state(of: stage)
            #expect(try call.takes("validateOnly"), "\(name) cannot be tried without effect")
            let trial = stage.filled(Self.joined(sound.fields, key, #""validateOnly":true"#))
            #expect(try await stage.outcome(call, trial) == nil)
            #expect(try await Self.state(of: stage) == before, "the trial of \(name) did something")
            let first = try await stage.answer(call, request)
            let after = try await Self.state(of: stage)
            #expect(after != before, "\(name) did nothing")
            #expect(
                try await stage.answer(call, request) == first,
                "\(name) is answered otherwise when it is made again")
            let reused = try await stage.outcome(call, otherRequest)
            #expect(
                reused?.code == .failedPrecondition && reused?.reason == "IDEMPOTENCY_KEY_REUSED",
                "\(name): \(String(describing: reused))")
            #expect(try await Self.state(of: stage) == after, "\(name) did something twice")
        }
    }

    @Test("gives every error that it documents", arguments: methods)
    func errors(_ name: String) async throws {
        let call = try Stage.call(name)
        let documented = try DocumentedCall.all()
        let errors = try #require(documented.first { $0.name == name }).errors(among: documented)
        let deployment = try await Deployment.shared()
        try await deployment.withClient(over: .unix) { client in
            let probe = try await Stage(in: deployment, client: client)
            guard try await Self.isServed(call, probe) else { return }
            #expect(!errors.isEmpty, "\(name) documents no error")
            for error in errors.sorted(by: { $0.description < $1.description }) {
                let title = "\(name) \(error)"
                // The database is away for all of these at once, in a test of its own.
                if error.code == "UNAVAILABLE" { continue }
                if let test = ProvenElsewhere.tests[title] {
                    #expect(try ProvenElsewhere.exists(test), "\(title): no test \(test)")
                    continue
                }
                try await Self.provoke(call, error, in: deployment, client)
            }
        }
    }

    /// On every way that is known: those of this call alone, and the one that calls have in common
    /// unless it is only another way to say the same.
    private static func provoke(
        _ call: SchemaCall, _ error: DocumentedError, in deployment: Deployment,
        _ client: TenancyClient
    ) async throws {
        let title = "\(call.name) \(error)"
        var ways: [[SchemaCall.Outcome?]] = []
        for scenario in ErrorScenario.all
        where scenario.call == call.name && scenario.error == error {
            var stage = try await Stage(in: deployment, client: client)
            try await stage.perform(scenario.steps)
            ways.append([try await stage.outcome(call, scenario.fields)])
        }
        let isOfTheName = ["INVALID_ARGUMENT", "NOT_FOUND"].contains(error.code)
        if ways.isEmpty || isOfTheName {
            var provocation = Provocation(
                call: call, error: error, stage: try await Stage(in: deployment, client: client))
            if let common = try await provocation.play() { ways.append(common) }
        }
        #expect(!ways.isEmpty, "\(title) has no scenario")
        for outcomes in ways {
            #expect(
                outcomes.contains {
                    $0?.code == error.statusCode
                        && (error.reason.isEmpty || $0?.reason == error.reason)
                }, "\(title): \(outcomes)")
        }
    }

    @Test("is UNAVAILABLE without the database where it says so, and nothing proven is forgotten")
    func unavailable() async throws {
        let documented = try DocumentedCall.all()
        let titles = documented.flatMap { call in
            call.errors(among: documented).map { "\(call.name) \($0)" }
        }
        let known = Set(titles).union(Self.methods)
        #expect(Set(ProvenElsewhere.tests.keys).subtracting(known).isEmpty)
        #expect(Set(documented.map(\.name)) == Set(Self.methods))
        let deployment = try await Deployment()
        try await deployment.withClient(over: .unix) { client in
            var stages: [(SchemaCall, SoundCall, Stage)] = []
            for title in titles where title.hasSuffix(" UNAVAILABLE") {
                let call = try Stage.call(String(title.prefix { $0 != " " }))
                var stage = try await Stage(in: deployment, client: client)
                guard try await Self.isServed(call, stage) else { continue }
                let sound = try #require(SoundCall.of(call.name))
                try await stage.perform(sound.steps)
                stages.append((call, sound, stage))
            }
            try await deployment.stopPostgres(mode: "immediate")
            for (call, sound, stage) in stages {
                let outcome = try await stage.outcome(call, sound.fields)
                // What was asked before the database was gone may hear of it only by its time.
                #expect(
                    outcome?.code == .unavailable || outcome?.code == .deadlineExceeded,
                    "\(call.name): \(String(describing: outcome))")
            }
        }
        try await deployment.shutdown()
    }

    /// A method of the interface that this version does not serve yet promises nothing.
    private static func isServed(_ call: SchemaCall, _ stage: Stage) async throws -> Bool {
        guard let beside = MatrixRequests.beside[call.name] else { return true }
        let trial = try call.takes("validateOnly") ? #""validateOnly":true"# : ""
        return try await stage.outcome(call, joined(beside, trial))?.code != .unimplemented
    }

    /// Everything of the stage's tenant, and how many tenants are named after it.
    private static func state(of stage: Stage) async throws -> [String] {
        [try await stage.deployment.fingerprint(of: stage.code)]
            + (try await stage.deployment.query(
                "SELECT tenant_code FROM tenants WHERE tenant_code LIKE '\(stage.code)-%'"))
    }

    static func joined(_ fields: String...) -> String {
        fields.filter { !$0.isEmpty }.joined(separator: ",")
    }
}
