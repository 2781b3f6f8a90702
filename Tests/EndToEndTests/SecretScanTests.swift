internal import Foundation
internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

/// The search for secrets that closes every run of the tests is worth nothing if it finds nothing.
@Suite("The search for secrets", .timeLimit(.minutes(5)))
struct SecretScanTests {
    /// What a leak of each kind would look like.
    private static let leaks = [
        "vym_12_" + String(repeating: "aZ3", count: 16) + "9",
        "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL3gifQ.c2lnbmF0dXJl",
        "-----BEGIN PRIVATE KEY-----",
        "planted-0A1B2C3D-in-a-log",
        "hunter2",
    ]
    private static let pepper = String(repeating: "3c", count: 32)
    private static let password = "sword+fish(7)"

    @Test("fails the run for each kind of secret in a log or in the activity log, by its line")
    func planted() async throws {
        let found = try await Self.search { deployment in
            var lines = Self.leaks + [Self.pepper, Self.password]
            let keys = try String(
                contentsOfFile: "\(deployment.folder)/master-keys", encoding: .utf8)
            lines.append(String(try #require(keys.split(separator: "\n").first).suffix(64)))
            try Self.write(lines, to: "\(deployment.folder)/tenancyd.log")
            try await Self.plant("planted-4E5F6071-in-a-row", inARowOf: deployment)
            return lines + ["planted-4E5F6071-in-a-row"]
        }
        #expect(found.status == 1)
        for line in found.planted {
            #expect(found.written.contains(line), "\(line.prefix(12))… was not found")
        }
        #expect(found.errors.contains("secrets were written down"))
    }

    @Test("looks into what a server wrote before it was started again, and into a stopped database")
    func before() async throws {
        let found = try await Self.search { deployment in
            try Self.write(
                ["planted-1A2B3C4D-before"], to: "\(deployment.folder)/tenancyd.log")
            try await deployment.restartServer()
            try await Self.plant("planted-3A4B5C6D-in-a-row", inARowOf: deployment)
            deployment.signalServer(SIGTERM)
            #expect(try await deployment.serverExitStatus() == 0)
            let activated = try ActivatedServer(beside: deployment)
            try await activated.start()
            #expect(try await activated.stop() == 0)
            let logs = try FileManager.default.contentsOfDirectory(atPath: deployment.folder)
            let log = try #require(logs.first { $0.hasSuffix(".log") && $0 != "tenancyd.log" })
            try Self.write(["planted-2A3B4C5D-elsewhere"], to: "\(deployment.folder)/\(log)")
            try Self.write(
                ["planted-5A6B7C8D-by-postgres"],
                to: "\(deployment.folder)/postgres/server.log")
            try await deployment.stopPostgres(mode: "immediate")
            return [
                "planted-1A2B3C4D-before", "planted-2A3B4C5D-elsewhere",
                "planted-5A6B7C8D-by-postgres", "planted-3A4B5C6D-in-a-row",
            ]
        }
        #expect(found.status == 1)
        for line in found.planted {
            #expect(found.written.contains(line), "\(line) was not found")
        }
    }

    @Test("looks into the server of a command that has one of its own, also when that fails")
    func command() async throws {
        let folder = try TemporaryFolder.make(mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var environment = ChildProcess.cleanEnvironment
        environment["E2E_LEAKS"] = "\(folder)/leaks"
        environment["TENANCY_BIN"] = BuildProducts.folder
        let outcome = try await Command(
            path: "/bin/bash",
            arguments: [
                Self.script("with-server.sh"), "/bin/bash", "-c",
                "echo planted-6A7B8C9D-here >>\"$TENANCY_DATA/tenancyd.log\"; exit 3",
            ], environment: environment
        ).run()
        #expect(outcome.status == 3, "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/leaks.missed"))
        let written = try String(contentsOfFile: "\(folder)/leaks", encoding: .utf8)
        #expect(written.contains("planted-6A7B8C9D-here"))
        #expect(try await Self.verdict(on: "\(folder)/leaks").status == 1)
    }

    @Test("finds what an error says, whichever call it ends")
    func errors() {
        let scan = ErrorScan()
        let secret = Self.leaks[0]
        var options = CallOptions.defaults
        for error in [
            RPCError(.notFound, "no key \(secret)"),
            RPCError(
                .notFound, "no such key",
                details: [AnyMessage(typeURL: "type.googleapis.com/x", value: Array(secret.utf8))]),
            RPCError(.notFound, "no such key"),
        ] {
            scan.observe(&options, service: "s", method: "\(error.details.count)")?(error)
        }
        scan.observe(&options, service: "s", method: "m")?(nil)
        #expect(scan.found.count == 2 && scan.found.allSatisfy { $0.hasPrefix("s/") })
    }

    @Test("runs a command, and fails when it says what a deployment has learned")
    func searched() async throws {
        for (script, status) in [
            (#"echo "ok"; head -c 0 "$E2E_LEAKS.said""#, 0),
            (#"cut -c 3- "$TENANCY_DATA/master-keys" >&2"#, 1), ("exit 3", 3),
        ] {
            var environment = ChildProcess.cleanEnvironment
            environment["TENANCY_BIN"] = BuildProducts.folder
            let outcome = try await Command(
                path: "/bin/bash",
                arguments: [
                    Self.script("searched.sh"), Self.script("with-server.sh"), "/bin/bash", "-c",
                    script,
                ], environment: environment
            ).run()
            #expect(outcome.status == Int32(status), "\(outcome.errors)")
        }
    }

    @Test("finds what the tests or a client of theirs have printed")
    func said() async throws {
        let folder = try TemporaryFolder.make(mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (line, status) in [
            ("ok 1 - no such key", 0), ("error: \(Self.leaks[0])", 1),
            ("error: 3c4d5e6f(+) is no number", 1),
        ] {
            try Self.write(["1 total"], to: "\(folder)/leaks.looked")
            try Self.write([#"3c4d5e6f\(\+\)"#], to: "\(folder)/leaks.learned")
            try Self.write([line], to: "\(folder)/leaks.said")
            let outcome = try await Self.verdict(on: "\(folder)/leaks")
            #expect(outcome.status == Int32(status))
        }
    }

    @Test("passes when there are none, and fails when nobody has looked, or could not")
    func clean() async throws {
        let found = try await Self.search { _ in [] }
        #expect(found.status == 0 && found.written.isEmpty, "\(found.errors)")
        let name = UInt64.random(in: .min ... .max)
        let nobody = try await Self.verdict(on: "/tmp/tenancy-e2e-no-such-\(name)")
        #expect(nobody.status == 1 && nobody.errors.contains("no deployment has looked"))
        let lost = try await Self.search { deployment in
            try await deployment.stopPostgres(mode: "immediate")
            try FileManager.default.removeItem(
                atPath: "\(deployment.folder)/postgres/data/global/pg_control")
            return []
        }
        #expect(lost.status == 1)
        #expect(lost.errors.contains("the activity log of"), "\(lost.errors)")
    }

    private struct Finding {
        var status: Int32
        var errors: String
        var written: String
        var planted: [String]
    }

    /// Runs a deployment that looks for secrets when it ends, and the verdict on what it found.
    private static func search(
        _ plant: (Deployment) async throws -> [String]
    ) async throws -> Finding {
        let folder = try TemporaryFolder.make(mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = "\(folder)/leaks"
        try write(["1 \(pepper)"], to: "\(folder)/peppers")
        // Not used, since there is a URL without a password; searched for all the same.
        try write(["postgresql://o:\(password)@h/d"], to: "\(folder)/url")
        let deployment = try await Deployment(settings: [
            "E2E_LEAKS": file, "TENANCY_API_KEY_PEPPER_FILE": "\(folder)/peppers",
            "TENANCY_DATABASE_URL_FILE": "\(folder)/url",
        ])
        let planted = try await plant(deployment)
        try await deployment.shutdown()
        let written = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        let outcome = try await verdict(on: file)
        return Finding(
            status: outcome.status, errors: outcome.errors, written: written, planted: planted)
    }

    /// Adds lines to a file, which is made when there is none.
    private static func write(_ lines: [String], to path: String) throws {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        for line in lines { try file.write(contentsOf: Data("\(line)\n".utf8)) }
        try file.close()
    }

    private static func plant(_ text: String, inARowOf deployment: Deployment) async throws {
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("leaking")
        }
        // Past the triggers that keep such a row from being changed.
        _ = try await deployment.query(
            """
            SET session_replication_role = replica;
            UPDATE tenant_activity_logs SET user_agent = '\(text)'
            WHERE tenant_id = (SELECT id FROM tenants WHERE tenant_code = '\(code)')
            """)
    }

    private static func verdict(on file: String) async throws -> Command.Outcome {
        try await Command(path: "/bin/bash", arguments: [script("leaked.sh"), file]).run()
    }

    private static func script(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent(".scripts/\(name)").path
    }
}
