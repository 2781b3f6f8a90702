internal import Logging
internal import OpenSSL
internal import Tenancy
@testable internal import TenancyServer
internal import Testing

@Suite(.timeLimit(.minutes(10))) struct SealingTests {
    static let one = "1 " + String(repeating: "1a", count: 32)
    static let two = "2 " + String(repeating: "2b", count: 32)
    static let three = "3 " + String(repeating: "3c", count: 32)

    /// Runs `body` with a key file of its own.
    static func withKeys(
        _ text: String, _ body: (ServerFixture, MasterKeyFile) async throws -> Void
    ) async throws {
        let file = try MasterKeyFile()
        defer { file.remove() }
        try file.write(text)
        try await ServerFixture.with { try await body($0, file) }
    }

    static func sealing(_ fixture: ServerFixture, _ file: MasterKeyFile) throws -> Sealing {
        Sealing(masterKeys: try MasterKeys(path: file.path), store: fixture.store)
    }

    static func sealer(
        _ sealing: Sealing, _ tenant: TenantID, isKept: Bool = true
    ) async throws -> TenantSealer {
        try await sealing.sealer(of: tenant, isKept: isKept, context: ServerFixture.context)
    }

    @Test(
        "Servers that make a tenant's first data key at once agree on one, and it is audited once")
    func atOnce() async throws {
        try await Self.withKeys(Self.one) { fixture, file in
            let tenant = try await fixture.createTenant("sealed")
            let servers = try (0..<6).map { _ in try Self.sealing(fixture, file) }
            let sealed = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for server in servers {
                    group.addTask {
                        try await Self.sealer(server, tenant).seal(
                            [7], for: .answer, name: "key")
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for server in servers {
                let sealer = try await Self.sealer(server, tenant)
                for secret in sealed {
                    #expect(try sealer.open(secret, for: .answer, name: "key") == [7])
                }
            }
            let rows = try await fixture.number(
                "SELECT count(*) FROM tenant_activity_logs WHERE action = 'data_key_created'")
            #expect(rows == 1)
        }
    }

    @Test("What is only tried makes no data key, and without master keys there is no sealer")
    func untouched() async throws {
        try await Self.withKeys(Self.one) { fixture, file in
            let tenant = try await fixture.createTenant("tried")
            let sealing = try Self.sealing(fixture, file)
            _ = try await Self.sealer(sealing, tenant, isKept: false).seal(
                [1], for: .answer, name: "key")
            #expect(try await fixture.number("SELECT count(*) FROM tenant_data_keys") == 0)
            let without = Sealing(masterKeys: nil, store: fixture.store)
            let error = await #expect(throws: DomainError.self) {
                try await Self.sealer(without, tenant)
            }
            #expect(error?.code == .failedPrecondition(.encryptionNotConfigured))
            let absent = try #require(TenantID(999_999))
            let missing = await #expect(throws: DomainError.self) {
                try await Self.sealer(sealing, absent)
            }
            #expect(missing?.code == .notFound)
        }
    }

    @Test("A master key rotates while secrets are sealed and opened, and the old one may go")
    func rotation() async throws {
        try await Self.withKeys(Self.one) { fixture, file in
            var tenants: [TenantID] = []
            for number in 0..<20 { tenants.append(try await fixture.createTenant("t-\(number)")) }
            let first = try Self.sealing(fixture, file)
            var secrets: [(TenantID, [UInt8])] = []
            for tenant in tenants {
                let sealer = try await Self.sealer(first, tenant)
                secrets.append((tenant, try sealer.seal([9], for: .answer, name: "key")))
            }
            let before = secrets
            // Servers without any key in their caches keep asking throughout.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        for _ in 0..<5 {
                            let cold = try Self.sealing(fixture, file)
                            for (tenant, secret) in before {
                                let sealer = try await Self.sealer(cold, tenant)
                                #expect(
                                    try sealer.open(secret, for: .answer, name: "key") == [9])
                            }
                        }
                    }
                }
                group.addTask {
                    try file.write("\(Self.one)\n\(Self.two)\n")
                    #expect(try await first.reloadMasterKeys())
                    #expect(try await !first.reloadMasterKeys())
                    let done = try await first.rewrapDataKeys(context: ServerFixture.context)
                    #expect(done?.masterKey == 2)
                    #expect(done?.count == 20)
                    #expect(done?.unreadable == [])
                }
                try await group.waitForAll()
            }
            #expect(
                try await fixture.number(
                    "SELECT count(*) FROM tenant_data_keys WHERE master_key = 2") == 20)
            try file.write("\(Self.two)\n")
            let late = try Self.sealing(fixture, file)
            for (tenant, secret) in secrets {
                #expect(
                    try await Self.sealer(late, tenant).open(secret, for: .answer, name: "key")
                        == [9])
            }
        }
    }

    @Test("A server that has not read the newest master key reads it when it needs it")
    func behind() async throws {
        try await Self.withKeys(Self.one) { fixture, file in
            let tenant = try await fixture.createTenant("behind")
            let behind = try Self.sealing(fixture, file)
            try file.write("\(Self.one)\n\(Self.two)\n")
            let ahead = try Self.sealing(fixture, file)
            let sealed = try await Self.sealer(ahead, tenant).seal([5], for: .answer, name: "k")
            #expect(
                try await Self.sealer(behind, tenant).open(sealed, for: .answer, name: "k") == [5])
        }
    }

    @Test("A master key that went too early holds up its own data keys only")
    func lost() async throws {
        try await Self.withKeys(Self.one) { fixture, file in
            let orphan = try await fixture.createTenant("orphan")
            _ = try await Self.sealer(try Self.sealing(fixture, file), orphan)
            try file.write(Self.two)
            let sealing = try Self.sealing(fixture, file)
            let other = try await fixture.createTenant("other")
            _ = try await Self.sealer(sealing, other)
            let error = await #expect(throws: DomainError.self) {
                try await Self.sealer(sealing, orphan)
            }
            #expect(error?.code == .unavailable)
            try file.write("\(Self.two)\n\(Self.three)\n")
            #expect(try await sealing.reloadMasterKeys())
            let done = try await sealing.rewrapDataKeys(context: ServerFixture.context)
            #expect(done?.count == 1)
            #expect(done?.unreadable == [1])
        }
    }

    @Test("A file that became unusable is refused, and the keys of before go on")
    func unusable() async throws {
        try await Self.withKeys(Self.one) { fixture, file in
            let tenant = try await fixture.createTenant("steady")
            let sealing = try Self.sealing(fixture, file)
            let other = "1 " + String(repeating: "ff", count: 32)
            for (text, mode) in [("nonsense", 0o600), (other, 0o600), (Self.two, 0o604)] {
                try file.write(text, mode: mode)
                await #expect(throws: (any Error).self) { try await sealing.reloadMasterKeys() }
            }
            file.remove()
            await #expect(throws: OpenSSLError.self) { try await sealing.reloadMasterKeys() }
            _ = try await Self.sealer(sealing, tenant)
            try file.write("\(Self.one)\n\(Self.two)")
            #expect(try await sealing.reloadMasterKeys())
        }
    }

    @Test("A request to read the file anew is served at once, and data keys are wrapped anew then")
    func asked() async throws {
        try await Self.withKeys(Self.one) { fixture, file in
            let tenant = try await fixture.createTenant("asked")
            let sealing = try Self.sealing(fixture, file)
            _ = try await Self.sealer(sealing, tenant)
            let signal = ReloadSignal()
            let watch = MasterKeyWatch(
                sealing: sealing, logger: Logger(label: "test"), interval: .seconds(86_400))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await watch.run(signal) }
                // The first time it may still be the look at the start that finds the new key.
                let keys = [Self.one, Self.two, Self.three]
                for number in 2...3 as ClosedRange<Int64> {
                    try file.write(keys.prefix(Int(number)).joined(separator: "\n"))
                    while try await fixture.number("SELECT master_key FROM tenant_data_keys")
                        != number
                    {
                        signal.request()
                    }
                }
                tasks.cancelAll()
            }
        }
    }
}
