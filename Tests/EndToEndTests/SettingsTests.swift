internal import Foundation
internal import Testing

@Suite("Checking the settings", .timeLimit(.minutes(5)))
struct SettingsTests {
    private func check(_ arguments: [String]) async throws -> Command.Outcome {
        try await Command(
            path: BuildProducts.path("tenancyd"),
            arguments: ["serve", "--check-config"] + arguments
        ).run()
    }

    private let database = ["--database-url", "postgresql://tenancy_app@/tenancy"]

    @Test("says that they are valid")
    func valid() async throws {
        let outcome = try await check(database + ["--ops-port=0", "--log-level", "debug"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("valid"))
    }

    @Test(
        "names the one that is not, and its rule",
        arguments: [
            (["--ops-port", "x"], "TENANCY_OPS_PORT"), (["--log-level", "loud"], "notice"),
            (["--trace-sample-ratio", "2"], "from 0 to 1"), (["--tls-prot", "1"], "--tls-prot"),
            (["--socket", String(repeating: "s", count: 108)], "107"),
            (["--config-file", "/nonexistent.json"], "nonexistent"),
            (["--branding-logo-url", "http://a.example"], "TENANCY_BRANDING_LOGO_URL"),
            (["--branding-primary-color", "red"], "#FF6B00"),
            (["--branding-support-email", "nobody"], "e-mail"),
            (["--limits-tenant-share-percent", "0"], "TENANCY_LIMITS_TENANT_SHARE_PERCENT"),
            (["--service-calls", "gateway"], "TENANCY_SERVICE_CALLS"),
            (["--service-calls", "gateway=Consume+SuspendTenant"], "SuspendTenant"),
        ])
    func wrong(arguments: [String], words: String) async throws {
        let outcome = try await check(database + arguments)
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }

    @Test("needs a database, by its URL or by a file that holds it")
    func database() async throws {
        #expect(try await check([]).status == 64)
        let folder = try TemporaryFolder.make(mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let secret = "\(folder)/url"
        try Data("postgresql:///tenancy\n".utf8).write(to: URL(fileURLWithPath: secret))
        #expect(try await check(["--database-url-file", secret]).status == 0)
        try Data(" \n".utf8).write(to: URL(fileURLWithPath: secret))
        #expect(try await check(["--database-url-file", secret]).status == 64)
    }

    @Test(
        "takes no password but from a file",
        arguments: [
            "postgresql://tenancy_app:secret@localhost/tenancy",
            "postgres://tenancy_app@localhost/tenancy?sslmode=require&password=secret",
            "host=localhost user=tenancy_app password=secret", "host=a password = 'secret'",
        ])
    func password(url: String) async throws {
        let refused = try await check(["--database-url", url])
        #expect(refused.status == 64)
        #expect(refused.errors.contains("TENANCY_DATABASE_URL_FILE"), "\(refused.errors)")
        #expect(!refused.errors.contains("secret"))
        let migration = try await Command(
            path: BuildProducts.path("tenancyd"), arguments: ["migrate", "--database-url", url]
        ).run()
        #expect(migration.status == 64)
        #expect(!migration.errors.contains("secret"))
        let folder = try TemporaryFolder.make(mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(url.utf8).write(to: URL(fileURLWithPath: "\(folder)/url"))
        #expect(try await check(["--database-url-file", "\(folder)/url"]).status == 0)
    }

    @Test(
        "takes no password of the environment's",
        arguments: [["serve", "--check-config"], ["migrate"]])
    func passwordVariable(command: [String]) async throws {
        let refused = try await Command(
            path: "/usr/bin/env",
            arguments: ["PGPASSWORD=hunter2", BuildProducts.path("tenancyd")] + command + database
        ).run()
        #expect(refused.status == 64)
        #expect(refused.errors.contains("PGPASSWORD"), "\(refused.errors)")
        #expect(!refused.errors.contains("hunter2"))
    }

    @Test("reads a file, and refuses what it does not know there")
    func file() async throws {
        let folder = try TemporaryFolder.make(mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = "\(folder)/tenancyd.json"
        func checkFile(_ json: String) async throws -> Command.Outcome {
            try Data(json.utf8).write(to: URL(fileURLWithPath: file))
            return try await check(["--config-file", file])
        }
        let good = try await checkFile(
            #"{"database": {"url": "postgresql:///tenancy"}, "tls": {"port": 7444}}"#)
        #expect(good.status == 0, "\(good.errors)")
        let bad = try await checkFile(
            #"{"database": {"url": "postgresql:///tenancy"}, "tls": {"prot": 7444}}"#)
        #expect(bad.status == 64)
        #expect(bad.errors.contains("tls.prot"), "\(bad.errors)")
    }
}
