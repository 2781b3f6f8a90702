internal import Glibc

/// Users and groups of this machine, by name or number.
enum AccountNames {
    /// The longest entry of the account database that is read.
    private static let entryBytesMax = 16 << 10

    /// - Throws: `ConfigurationError` for a name that this machine does not know.
    static func userID(_ text: String, key: String) throws(ConfigurationError) -> UInt32 {
        if let number = UInt32(text), number != .max { return number }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: entryBytesMax)
        guard getpwnam_r(text, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            throw ConfigurationError(key: key, rule: "must be a user of this machine or its number")
        }
        return entry.pw_uid
    }

    /// - Throws: `ConfigurationError` for a name that this machine does not know.
    static func groupID(_ text: String, key: String) throws(ConfigurationError) -> UInt32 {
        if let number = UInt32(text), number != .max { return number }
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: entryBytesMax)
        guard getgrnam_r(text, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            throw ConfigurationError(
                key: key, rule: "must be a group of this machine or its number")
        }
        return entry.gr_gid
    }
}
