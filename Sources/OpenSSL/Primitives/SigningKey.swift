internal import COpenSSL

/// A private key that signs.
// Unchecked because of the raw pointer: an EVP_PKEY is not changed after it is made, its use is
// reference-counted with atomics, and each signature has a context of its own.
package final class SigningKey: @unchecked Sendable {
    private let key: KeyHandle
    package let algorithm: SignatureAlgorithm

    /// Makes a fresh key.
    package init(generate algorithm: SignatureAlgorithm) throws(OpenSSLError) {
        let generated =
            switch algorithm {
            case .ed25519: COpenSSL_generate_ed25519()
            case .ecdsaP256: COpenSSL_generate_p256()
            }
        key = KeyHandle(
            owning: try OpenSSLError.unwrap(
                generated, .libraryFailure, "generate a key of \(algorithm.rawValue)"))
        self.algorithm = algorithm
    }

    /// Loads an unencrypted PEM key. Reading a file blocks the calling thread.
    package init(pem source: PEMSource) throws(OpenSSLError) {
        let loaded = try PEM.privateKey(source)
        algorithm = try SignatureAlgorithm(key: loaded.pointer)
        key = loaded
    }

    /// The key as unencrypted PKCS #8 PEM.
    package func pem() throws(OpenSSLError) -> SecretBytes {
        let output = try MemoryBIO()
        try OpenSSLError.check(
            PEM_write_bio_PrivateKey(output.pointer, key.pointer, nil, nil, 0, nil, nil),
            .libraryFailure, "write a private key")
        return output.withBytes { SecretBytes(copying: $0) }
    }

    /// The public half.
    package func verifyingKey() throws(OpenSSLError) -> VerifyingKey {
        let output = try MemoryBIO()
        try OpenSSLError.check(
            PEM_write_bio_PUBKEY(output.pointer, key.pointer), .libraryFailure,
            "write a public key")
        return try VerifyingKey(pem: .bytes(output.withBytes { [UInt8]($0) }))
    }

    /// Signs `message`; 64 bytes for either algorithm.
    package func sign(_ message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        let context = try OpenSSLError.unwrap(
            EVP_MD_CTX_new(), .libraryFailure, "allocate a signature context")
        defer { EVP_MD_CTX_free(context) }
        try OpenSSLError.check(
            EVP_DigestSignInit(context, nil, try algorithm.digest(), nil, key.pointer),
            .libraryFailure, "start a signature")
        var count = 0
        try OpenSSLError.check(
            EVP_DigestSign(context, nil, &count, message, message.count), .libraryFailure,
            "size a signature")
        var signature = [UInt8](repeating: 0, count: count)
        try OpenSSLError.check(
            EVP_DigestSign(context, &signature, &count, message, message.count), .libraryFailure,
            "sign")
        signature.removeLast(signature.count - count)
        switch algorithm {
        case .ed25519: return signature
        case .ecdsaP256: return try ECDSASignature.fixedLength(der: signature)
        }
    }
}
