internal import Glibc

/// What a libpq connection string gives away.
enum ConnectionString {
    /// Whether a password is in it, of the database's user or of a key, or may be. The string is a
    /// URI if it begins as one, as libpq sees it, and keywords and values if not.
    static func holdsPassword(_ text: String) -> Bool {
        guard let scheme = ["postgresql://", "postgres://"].first(where: text.hasPrefix) else {
            return text.split(whereSeparator: { $0.isWhitespace || $0 == "=" })
                .contains { isPassword($0) }
        }
        let rest = text.dropFirst(scheme.count)
        // Whatever stands before the first @ and in front of any path is the user's, to libpq, a
        // question mark too.
        let user = rest.prefix { $0 != "/" && $0 != "@" }
        if rest.dropFirst(user.count).first == "@", user.contains(":") { return true }
        guard let query = rest.firstIndex(of: "?") else { return false }
        return rest[rest.index(after: query)...].split(separator: "&").contains { parameter in
            let keyword = parameter.prefix { $0 != "=" }
            // libpq decodes keywords, which none needs.
            return isPassword(keyword) || keyword.contains("%")
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
