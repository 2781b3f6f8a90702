internal import OpenSSL
internal import Reactor
internal import Synchronization

/// The master keys of this server, as their file has them now. The file is read at the start, when
/// it has changed, and when a data key is met that a newer master key wrapped.
///
/// A file that became unusable changes nothing: the keys that were read before go on.
final class MasterKeys: Sendable {
    private struct State {
        var keyring: MasterKeyring
        var version: KeyFile.Version
    }

    private let file: KeyFile
    private let mayStandBy: Bool
    private let state: Mutex<State>

    /// Reads the file, which blocks the calling thread.
    ///
    /// - Throws: `OpenSSLError` for a file that cannot be read or that every user of the machine
    ///   may read, `MasterKeyError` for one that says something else than keys.
    init(path: String, mayStandBy: Bool = false) throws {
        file = KeyFile(path)
        self.mayStandBy = mayStandBy
        state = Mutex(try Self.read(file, mayStandBy: mayStandBy))
    }

    var keyring: MasterKeyring {
        state.withLock { $0.keyring }
    }

    /// Takes over what the file says now.
    ///
    /// - Returns: whether it said something new.
    /// - Throws: as `init`, and `MasterKeyError` for a key whose bytes have changed.
    func reloadIfChanged() async throws -> Bool {
        let known = state.withLock { $0.version }
        return try await BlockingThread.shared.run { [self] in
            guard try file.version() != known else { return false }
            let new = try Self.read(file, mayStandBy: mayStandBy)
            return try state.withLock { state in
                if let number = new.keyring.conflict(with: state.keyring) {
                    throw MasterKeyError(
                        "key \(number) is another one than before: a new key needs a new number")
                }
                state = new
                return true
            }
        }
    }

    /// The version is taken first: a change during the reading is then read again.
    private static func read(_ file: KeyFile, mayStandBy: Bool) throws -> State {
        let version = try file.version()
        let text = try file.read(bytesMax: MasterKeyring.fileBytesMax, isPrivate: true)
        return State(
            keyring: try MasterKeyring(text, mayStandBy: mayStandBy), version: version)
    }
}
