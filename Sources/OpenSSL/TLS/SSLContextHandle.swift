internal import COpenSSL

/// An SSL_CTX, with the settings every context of ours has.
struct SSLContextHandle: ~Copyable {
    let pointer: OpaquePointer

    /// For TLS 1.2, when it is allowed at all: forward secrecy and authenticated encryption only.
    private static let ciphersOfTLS12 = "ECDHE+AESGCM:ECDHE+CHACHA20"

    /// 112 bits everywhere: RSA from 2,048 bits, curves from 224, no MD5 and no SHA-1.
    private static let securityLevel: Int32 = 2

    private init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    static func make(
        _ role: TLSRole, minimumVersion: TLSVersion
    ) throws(OpenSSLError) -> SSLContextHandle {
        let method = role == .server ? TLS_server_method() : TLS_client_method()
        let handle = SSLContextHandle(
            owning: try OpenSSLError.unwrap(
                SSL_CTX_new_ex(nil, nil, method), .libraryFailure, "allocate a TLS context"))
        try handle.configure(minimumVersion)
        return handle
    }

    deinit {
        SSL_CTX_free(pointer)
    }

    private borrowing func configure(_ minimumVersion: TLSVersion) throws(OpenSSLError) {
        let operation = "configure a TLS context"
        // The machine's openssl.cnf must not lower it.
        SSL_CTX_set_security_level(pointer, Self.securityLevel)
        try OpenSSLError.check(
            COpenSSL_SSL_CTX_set_min_proto_version(pointer, minimumVersion.rawValue),
            .configurationInvalid, operation)
        try OpenSSLError.check(
            COpenSSL_SSL_CTX_set_max_proto_version(pointer, TLSVersion.v1_3.rawValue),
            .configurationInvalid, operation)
        try OpenSSLError.check(
            SSL_CTX_set_cipher_list(pointer, Self.ciphersOfTLS12), .configurationInvalid, operation)
        // Buffers are given back between records, which is what makes an idle session cheap. A
        // write may be partial and may be repeated from another address, because output buffers
        // grow and move.
        _ = COpenSSL_SSL_CTX_set_mode(
            pointer,
            Int(SSL_MODE_RELEASE_BUFFERS) | Int(SSL_MODE_ENABLE_PARTIAL_WRITE)
                | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        // One system call brings header and body of a record, and often several records. Safe here
        // because the session reports what it still holds (`hasPending`).
        _ = COpenSSL_SSL_CTX_set_read_ahead(pointer, 1)
        _ = COpenSSL_SSL_CTX_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        _ = COpenSSL_SSL_CTX_set_max_cert_list(pointer, TLSContext.peerChainBytesMax)
        _ = SSL_CTX_set_options(pointer, COpenSSL_options_base())
        SSL_CTX_set_verify_depth(pointer, TLSContext.chainDepthMax)
    }

    /// A resumed session does not look at the client's certificate again: a revocation or an expiry
    /// would be felt as late as tickets last. OpenSSL itself resumes none of a server that asks for
    /// certificates, unless it is told to; then it should not hand out tickets either, of which it
    /// gives two with each handshake.
    borrowing func issueNoTickets() throws(OpenSSLError) {
        // The option alone leaves TLS 1.3 sending tickets of another kind.
        _ = SSL_CTX_set_options(pointer, COpenSSL_option_no_ticket())
        try OpenSSLError.check(
            SSL_CTX_set_num_tickets(pointer, 0), .libraryFailure, "configure session tickets")
    }
}
