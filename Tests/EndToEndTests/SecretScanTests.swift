internal import Foundation
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

    @Test("fails the run for each kind of secret in a log or in the activity log, by its line")
    func planted() async throws {
        let found = try await Self.search { deployment in
            var lines = Self.leaks
            let keys = try String(
                contentsOfFile: "\(deployment.folder)/master-keys", encoding: .utf8)
            lines.append(String(try #require(keys.split(separator: "\n").first).suffix(64)))
            let log = try #require(
                FileHandle(forWritingAtPath: "\(deployment.folder)/tenancyd.log"))
            try log.seekToEnd()
            for line in lines { try log.write(contentsOf: Data("{\"m\":\"\(line)\"}\n".utf8)) }
            try log.close()
            let code = try await deployment.withServices(over: .unix) {
                try await $0.createTenant("leaking")
            }
            // Past the triggers that keep such a row from being changed.
            _ = try await deployment.query(
                """
                SET session_replication_role = replica;
                UPDATE tenant_activity_logs SET user_agent = 'planted-4E5F6071-in-a-row'
                WHERE tenant_id = (SELECT id FROM tenants WHERE tenant_code = '\(code)')
                """)
            return lines + ["planted-4E5F6071-in-a-row"]
        }
        #expect(found.status == 1)
        for line in found.planted {
            #expect(found.written.contains(line), "\(line.prefix(12))… was not found")
        }
        #expect(found.errors.contains("secrets were written down"))
    }

    @Test("passes when there are none, and fails when nobody has looked")
    func clean() async throws {
        let found = try await Self.search { _ in [] }
        #expect(found.status == 0 && found.written.isEmpty, "\(found.errors)")
        let name = UInt64.random(in: .min ... .max)
        let nobody = try await Self.verdict(on: "/tmp/tenancy-e2e-no-such-\(name)")
        #expect(nobody.status == 1 && nobody.errors.contains("no deployment has looked"))
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
        let deployment = try await Deployment(settings: ["E2E_LEAKS": file])
        let planted = try await plant(deployment)
        try await deployment.shutdown()
        let written = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        let outcome = try await verdict(on: file)
        return Finding(
            status: outcome.status, errors: outcome.errors, written: written, planted: planted)
    }

    private static func verdict(on file: String) async throws -> Command.Outcome {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent(".scripts/leaked.sh").path
        return try await Command(path: "/bin/bash", arguments: [script, file]).run()
    }
}
