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
