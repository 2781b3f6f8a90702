internal import Foundation
internal import TTRPC
internal import TenancyAPI

extension Services {
    func exchange(
        _ key: String, audience: String = "", permissions: [String] = [], lifetime: Int64 = 0
    ) async throws(RPCError) -> ExchangeApiKeyResponse {
        try await tokens.exchangeApiKey(
            .init(
                apiKey: key, audience: audience, permissions: permissions,
                lifetimeSeconds: lifetime))
    }

    func introspect(_ token: String, audience: String = "") async throws(RPCError)
        -> IntrospectResponse
    {
        try await tokens.introspect(.init(token: token, audience: audience))
    }
}

/// Tokens taken apart and put together with nothing of ours.
enum Forge {
    static func parts(_ token: String) -> [String] {
        token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    static func data(_ base64URL: String) -> Data {
        let text = base64URL.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: text + padding) ?? Data()
    }

    static func object(_ base64URL: String) -> [String: Any] {
        (try? JSONSerialization.jsonObject(with: data(base64URL)) as? [String: Any]) ?? [:]
    }

    /// A token with another header, other claims or another signature.
    static func changed(
        _ token: String, header: String? = nil, claim: (String, String)? = nil,
        signature: Data? = nil
    ) -> String {
        var parts = parts(token)
        if let header { parts[0] = base64URL(Data(header.utf8)) }
        if let (old, new) = claim {
            let claims = String(decoding: data(parts[1]), as: UTF8.self)
            parts[1] = base64URL(Data(claims.replacing(old, with: new).utf8))
        }
        if let signature { parts[2] = base64URL(signature) }
        return parts.joined(separator: ".")
    }

    /// Runs a shell's commands in a folder of their own with files in it; answers a file of it.
    static func shell(
        _ commands: String, files: [String: Data], answer: String
    ) async throws -> Data {
        let folder = try TemporaryFolder.make(mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, data) in files {
            try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        let outcome = try await Command(
            path: "/bin/bash", arguments: ["-c", "set -e; cd \(folder); \(commands)"]
        ).run()
        guard outcome.status == 0 else { throw DeploymentError(outcome.errors) }
        return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(answer)"))
    }

    /// The token signed by a key that is nobody's.
    static func signedByOther(_ token: String) async throws -> String {
        let parts = parts(token)
        let signature = try await shell(
            "openssl genpkey -algorithm ED25519 -out k; openssl pkeyutl -sign -rawin -inkey k "
                + "-in m -out s",
            files: ["m": Data("\(parts[0]).\(parts[1])".utf8)], answer: "s")
        return changed(token, signature: signature)
    }

    /// The header of the other algorithm, and a MAC with the public key as its secret: what a
    /// verifier accepts that believes the token.
    static func macWithPublicKey(_ token: String, _ x: String) async throws -> String {
        let kid = object(parts(token)[0])["kid"] as? String ?? ""
        let header = #"{"alg":"HS256","kid":"\#(kid)","typ":"at+jwt"}"#
        let parts = parts(changed(token, header: header))
        let secret = data(x).map { String(format: "%02x", $0) }.joined()
        let mac = try await shell(
            "openssl dgst -sha256 -mac HMAC -macopt hexkey:\(secret) -binary -out s m",
            files: ["m": Data("\(parts[0]).\(parts[1])".utf8)], answer: "s")
        return changed(token, header: header, signature: mac)
    }

    /// Whether OpenSSL's own program takes the signature for that of the key of the key set.
    static func isVerifiedByOpenSSL(_ token: String, _ x: String) async throws -> Bool {
        let parts = parts(token)
        // SubjectPublicKeyInfo of an Ed25519 key: a fixed beginning and the 32 bytes.
        let start: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0]
        let answer = try await shell(
            "openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey k -in m -sigfile s >a",
            files: [
                "k": Data(start) + data(x), "s": data(parts[2]),
                "m": Data("\(parts[0]).\(parts[1])".utf8),
            ], answer: "a")
        return String(decoding: answer, as: UTF8.self).contains("Verified Successfully")
    }
}
