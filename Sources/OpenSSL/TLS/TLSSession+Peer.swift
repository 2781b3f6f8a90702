internal import COpenSSL

extension TLSSession {
    /// How the peer's certificate fared.
    package struct Verification: Sendable, Hashable, CustomStringConvertible {
        /// OpenSSL's X509_V_ code; 0 is success, also where no certificate was shown.
        package var code: Int
        /// OpenSSL's words for it.
        package var reason: String

        package var isSuccess: Bool { code == 0 }
        package var description: String { reason }
    }

    /// The version agreed on; nil before the handshake is done.
    package var version: TLSVersion? {
        guard SSL_is_init_finished(handle.pointer) == 1 else { return nil }
        return TLSVersion(rawValue: SSL_version(handle.pointer))
    }

    /// The cipher suite agreed on, by its standard name; nil before the handshake is done.
    package var cipherSuite: String? {
        guard let cipher = SSL_get_current_cipher(handle.pointer),
            let name = SSL_CIPHER_standard_name(cipher)
        else { return nil }
        return String(cString: name)
    }

    /// The application protocol agreed on; nil when none was.
    package var applicationProtocol: String? {
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(handle.pointer, &start, &count)
        guard let start, count > 0 else { return nil }
        return String(
            decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }

    /// Whether the session continues an earlier one, from a ticket.
    package var isResumed: Bool { SSL_session_reused(handle.pointer) == 1 }

    /// The certificate the peer showed, verified; nil before the handshake is done and when it
    /// showed none. Read anew each time: ask once and keep what is needed of it.
    package var peerCertificate: Certificate? {
        // A certificate that cannot be read has failed the handshake already.
        try? readPeerCertificate()
    }

    /// Whether a list of `context`, which may be another than the session's own, revokes the
    /// certificate that the peer showed or one of the authorities that vouched for it.
    package func isPeerRevoked(by context: TLSContext) -> Bool {
        guard let chain = SSL_get0_verified_chain(handle.pointer) else { return false }
        return (0..<COpenSSL_chain_count(chain)).contains { index in
            COpenSSL_chain_certificate(chain, index).map(context.revocationLists.revoke) ?? false
        }
    }

    package var verification: Verification {
        let code = SSL_get_verify_result(handle.pointer)
        return Verification(
            code: code, reason: String(cString: X509_verify_cert_error_string(code)))
    }

    /// The rules of ours that OpenSSL does not know, once it is content.
    func checkPeer() throws(OpenSSLError) {
        let operation = "shake hands"
        if context.requiresApplicationProtocol, applicationProtocol == nil {
            throw OpenSSLError(
                .applicationProtocolRefused, operation, reasons: ["the peer names none"])
        }
        let certificate = try readPeerCertificate()
        guard let expected = context.serverIdentity else { return }
        guard let certificate else {
            throw OpenSSLError(.peerCertificateMissing, operation)
        }
        let found: SPIFFEID
        do throws(SPIFFEError) {
            found = try certificate.spiffeID()
        } catch {
            throw OpenSSLError(
                .peerCertificateRefused, operation, reasons: [error.description])
        }
        guard found == expected else {
            throw OpenSSLError(
                .peerCertificateRefused, operation,
                reasons: ["the server is \(found), not \(expected)"])
        }
    }

    private func readPeerCertificate() throws(OpenSSLError) -> Certificate? {
        guard SSL_is_init_finished(handle.pointer) == 1,
            let certificate = SSL_get0_peer_certificate(handle.pointer)
        else { return nil }
        return try Certificate(reading: certificate)
    }
}
