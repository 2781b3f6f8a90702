/// What went wrong in a call to OpenSSL, or in a rule of ours around one.
///
/// It carries what an operator needs to act on (the operation, the file, OpenSSL's own reasons)
/// and never key material or plaintext: reasons are OpenSSL's fixed strings, and the free-form
/// data that OpenSSL attaches to some errors is left out for that reason.
package struct OpenSSLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which kind of failure this is. A struct, so that a new kind breaks no `switch` of a caller.
    package struct Code: RawRepresentable, Sendable, Hashable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        // Loading.

        /// A file could not be opened or read, or is larger than its limit.
        package static let fileUnreadable = Code(rawValue: "FILE_UNREADABLE")
        /// No certificate, or one that cannot be parsed or used.
        package static let certificateInvalid = Code(rawValue: "CERTIFICATE_INVALID")
        /// The certificate we would present has expired.
        package static let certificateExpired = Code(rawValue: "CERTIFICATE_EXPIRED")
        /// The certificate we would present is not valid yet.
        package static let certificateNotYetValid = Code(rawValue: "CERTIFICATE_NOT_YET_VALID")
        /// No key, an encrypted one, or one of the wrong kind or length.
        package static let keyInvalid = Code(rawValue: "KEY_INVALID")
        /// The private key does not belong to the certificate.
        package static let keyMismatch = Code(rawValue: "KEY_MISMATCH")
        /// No trust anchor in the file, or one that cannot be parsed.
        package static let trustAnchorsInvalid = Code(rawValue: "TRUST_ANCHORS_INVALID")
        /// No revocation list in the file, or one that cannot be parsed.
        package static let revocationListInvalid = Code(rawValue: "REVOCATION_LIST_INVALID")
        /// Settings that contradict each other or are out of range.
        package static let configurationInvalid = Code(rawValue: "CONFIGURATION_INVALID")

        // Sessions.

        /// The peer's certificate did not verify; the reason says why.
        package static let peerCertificateRefused = Code(rawValue: "PEER_CERTIFICATE_REFUSED")
        /// A certificate was required and the peer sent none.
        package static let peerCertificateMissing = Code(rawValue: "PEER_CERTIFICATE_MISSING")
        /// The peer did not prove that it holds the key of its certificate.
        package static let peerKeyNotProven = Code(rawValue: "PEER_KEY_NOT_PROVEN")
        /// The peer refused our certificate, or the lack of one, by an alert.
        package static let certificateRefusedByPeer = Code(rawValue: "CERTIFICATE_REFUSED_BY_PEER")
        /// No TLS version both sides allow.
        package static let versionRefused = Code(rawValue: "VERSION_REFUSED")
        /// No application protocol both sides allow.
        package static let applicationProtocolRefused = Code(
            rawValue: "APPLICATION_PROTOCOL_REFUSED")
        /// The bytes received are not TLS at all, plaintext on a TLS port for example.
        package static let notTLS = Code(rawValue: "NOT_TLS")
        /// The peer broke the TLS protocol, or a record failed authentication, or an alert came.
        package static let protocolViolation = Code(rawValue: "PROTOCOL_VIOLATION")
        /// The connection ended before the handshake did.
        package static let connectionLost = Code(rawValue: "CONNECTION_LOST")
        /// The socket reported an error of its own.
        package static let system = Code(rawValue: "SYSTEM")

        // Primitives.

        /// A sealed message, or its associated data or key, is not what was sealed.
        package static let authenticationFailed = Code(rawValue: "AUTHENTICATION_FAILED")
        /// An input is too long for the C API or shorter than its format allows.
        package static let inputInvalid = Code(rawValue: "INPUT_INVALID")
        /// The system's randomness could not be had.
        package static let randomnessUnavailable = Code(rawValue: "RANDOMNESS_UNAVAILABLE")
        /// OpenSSL refused something that should not fail: no memory, or a provider is missing.
        package static let libraryFailure = Code(rawValue: "LIBRARY_FAILURE")
    }

    package var code: Code
    /// What was being done, as a verb phrase: "load the private key".
    package var operation: String
    /// The file concerned, where there is one.
    package var file: String?
    /// OpenSSL's reasons, outermost cause last, at most as many as its queue holds (16).
    package var reasons: [String]
    /// The rule that a peer's certificate broke, in OpenSSL's words: "certificate has expired".
    package var certificateRule: String?

    package init(
        _ code: Code, _ operation: String, file: String? = nil, reasons: [String] = [],
        certificateRule: String? = nil
    ) {
        self.code = code
        self.operation = operation
        self.file = file
        self.reasons = reasons
        self.certificateRule = certificateRule
    }

    /// Whether a peer is refused because of the certificate that it shows, or does not show.
    package var isAboutPeerCertificate: Bool {
        code == .peerCertificateRefused || code == .peerCertificateMissing
            || code == .certificateInvalid || code == .peerKeyNotProven
    }

    /// What went wrong as one word of a closed set, for a metric's label or a table:
    /// `certificate_has_expired`, `not_tls`.
    package var label: String {
        let text = certificateRule ?? code.rawValue
        return String(
            decoding: text.lowercased().utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    byte
                default: UInt8(ascii: "_")
                }
            }, as: UTF8.self)
    }

    package var description: String {
        var text = "\(code.rawValue): could not \(operation)"
        if let file {
            text += " (\(file))"
        }
        if !reasons.isEmpty {
            text += ": " + reasons.joined(separator: "; ")
        }
        return text
    }
}
