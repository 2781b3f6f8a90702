internal import Glibc

/// Tells the service manager how the service does: sd_notify(3)'s datagrams, `Type=notify`.
///
/// libsystemd was rejected: the protocol is one datagram of lines to one socket, documented as
/// stable, and not worth a library in a process that tenants depend on.
package final class ServiceManager: Sendable {
    /// A line of a notification.
    package enum State: Sendable, Hashable {
        /// The service answers.
        case ready
        /// The service has begun to stop.
        case stopping
        /// The service is alive.
        case watchdog
        /// How it stands, for people.
        case status(String)

        var line: String {
            switch self {
            case .ready: "READY=1"
            case .stopping: "STOPPING=1"
            case .watchdog: "WATCHDOG=1"
            case .status(let text):
                // A line break would begin another assignment.
                "STATUS=" + String(text.map { $0.isNewline ? " " : $0 })
            }
        }
    }

    /// How often the service has to say that it is alive, or it is killed; nil when nobody waits.
    package let watchdogInterval: Duration?
    private let socket: CInt
    private let address: NotificationAddress

    /// Nil when no service manager wants to be told.
    ///
    /// - Throws: `SystemdError` for a `NOTIFY_SOCKET` or `WATCHDOG_USEC` that cannot be.
    package init?(environment: [String: String]) throws(SystemdError) {
        guard let name = environment["NOTIFY_SOCKET"], !name.isEmpty else { return nil }
        address = try NotificationAddress(name)
        watchdogInterval = try Self.watchdogInterval(environment, processID: getpid())
        let kind = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        socket = Glibc.socket(AF_UNIX, kind, 0)
        guard socket >= 0 else { throw SystemdError(call: "socket") }
    }

    deinit {
        close(socket)
    }

    /// Sends a notification. False when it could not be sent: then nobody listens any more.
    @discardableResult
    package func notify(_ states: State...) -> Bool {
        let message = Array(states.map(\.line).joined(separator: "\n").utf8)
        return address.withPointer { pointer, length in
            while true {
                let count = sendto(
                    socket, message, message.count, CInt(MSG_NOSIGNAL), pointer, length)
                if count < 0, errno == EINTR { continue }
                return count == message.count
            }
        }
    }

    /// `WATCHDOG_PID` says whom the interval is meant for; a child that inherited it is not.
    static func watchdogInterval(
        _ environment: [String: String], processID: pid_t
    ) throws(SystemdError) -> Duration? {
        guard let text = environment["WATCHDOG_USEC"] else { return nil }
        if let wanted = environment["WATCHDOG_PID"], wanted != String(processID) { return nil }
        guard let microseconds = Int64(text), microseconds > 0 else {
            throw SystemdError("WATCHDOG_USEC: \"\(text)\" is no number of microseconds")
        }
        return .microseconds(microseconds)
    }
}

/// The address in `NOTIFY_SOCKET`: a path, or a name in the abstract namespace behind an `@`.
struct NotificationAddress: Sendable {
    private var address = sockaddr_un()
    private let length: socklen_t

    init(_ name: String) throws(SystemdError) {
        var bytes = Array(name.utf8)
        let isAbstract = bytes.first == UInt8(ascii: "@")
        let capacity = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard isAbstract || bytes.first == UInt8(ascii: "/"), bytes.count <= capacity,
            !bytes.contains(0)
        else { throw SystemdError("NOTIFY_SOCKET: \"\(name)\" is no address of a Unix socket") }
        if isAbstract { bytes[0] = 0 }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \sockaddr_un.sun_path) ?? 2
        // An abstract name is as long as it says; a path ends with its NUL.
        length = socklen_t(offset + bytes.count + (isAbstract ? 0 : 1))
    }

    func withPointer<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
