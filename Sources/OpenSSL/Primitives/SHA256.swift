internal import COpenSSL

/// SHA-256: `SHA256.hash` for one message, a value of this type for one that comes in pieces.
///
/// A value can be used again after `finish()`; a loop that hashes many messages keeps one value and
/// so allocates nothing per message, inside OpenSSL either.
package struct SHA256: ~Copyable {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer

    package init() throws(OpenSSLError) {
        let algorithm = try FetchedAlgorithms.sha256()
        let context = try OpenSSLError.unwrap(
            EVP_MD_CTX_new(), .libraryFailure, "allocate a SHA-256 context")
        guard EVP_DigestInit_ex2(context, algorithm, nil) == 1 else {
            EVP_MD_CTX_free(context)
            throw OpenSSLError.drained(.libraryFailure, "start SHA-256")
        }
        self.algorithm = algorithm
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) throws(OpenSSLError) {
        try OpenSSLError.check(
            EVP_DigestUpdate(context, bytes.baseAddress, bytes.count), .libraryFailure,
            "compute SHA-256")
    }

    package mutating func update(_ bytes: [UInt8]) throws(OpenSSLError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(OpenSSLError) in
            try update(UnsafeRawBufferPointer(buffer))
        }
    }

    /// The digest of everything given since the start or the last `finish()`; starts afresh.
    package mutating func finish() throws(OpenSSLError) -> SHA256Digest {
        let digest = try SHA256Digest { (output) throws(OpenSSLError) in
            try OpenSSLError.check(
                EVP_DigestFinal_ex(context, output, nil), .libraryFailure, "compute SHA-256")
        }
        try OpenSSLError.check(
            EVP_DigestInit_ex2(context, algorithm, nil), .libraryFailure, "start SHA-256")
        return digest
    }

    /// The digest of one message.
    package static func hash(_ bytes: UnsafeRawBufferPointer) throws(OpenSSLError) -> SHA256Digest {
        // The algorithm is fetched once: `SHA256()` and `EVP_sha256()` look it up in the providers
        // on every call, which costs more than hashing a short key does.
        let algorithm = try FetchedAlgorithms.sha256()
        return try SHA256Digest { (output) throws(OpenSSLError) in
            try OpenSSLError.check(
                EVP_Digest(bytes.baseAddress, bytes.count, output, nil, algorithm, nil),
                .libraryFailure, "compute SHA-256")
        }
    }

    /// The digest of one message.
    package static func hash(_ bytes: [UInt8]) throws(OpenSSLError) -> SHA256Digest {
        try bytes.withUnsafeBufferPointer { (buffer) throws(OpenSSLError) in
            try hash(UnsafeRawBufferPointer(buffer))
        }
    }
}
