internal import Glibc

/// The variables of the process's environment that the command lines read.
package enum ProcessEnvironment {
    package static let names = [
        "TENANCY_DATA", "TENANCY_SOCKET", "TENANCY_TLS_PORT", "TENANCY_TOKEN_FILE",
        "TENANCY_MIGRATION_DATABASE_URL",
    ]

    /// Read by name, because the C array of all of them is not safe to walk while another thread
    /// changes it.
    package static var current: [String: String] {
        var values: [String: String] = [:]
        for name in names {
            if let value = getenv(name) { values[name] = String(cString: value) }
        }
        return values
    }
}
