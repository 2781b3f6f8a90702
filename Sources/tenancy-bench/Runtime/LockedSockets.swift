internal import Synchronization

/// Open connections that are only kept, from whatever thread.
final class LockedSockets: Sendable {
    /// An array holds copyable things only, and a class is one.
    private final class Kept: Sendable {
        let socket: RawUnixSocket

        init(_ socket: consuming RawUnixSocket) { self.socket = socket }
    }

    private let sockets = Mutex<[Kept]>([])

    func keep(_ socket: consuming RawUnixSocket) {
        let kept = Kept(socket)
        sockets.withLock { $0.append(kept) }
    }

    /// Closes what is kept, and says how many that were.
    func closeAll() -> Int {
        sockets.withLock { sockets in
            defer { sockets = [] }
            return sockets.count
        }
    }
}
