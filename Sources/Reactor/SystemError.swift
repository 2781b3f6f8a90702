internal import Glibc

/// What a system call answered when it failed.
///
/// The number is kept as the kernel gave it; `description` adds the name of the call, because
/// "Bad file descriptor" alone has sent too many people to the wrong line.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call that failed, by its name in section 2 or 3 of the manual.
    package let operation: String
    /// The value of `errno` right after the call.
    package let number: CInt

    package init(_ operation: String, number: CInt = errno) {
        self.operation = operation
        self.number = number
    }

    package var description: String {
        "\(operation): \(String(cString: strerror(number)))"
    }
}
