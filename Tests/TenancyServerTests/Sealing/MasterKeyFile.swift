internal import Foundation
internal import Glibc

/// A file of master keys that a test rotates.
struct MasterKeyFile {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("master-keys-\(UUID().uuidString)").path
    }

    /// Replaces the file as a whole, as whoever delivers keys does.
    func write(_ text: String, mode: Int = 0o600) throws {
        let new = URL(fileURLWithPath: path + ".new")
        try Data(text.utf8).write(to: new)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: new.path)
        guard rename(new.path, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
