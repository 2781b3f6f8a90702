internal import COpenSSL

/// The algorithms, looked up in OpenSSL's providers once per process and never freed.
enum FetchedAlgorithms {
    // Unchecked because of the raw pointer: a fetched algorithm is immutable and OpenSSL documents
    // it as safe to use from any number of threads.
    private struct Fetched: @unchecked Sendable {
        let pointer: OpaquePointer?
    }

    private static let sha256Fetched = Fetched(pointer: EVP_MD_fetch(nil, "SHA256", nil))
    private static let aes256GCMFetched = Fetched(
        pointer: EVP_CIPHER_fetch(nil, "AES-256-GCM", nil))
    private static let hmacFetched = Fetched(pointer: EVP_MAC_fetch(nil, "HMAC", nil))

    static func sha256() throws(OpenSSLError) -> OpaquePointer {
        try unwrap(sha256Fetched, "SHA-256")
    }

    static func aes256GCM() throws(OpenSSLError) -> OpaquePointer {
        try unwrap(aes256GCMFetched, "AES-256-GCM")
    }

    static func hmac() throws(OpenSSLError) -> OpaquePointer {
        try unwrap(hmacFetched, "HMAC")
    }

    private static func unwrap(
        _ fetched: Fetched, _ name: String
    ) throws(OpenSSLError) -> OpaquePointer {
        try OpenSSLError.unwrap(fetched.pointer, .libraryFailure, "find \(name) in OpenSSL")
    }
}
