/// What an X.509 certificate says, as plain values.
///
/// It is read once, when the peer's certificate is asked for, so that nothing of OpenSSL's outlives
/// the session and the value can be kept, compared and logged.
package struct Certificate: Sendable, Hashable {
    /// A subject alternative name, by kind.
    package struct AlternativeNames: Sendable, Hashable {
        package var uri: [String] = []
        package var dns: [String] = []
        /// As text: "127.0.0.1", "::1".
        package var ip: [String] = []
        package var email: [String] = []
    }

    /// An extended key usage, by its object identifier.
    package struct KeyUsage: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// Dotted decimal: "1.3.6.1.5.5.7.3.1".
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package static let serverAuthentication = KeyUsage(rawValue: "1.3.6.1.5.5.7.3.1")
        package static let clientAuthentication = KeyUsage(rawValue: "1.3.6.1.5.5.7.3.2")

        package var description: String { rawValue }
    }

    /// RFC 2253 text, escaped: "CN=tenancy,O=BFC".
    package var subject: String
    /// RFC 2253 text, escaped.
    package var issuer: String
    /// Lower-case hexadecimal without leading zeros; "-" leads a negative one.
    package var serial: String
    /// Seconds since 1970 in UTC.
    package var notBefore: Int64
    /// Seconds since 1970 in UTC; the certificate is still valid in that second.
    package var notAfter: Int64
    package var alternativeNames: AlternativeNames
    /// Empty when the certificate does not restrict its use.
    package var extendedKeyUsages: [KeyUsage]
    /// Whether it may sign other certificates.
    package var isAuthority: Bool
    /// SHA-256 of the DER.
    package var fingerprint: SHA256Digest

    /// The workload this certificate names, by the rules of SPIFFE X.509-SVID for a leaf:
    /// exactly one URI name, which is a SPIFFE ID with a path, in a certificate that signs no
    /// other.
    package func spiffeID() throws(SPIFFEError) -> SPIFFEID {
        guard alternativeNames.uri.count == 1, let uri = alternativeNames.uri.first else {
            throw SPIFFEError(.exactlyOneURI)
        }
        guard !isAuthority else {
            throw SPIFFEError(.leafCertificate)
        }
        let id = try SPIFFEID(uri)
        guard !id.path.isEmpty else {
            throw SPIFFEError(.leafPath)
        }
        return id
    }
}
