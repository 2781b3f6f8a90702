internal import COpenSSL

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    /// The code of `message` under `key`. Compare codes with `equalsInConstantTime(_:)`.
    package static func authenticate(
        _ message: UnsafeRawBufferPointer, key: SecretBytes
    ) throws(OpenSSLError) -> SHA256Digest {
        let context = try OpenSSLError.unwrap(
            EVP_MAC_CTX_new(try FetchedAlgorithms.hmac()), .libraryFailure,
            "allocate an HMAC context")
        defer { EVP_MAC_CTX_free(context) }
        try start(context, key)
        try OpenSSLError.check(
            EVP_MAC_update(
                context, message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count),
            .libraryFailure, "compute an HMAC")
        return try SHA256Digest { (output) throws(OpenSSLError) in
            var count = 0
            try OpenSSLError.check(
                EVP_MAC_final(context, output, &count, SHA256Digest.byteCount), .libraryFailure,
                "compute an HMAC")
        }
    }

    /// The code of `message` under `key`. Compare codes with `equalsInConstantTime(_:)`.
    package static func authenticate(
        _ message: [UInt8], key: SecretBytes
    ) throws(OpenSSLError) -> SHA256Digest {
        try message.withUnsafeBufferPointer { (buffer) throws(OpenSSLError) in
            try authenticate(UnsafeRawBufferPointer(buffer), key: key)
        }
    }

    private static func start(
        _ context: OpaquePointer, _ key: SecretBytes
    ) throws(OpenSSLError) {
        guard key.count > 0 else {
            // No key at all is a forgotten setting, and OpenSSL would read it as "keep the last".
            throw OpenSSLError(.keyInvalid, "start an HMAC", reasons: ["the key is empty"])
        }
        try key.withUnsafeBytes { (key) throws(OpenSSLError) in
            var name = Array("SHA256".utf8CString)
            let result = name.withUnsafeMutableBufferPointer { name in
                let parameters = [
                    OSSL_PARAM_construct_utf8_string(
                        OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0),
                    OSSL_PARAM_construct_end(),
                ]
                return EVP_MAC_init(
                    context, key.baseAddress?.assumingMemoryBound(to: UInt8.self), key.count,
                    parameters)
            }
            try OpenSSLError.check(result, .libraryFailure, "start an HMAC")
        }
    }
}
