internal import Foundation
internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Keys that are stored with a pepper", .timeLimit(.minutes(5)))
struct PepperTests {
    private static let first = String(repeating: "1a", count: 32)
    private static let second = String(repeating: "2b", count: 32)

    @Test("have it from the credential that systemd hands over, when no file is named")
    func credential() async throws {
        let folder = try TemporaryFolder.make(mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = "\(folder)/tenancy-api-key-peppers"
        try "7 \(Self.first)\n".write(toFile: file, atomically: true, encoding: .utf8)
        chmod(file, 0o400)
        let deployment = try await Deployment(settings: ["CREDENTIALS_DIRECTORY": folder])
        try await deployment.withServices(over: .unix) { services in
            let key = try await services.createKey(of: "default")
            #expect(try await services.verify(key.apiKey).valid)
        }
        let versions = try await deployment.query("SELECT hash_version FROM tenant_api_keys")
        #expect(versions == ["7"])
        try await deployment.shutdown()
    }

    @Test("are stored anew when they are used, and known again by every pepper of the file")
    func life() async throws {
        let folder = try TemporaryFolder.make(mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = "\(folder)/peppers"
        func write(_ lines: String) throws {
            try lines.write(toFile: file, atomically: true, encoding: .utf8)
            chmod(file, 0o600)
        }
        try write("standby 1 \(Self.first)\n")
        let deployment = try await Deployment(settings: ["TENANCY_API_KEY_PEPPER_FILE": file])
        func restart(with lines: String) async throws {
            try write(lines)
            deployment.signalServer(SIGTERM)
            _ = try await deployment.serverExitStatus()
            try await deployment.startServer()
        }
        func versions() async throws -> [String] {
            try await deployment.query(
                "SELECT key_name, hash_version FROM tenant_api_keys ORDER BY key_id")
        }
        func verify(_ keys: [String]) async throws {
            try await deployment.withServices(over: .unix) { services in
                for key in keys {
                    let answer = try await services.verify(key)
                    #expect(answer.valid)
                }
            }
        }
        func make(_ name: String) async throws -> String {
            try await deployment.withServices(over: .unix) { services in
                try await services.apiKeys.createApiKey(
                    .init(tenantId: 1, keyName: name, permissions: ["read"])
                ).apiKey
            }
        }
        let plain = try await make("plain")
        #expect(try await versions() == ["plain|0"])
        try await restart(with: "1 \(Self.first)\n")
        let peppered = try await make("peppered")
        try await verify([plain, peppered])
        // What was used is stored anew at the latest when the server stops.
        try await restart(with: "1 \(Self.first)\n2 \(Self.second)\n")
        #expect(try await versions() == ["plain|1", "peppered|1"])
        try await verify([plain])
        try await restart(with: "1 \(Self.first)\n2 \(Self.second)\n")
        #expect(try await versions() == ["plain|2", "peppered|1"])
        try await verify([plain, peppered])
        // Without its pepper a key is as unknown as any other, also one that is remembered.
        try write("3 \(Self.first)\n")
        try await deployment.eventually {
            try await deployment.withServices(over: .unix) {
                try await $0.verify(plain).refusal == .unknown
            }
        }
        try await restart(with: "3 \(Self.first)\n")
        try await deployment.withServices(over: .unix) { services in
            #expect(try await services.verify(plain).refusal == .unknown)
            let error = try await expectFailure(.notFound) {
                try await services.apiKeys.reportLeak(.init(apiKey: plain))
            }
            #expect(error.message == "no such API key")
        }
        // A copy of the database alone says nothing of a key.
        let hashes = try await deployment.query(
            """
            SELECT count(*) FROM tenant_api_keys
            WHERE api_key_hash IN (sha256('\(plain)'::bytea), sha256('\(peppered)'::bytea))
            """)
        #expect(hashes == ["0"])
        try await deployment.shutdown()
    }
}
