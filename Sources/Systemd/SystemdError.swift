internal import Glibc

/// What the service manager handed over cannot be used.
package struct SystemdError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// A system call that failed, with what `errno` says.
    init(call: String) {
        description = "\(call): \(String(cString: strerror(errno)))"
    }
}
