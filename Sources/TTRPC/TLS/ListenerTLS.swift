internal import OpenSSL
internal import Synchronization

/// The TLS of one listener: what its files say, and what they said when they were last read.
///
/// A connection takes the context that is current when it is accepted and keeps it; so files may be
/// read anew at any time, and no connection notices but one whose certificate has been revoked.
final class ListenerTLS: Sendable {
    let files: ServerTLS
    private let storage: Mutex<TLSContext>

    /// Reads the files; blocks.
    ///
    /// - Throws: `RuntimeError` naming the file that cannot be used.
    init(_ files: ServerTLS) throws(RuntimeError) {
        self.files = files
        storage = Mutex(try files.context())
    }

    /// What the next connection gets.
    var context: TLSContext { storage.withLock { $0 } }

    func replace(_ context: TLSContext) {
        storage.withLock { $0 = context }
    }
}
