/// What a certificate for a test is to say. Every property may be wrong on purpose.
package struct TestCertificateRequest: Sendable {
    /// When a certificate is valid, relative to now.
    package enum Validity: Sendable {
        /// From an hour ago for a day.
        case current
        /// Until an hour ago.
        case expired
        /// From an hour ahead.
        case notYet

        var secondsFromNow: (notBefore: Int, notAfter: Int) {
            switch self {
            case .current: (-3600, 86_400)
            case .expired: (-86_400, -3600)
            case .notYet: (3600, 86_400)
            }
        }
    }

    package enum KeyUsage: String, Sendable {
        case serverAuth
        case clientAuth
        case codeSigning
    }

    package var commonName = "test"
    package var dns: [String] = []
    package var ip: [String] = []
    package var uri: [String] = []
    package var email: [String] = []
    package var keyUsages: [KeyUsage] = []
    package var validity = Validity.current
    package var isAuthority = false

    package init() {}
}

/// A certificate made for a test, and where its files are.
package struct TestCertificate: Sendable {
    /// PEM, with the intermediate authorities that lead to the root.
    package let certificatePath: String
    /// PEM, unencrypted.
    package let keyPath: String
    package let serial: Int
}
