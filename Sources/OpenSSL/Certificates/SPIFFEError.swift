/// Which rule a would-be SPIFFE identity breaks. It never repeats the text itself, which is the
/// peer's to choose and not ours to log.
package struct SPIFFEError: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Rule: Sendable, Hashable {
        /// A word of a closed set, for a metric's label.
        package let name: String
        /// Words that complete "a SPIFFE identity …".
        package let words: String

        private init(_ name: String, _ words: String) {
            self.name = name
            self.words = words
        }

        // Of the identifier.

        package static let length = Rule(
            "spiffe_length", "has at most 2048 bytes")
        package static let scheme = Rule(
            "spiffe_scheme", "begins with spiffe://")
        package static let noQuery = Rule(
            "spiffe_no_query", "has no query")
        package static let noFragment = Rule(
            "spiffe_no_fragment", "has no fragment")
        package static let noUserInformation = Rule(
            "spiffe_no_user_information", "has no user information")
        package static let noPort = Rule(
            "spiffe_no_port", "has no port")
        package static let trustDomainPresent = Rule(
            "spiffe_trust_domain_present", "names a trust domain")
        package static let trustDomainLength = Rule(
            "spiffe_trust_domain_length", "has a trust domain of at most 255 bytes")
        package static let trustDomainCharacters = Rule(
            "spiffe_trust_domain_characters", "has a trust domain of a-z, 0-9, dot, hyphen and underscore")
        package static let noEmptySegment = Rule(
            "spiffe_no_empty_segment", "has no empty path segment and no trailing slash")
        package static let noDotSegment = Rule(
            "spiffe_no_dot_segment", "has no path segment \".\" or \"..\"")
        package static let pathCharacters = Rule(
            "spiffe_path_characters", "has a path of a-z, A-Z, 0-9, dot, hyphen and underscore")

        // Of the certificate that carries it.

        package static let exactlyOneURI = Rule(
            "spiffe_exactly_one_uri", "comes from a certificate with exactly one URI name")
        package static let leafCertificate = Rule(
            "spiffe_leaf_certificate", "of a workload comes from a certificate that is no authority")
        package static let leafPath = Rule(
            "spiffe_leaf_path", "of a workload has a path")
    }

    package var rule: Rule

    package init(_ rule: Rule) {
        self.rule = rule
    }

    package var description: String { "a SPIFFE identity \(rule.words)" }
}
