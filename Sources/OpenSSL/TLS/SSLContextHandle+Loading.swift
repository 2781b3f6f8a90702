internal import COpenSSL

/// One rule more than OpenSSL's for a client's own certificate: it says that it is for clients.
/// OpenSSL takes one that says nothing of its use as one for every use.
private func verifyClient(_ isGood: Int32, _ context: OpaquePointer?) -> Int32 {
    guard isGood == 1, X509_STORE_CTX_get_error_depth(context) == 0,
        let certificate = X509_STORE_CTX_get_current_cert(context)
    else { return isGood }
    // All bits are set where there is no such extension.
    guard X509_get_extension_flags(certificate) & UInt32(EXFLAG_XKUSAGE) != 0 else {
        X509_STORE_CTX_set_error(context, X509_V_ERR_INVALID_PURPOSE)
        return 0
    }
    return 1
}

extension SSLContextHandle {
    /// Names of roots sent to clients as a hint which certificate to show. More would bloat every
    /// handshake; a client that gets none shows what it has.
    private static let hintedAnchorsMax = 32

    /// How a client may prove that it holds its certificate's key, and what its chain may be signed
    /// with. OpenSSL's own list has DSA and SHA-1 in it, which TLS 1.2 would take.
    private static let clientSignatures =
        "ed25519:ed448:ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA256:RSA-PSS+SHA384:"
        + "RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512"

    /// Loads what we present, checks that it fits together and is valid now.
    borrowing func present(_ identity: TLSIdentity) throws(OpenSSLError) -> Certificate {
        let source = identity.certificateChain
        let context = pointer
        var leaf: Certificate?
        _ = try PEM.forEachCertificate(source, invalid: .certificateInvalid) {
            (certificate, index) throws(OpenSSLError) in
            guard index == 0 else {
                try OpenSSLError.check(
                    COpenSSL_SSL_CTX_add1_chain_cert(context, certificate.pointer),
                    .certificateInvalid, "use a certificate of the chain", file: source.name)
                return
            }
            try Self.checkDates(certificate.pointer, source)
            try OpenSSLError.check(
                SSL_CTX_use_certificate(context, certificate.pointer), .certificateInvalid,
                "use the certificate", file: source.name)
            leaf = try Certificate(reading: certificate.pointer)
        }
        guard let leaf else {
            throw OpenSSLError(.certificateInvalid, "use the certificate", file: source.name)
        }
        try useKey(identity.privateKey)
        return leaf
    }

    private borrowing func useKey(_ source: PEMSource) throws(OpenSSLError) {
        let operation = "use the private key"
        let key = try PEM.privateKey(source)
        // Asked before the key is installed: installing a key of another certificate would make
        // OpenSSL drop the certificate and report something less clear later.
        guard X509_check_private_key(SSL_CTX_get0_certificate(pointer), key.pointer) == 1 else {
            OpenSSLError.clearQueue()
            throw OpenSSLError(
                .keyMismatch, operation, file: source.name,
                reasons: ["the key does not belong to the certificate"])
        }
        try OpenSSLError.check(
            SSL_CTX_use_PrivateKey(pointer, key.pointer), .keyInvalid, operation,
            file: source.name)
    }

    private static func checkDates(
        _ certificate: OpaquePointer, _ source: PEMSource
    ) throws(OpenSSLError) {
        let operation = "use the certificate"
        // -1 is earlier than now, 1 later, 0 an unreadable date.
        let end = X509_cmp_current_time(X509_get0_notAfter(certificate))
        let start = X509_cmp_current_time(X509_get0_notBefore(certificate))
        guard end != 0, start != 0 else {
            throw OpenSSLError.drained(.certificateInvalid, operation, file: source.name)
        }
        guard end > 0 else {
            throw OpenSSLError(.certificateExpired, operation, file: source.name)
        }
        guard start < 0 else {
            throw OpenSSLError(.certificateNotYetValid, operation, file: source.name)
        }
    }

    borrowing func verifyClients(
        _ configuration: TLSServerConfiguration, keeping lists: RevocationLists
    ) throws(OpenSSLError) {
        let mode: Int32
        switch configuration.clientCertificates {
        case .none:
            // Asking nobody while lists or roots are configured is a mistake worth telling; the
            // roots alone may be there for other listeners.
            guard configuration.revocationLists.isEmpty else {
                throw OpenSSLError(
                    .configurationInvalid, "verify clients",
                    reasons: ["revocation lists are given but no certificate is asked for"])
            }
            SSL_CTX_set_verify(pointer, SSL_VERIFY_NONE, nil)
            return
        case .optional: mode = SSL_VERIFY_PEER
        case .required: mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        }
        guard let anchors = configuration.trustAnchors else {
            throw OpenSSLError(
                .configurationInvalid, "verify clients", reasons: ["no trust anchors are given"])
        }
        try trust(anchors, asHints: true)
        try check(
            configuration.revocationLists, keeping: lists,
            flags: X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL)
        try OpenSSLError.check(
            X509_VERIFY_PARAM_set_flags(
                SSL_CTX_get0_param(pointer), UInt(X509_V_FLAG_X509_STRICT)),
            .libraryFailure, "verify clients")
        try OpenSSLError.check(
            COpenSSL_SSL_CTX_set1_client_sigalgs_list(pointer, Self.clientSignatures),
            .libraryFailure, "verify clients")
        SSL_CTX_set_verify(pointer, mode, verifyClient)
    }

    borrowing func verifyServers(
        _ configuration: TLSClientConfiguration, keeping lists: RevocationLists
    ) throws(OpenSSLError) {
        if let anchors = configuration.trustAnchors {
            try trust(anchors, asHints: false)
        } else {
            try OpenSSLError.check(
                SSL_CTX_set_default_verify_paths(pointer), .trustAnchorsInvalid,
                "load the system's trust anchors")
        }
        try check(
            configuration.revocationLists, keeping: lists, flags: X509_V_FLAG_CRL_CHECK)
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    }

    private borrowing func trust(_ source: PEMSource, asHints: Bool) throws(OpenSSLError) {
        let operation = "load the trust anchors"
        let context = pointer
        let store = try OpenSSLError.unwrap(
            SSL_CTX_get_cert_store(context), .libraryFailure, operation)
        _ = try PEM.forEachCertificate(source, invalid: .trustAnchorsInvalid) {
            (certificate, index) throws(OpenSSLError) in
            try OpenSSLError.check(
                X509_STORE_add_cert(store, certificate.pointer), .trustAnchorsInvalid, operation,
                file: source.name)
            if asHints, index < Self.hintedAnchorsMax {
                try OpenSSLError.check(
                    SSL_CTX_add_client_CA(context, certificate.pointer), .libraryFailure,
                    operation, file: source.name)
            }
        }
    }

    private borrowing func check(
        _ revocationLists: [PEMSource], keeping lists: RevocationLists, flags: Int32
    ) throws(OpenSSLError) {
        guard !revocationLists.isEmpty else { return }
        let operation = "load a revocation list"
        let store = try OpenSSLError.unwrap(
            SSL_CTX_get_cert_store(pointer), .libraryFailure, operation)
        for source in revocationLists {
            _ = try PEM.forEachRevocationList(source) { (list) throws(OpenSSLError) in
                try OpenSSLError.check(
                    X509_STORE_add_crl(store, list.pointer), .revocationListInvalid, operation,
                    file: source.name)
                lists.add(list)
            }
        }
        try OpenSSLError.check(
            X509_STORE_set_flags(store, UInt(flags)), .libraryFailure, operation)
    }
}
