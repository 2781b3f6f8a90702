internal import COpenSSL
internal import Glibc

/// Whom a client means to reach: what the server's certificate must name.
enum ServerName {
    case dns(String)
    case ip(String)

    /// The longest name the DNS has.
    static let bytesMax = 253

    init(_ text: String) throws(OpenSSLError) {
        // An empty name would make OpenSSL check none, and one with NUL only its beginning.
        guard (1...ServerName.bytesMax).contains(text.utf8.count), !text.utf8.contains(0) else {
            throw OpenSSLError(
                .configurationInvalid, "set the server's name",
                reasons: ["it must have 1 to \(ServerName.bytesMax) bytes and no NUL"])
        }
        var address = in6_addr()
        let isAddress =
            inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1
        self = isAddress ? .ip(text) : .dns(text)
    }

    /// Makes `session` accept only a certificate for this name.
    func require(of session: OpaquePointer) throws(OpenSSLError) {
        let operation = "set the server's name"
        switch self {
        case .dns(let name):
            // Names stand in the alternative names; the subject's common name counts for nothing.
            SSL_set_hostflags(
                session,
                UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
                    | UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
            try OpenSSLError.check(
                SSL_set1_host(session, name), .configurationInvalid, operation)
            try OpenSSLError.check(
                COpenSSL_SSL_set_tlsext_host_name(session, name), .configurationInvalid, operation)
        case .ip(let address):
            // An address is not sent as the server's name: RFC 6066 allows host names only.
            try OpenSSLError.check(
                X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), address),
                .configurationInvalid, operation)
        }
    }
}
