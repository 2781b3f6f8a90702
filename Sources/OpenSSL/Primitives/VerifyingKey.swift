internal import COpenSSL

/// A public key that checks signatures.
// Unchecked because of the raw pointer: an EVP_PKEY is not changed after it is made, its use is
// reference-counted with atomics, and each check has a context of its own.
package final class VerifyingKey: @unchecked Sendable {
    private let key: KeyHandle
    package let algorithm: SignatureAlgorithm

    /// Loads a PEM public key (SubjectPublicKeyInfo). Reading a file blocks the calling thread.
    package init(pem source: PEMSource) throws(OpenSSLError) {
        let loaded = try PEM.publicKey(source)
        algorithm = try SignatureAlgorithm(key: loaded.pointer)
        key = loaded
    }

    /// The bytes of an Ed25519 key in 32 bytes.
    package static let ed25519Count = 32

    /// An Ed25519 key of its 32 bytes (RFC 8032).
    package init(ed25519 bytes: [UInt8]) throws(OpenSSLError) {
        guard bytes.count == Self.ed25519Count else {
            throw OpenSSLError(
                .keyInvalid, "use a public key", reasons: ["not \(Self.ed25519Count) bytes"])
        }
        key = KeyHandle(
            owning: try OpenSSLError.unwrap(
                EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count),
                .keyInvalid, "use a public key"))
        algorithm = .ed25519
    }

    /// The 32 bytes of an Ed25519 key.
    package func ed25519Bytes() throws(OpenSSLError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.ed25519Count)
        var count = bytes.count
        try OpenSSLError.check(
            EVP_PKEY_get_raw_public_key(key.pointer, &bytes, &count), .keyInvalid,
            "write a public key")
        guard algorithm == .ed25519, count == bytes.count else {
            throw OpenSSLError(.keyInvalid, "write a public key", reasons: ["not Ed25519"])
        }
        return bytes
    }

    /// The key as PEM (SubjectPublicKeyInfo).
    package func pem() throws(OpenSSLError) -> [UInt8] {
        let output = try MemoryBIO()
        try OpenSSLError.check(
            PEM_write_bio_PUBKEY(output.pointer, key.pointer), .libraryFailure,
            "write a public key")
        return output.withBytes { [UInt8]($0) }
    }

    /// Whether `signature` is this key's over `message`. A malformed signature is a wrong one;
    /// only a failure of the library throws.
    package func isValid(
        _ signature: [UInt8], for message: [UInt8]
    ) throws(OpenSSLError) -> Bool {
        guard signature.count == SignatureAlgorithm.signatureBytes else { return false }
        let encoded =
            switch algorithm {
            case .ed25519: signature
            case .ecdsaP256: try ECDSASignature.der(fixedLength: signature)
            }
        let context = try OpenSSLError.unwrap(
            EVP_MD_CTX_new(), .libraryFailure, "allocate a signature context")
        defer { EVP_MD_CTX_free(context) }
        try OpenSSLError.check(
            EVP_DigestVerifyInit(context, nil, try algorithm.digest(), nil, key.pointer),
            .libraryFailure, "start the check of a signature")
        let result = EVP_DigestVerify(context, encoded, encoded.count, message, message.count)
        // Wrong (0) and malformed (negative) leave reasons behind that are nobody's failure.
        OpenSSLError.clearQueue()
        return result == 1
    }
}
