internal import Glibc

/// What a libpq connection string gives away.
enum ConnectionString {
    /// Whether a password is in it, of the database's user or of a key. The string may be a URI or
    /// keywords and values.
    static func holdsPassword(_ text: String) -> Bool {
        guard let scheme = text.firstRange(of: "://") else {
            return text.split(whereSeparator: { $0.isWhitespace || $0 == "=" })
                .contains { isPassword($0) }
        }
        let rest = text[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        if let at = authority.lastIndex(of: "@"), authority[..<at].contains(":") { return true }
        guard let query = rest.firstIndex(of: "?") else { return false }
        return rest[rest.index(after: query)...].split(separator: "&").contains { parameter in
            isPassword(parameter.prefix { $0 != "=" })
        }
    }

    /// libpq would take a password from the environment without a word.
    static func refusePasswordVariable(key: String) throws(ConfigurationError) {
        guard getenv("PGPASSWORD") != nil else { return }
        throw ConfigurationError(
            key: key, rule: "must be used without PGPASSWORD: a password belongs into a file")
    }

    private static func isPassword(_ keyword: Substring) -> Bool {
        keyword == "password" || keyword == "sslpassword"
    }
}
