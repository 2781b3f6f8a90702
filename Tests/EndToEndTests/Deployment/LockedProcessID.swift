internal import Glibc
internal import Synchronization

/// The id of a process that may be replaced by another.
final class LockedProcessID: Sendable {
    private let storage: Mutex<pid_t>

    init(_ value: pid_t) {
        storage = Mutex(value)
    }

    var value: pid_t {
        get { storage.withLock { $0 } }
        set { storage.withLock { $0 = newValue } }
    }
}
