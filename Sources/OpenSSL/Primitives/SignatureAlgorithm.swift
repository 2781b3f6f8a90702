internal import COpenSSL

/// The signatures we make and accept. The algorithm belongs to the key, never to the message.
package enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
    case ed25519 = "Ed25519"
    /// ECDSA over P-256 with SHA-256.
    case ecdsaP256 = "ECDSA P-256"

    /// Both algorithms' signatures are 64 bytes: for ECDSA that is r and s side by side, as JWS and
    /// IEEE P1363 have it, rather than the DER that OpenSSL makes, whose length varies.
    package static let signatureBytes = 64

    init(key: OpaquePointer) throws(OpenSSLError) {
        if EVP_PKEY_is_a(key, "ED25519") == 1 {
            self = .ed25519
            return
        }
        var group = [CChar](repeating: 0, count: 64)
        var count = 0
        if EVP_PKEY_is_a(key, "EC") == 1,
            EVP_PKEY_get_group_name(key, &group, group.count, &count) == 1,
            group.prefix(count).elementsEqual("prime256v1".utf8.map(CChar.init(bitPattern:)))
        {
            self = .ecdsaP256
            return
        }
        OpenSSLError.clearQueue()
        throw OpenSSLError(
            .keyInvalid, "use a signature key", reasons: ["neither Ed25519 nor ECDSA P-256"])
    }

    /// The digest to sign with: Ed25519 hashes on its own and must be given none.
    func digest() throws(OpenSSLError) -> OpaquePointer? {
        switch self {
        case .ed25519: nil
        case .ecdsaP256: try FetchedAlgorithms.sha256()
        }
    }
}
