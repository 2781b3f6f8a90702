internal import COpenSSL

/// OpenSSL's reasons for a fatal TLS error, sorted into the codes a caller can act on.
enum TLSFailure {
    /// The connection ended without a close_notify.
    static func isTruncation(_ errors: [QueuedError]) -> Bool {
        errors.contains { isReason($0, SSL_R_UNEXPECTED_EOF_WHILE_READING) }
    }

    static func error(
        _ errors: [QueuedError], _ operation: String, verification: Int
    ) -> OpenSSLError {
        let code = errors.lazy.compactMap(code(of:)).first ?? .protocolViolation
        var reasons = errors.map(\.text)
        guard code == .peerCertificateRefused else {
            return OpenSSLError(code, operation, reasons: reasons)
        }
        let rule = String(cString: X509_verify_cert_error_string(verification))
        reasons.append(rule)
        return OpenSSLError(code, operation, reasons: reasons, certificateRule: rule)
    }

    private static func isReason(_ error: QueuedError, _ reason: Int32) -> Bool {
        error.library == ERR_LIB_SSL && error.reason == reason
    }

    private static func code(of error: QueuedError) -> OpenSSLError.Code? {
        guard error.library == ERR_LIB_SSL else { return nil }
        switch error.reason {
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            return .peerCertificateRefused
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return .peerCertificateMissing
        case SSL_R_BAD_SIGNATURE:
            return .peerKeyNotProven
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_VERSION_TOO_LOW,
            SSL_R_WRONG_SSL_VERSION:
            return .versionRefused
        case SSL_R_NO_APPLICATION_PROTOCOL:
            return .applicationProtocolRefused
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_WRONG_VERSION_NUMBER:
            return .notTLS
        case let reason where reason > alertBase:
            return codeOfAlert(reason - alertBase)
        default:
            return nil
        }
    }

    /// Reasons above this are alerts the peer sent: 1000 and the alert's number in RFC 8446.
    private static let alertBase: Int32 = 1000

    private static func codeOfAlert(_ alert: Int32) -> OpenSSLError.Code? {
        switch alert {
        // bad, unsupported, revoked, expired or unknown certificate; unknown CA; access denied;
        // certificate required.
        case 42...46, 48, 49, 116: .certificateRefusedByPeer
        case 70: .versionRefused
        case 120: .applicationProtocolRefused
        default: nil
        }
    }
}
