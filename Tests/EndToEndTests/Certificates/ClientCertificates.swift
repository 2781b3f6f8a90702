internal import Foundation
internal import TTRPC
internal import Testing

/// A server that requires client certificates, and the certificates of `certificates.sh`.
struct ClientCertificates: Sendable {
    let deployment: Deployment
    private let folder: String

    /// The one that tests share.
    static func shared() async throws -> ClientCertificates {
        try await sharedTask.value
    }

    private static let sharedTask = Task { try await ClientCertificates() }

    private init() async throws {
        folder = try TemporaryFolder.make(mode: 0o700)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("certificates.sh").path
        let made = try await Command(path: "/bin/bash", arguments: [script, folder]).run()
        guard made.status == 0 else {
            let log = try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)
            throw DeploymentError("no certificates: \(log?.suffix(2000) ?? "")")
        }
        // TLS 1.2 too, for the keys that TLS 1.3 has no signature for.
        deployment = try await Deployment(settings: [
            "TENANCY_TLS_CA": "\(folder)/roots.pem", "TENANCY_TLS_CRL": "\(folder)/lists.pem",
            "TENANCY_TLS_CLIENT_CERTIFICATE": "required", "TENANCY_TLS_MIN_VERSION": "1.2",
        ])
    }

    /// How a client of ours shows a certificate.
    func clientTLS(_ name: String) throws -> ClientTLS {
        let chain = try contents("\(name).pem") + contents("\(name).chain")
        let file = "\(folder)/\(name).full"
        try Data(chain.utf8).write(to: URL(fileURLWithPath: file))
        return ClientTLS(
            trustRootsFile: deployment.certificateFile("ca.pem"), certificateChainFile: file,
            privateKeyFile: "\(folder)/\(name).key")
    }

    private func contents(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }

    /// What OpenSSL's own client, which shows whatever it is given, says when it connects.
    func connect(_ name: String, version: String) async throws -> Command.Outcome {
        let chain = try contents("\(name).chain").isEmpty
            ? [] : ["-cert_chain", "\(folder)/\(name).chain"]
        return try await Command(
            path: "/usr/bin/timeout",
            arguments: [
                "20", "openssl", "s_client", "-connect", "127.0.0.1:\(deployment.tlsPort)",
                "-CAfile", deployment.certificateFile("ca.pem"), version, "-quiet",
                "-alpn", "ttrpc", "-cipher", "ALL:@SECLEVEL=0", "-groups", "P-256:P-192",
                "-sigalgs", "ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256:RSA+SHA1:DSA+SHA256:ed25519",
                "-cert", "\(folder)/\(name).pem", "-key", "\(folder)/\(name).key",
            ] + chain
        ).run()
    }

    /// How often each reason for a refusal was counted.
    func refusals() async throws -> [String: Int] {
        let page = try await HTTPGet("/metrics", port: deployment.operationsPort)
        var counts: [String: Int] = [:]
        for line in page.body.split(separator: "\n") {
            let match = line.wholeMatch(
                of:
                    /tenancy_authentication_failures_total\{kind="(\w+)",reason="(\w+)"\} (\d+)/
            )
            guard let match, let count = Int(match.3) else { continue }
            counts["\(match.1): \(match.2)"] = count
        }
        return counts
    }
}
