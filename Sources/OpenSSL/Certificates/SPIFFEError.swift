/// Which rule a would-be SPIFFE identity breaks. It never repeats the text itself, which is the
/// peer's to choose and not ours to log.
package struct SPIFFEError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A rule, in words that complete "a SPIFFE identity …".
    package struct Rule: RawRepresentable, Sendable, Hashable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        // Of the identifier.

        package static let length = Rule(rawValue: "has at most 2048 bytes")
        package static let scheme = Rule(rawValue: "begins with spiffe://")
        package static let noQuery = Rule(rawValue: "has no query")
        package static let noFragment = Rule(rawValue: "has no fragment")
        package static let noUserInformation = Rule(rawValue: "has no user information")
        package static let noPort = Rule(rawValue: "has no port")
        package static let trustDomainPresent = Rule(rawValue: "names a trust domain")
        package static let trustDomainLength = Rule(
            rawValue: "has a trust domain of at most 255 bytes")
        package static let trustDomainCharacters = Rule(
            rawValue: "has a trust domain of a-z, 0-9, dot, hyphen and underscore")
        package static let noEmptySegment = Rule(
            rawValue: "has no empty path segment and no trailing slash")
        package static let noDotSegment = Rule(rawValue: "has no path segment \".\" or \"..\"")
        package static let pathCharacters = Rule(
            rawValue: "has a path of a-z, A-Z, 0-9, dot, hyphen and underscore")

        // Of the certificate that carries it.

        package static let exactlyOneURI = Rule(
            rawValue: "comes from a certificate with exactly one URI name")
        package static let leafCertificate = Rule(
            rawValue: "of a workload comes from a certificate that is no authority")
        package static let leafPath = Rule(rawValue: "of a workload has a path")
    }

    package var rule: Rule

    package init(_ rule: Rule) {
        self.rule = rule
    }

    package var description: String { "a SPIFFE identity \(rule.rawValue)" }
}
