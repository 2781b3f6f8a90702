internal import COpenSSL
internal import TestCertificates

@testable internal import OpenSSL

/// What only tests do to a session's C object.
enum SSLTesting {
    static func limitVersion(of session: TLSSession, to version: TLSVersion) {
        SSL_ctrl(
            session.handle.pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(version.rawValue), nil)
        SSL_ctrl(
            session.handle.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version.rawValue), nil)
    }

    static func hasTicket(_ session: TLSSession) -> Bool {
        guard let state = SSL_get_session(session.handle.pointer) else { return false }
        return SSL_SESSION_has_ticket(state) == 1
    }

    /// Puts an error into the thread's queue, as careless code elsewhere would.
    static func leaveErrorBehind() {
        _ = EVP_MD_fetch(nil, "no such digest", nil)
    }
}

extension SSLTesting {
    /// Presents a certificate that a context of ours would not load.
    static func present(_ certificate: TestCertificate, on session: TLSSession) throws {
        let pointer = session.handle.pointer
        guard
            SSL_use_certificate_file(pointer, certificate.certificatePath, SSL_FILETYPE_PEM) == 1,
            SSL_use_PrivateKey_file(pointer, certificate.keyPath, SSL_FILETYPE_PEM) == 1
        else {
            throw OpenSSLError.drained(.certificateInvalid, "present a test certificate")
        }
    }
}
