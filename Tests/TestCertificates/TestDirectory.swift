internal import Glibc

/// A folder of a test's own under the system's temporary folder, removed with its files when the
/// value is let go.
package final class TestDirectory: Sendable {
    package let path: String

    package init() throws(TestCertificateError) {
        var template = Array("/tmp/test-certificates-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw TestCertificateError("could not make a temporary folder: errno \(errno)")
        }
        path = String(
            decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        // Flat by construction: only files are written into it.
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { unlink("\(path)/\(name)") }
            }
            closedir(folder)
        }
        rmdir(path)
    }

    /// Writes a file, readable by its owner only, and answers its path.
    package func write(_ bytes: [UInt8], as name: String) throws(TestCertificateError) -> String {
        try TestFile.write(bytes, to: "\(path)/\(name)")
        return "\(path)/\(name)"
    }
}

/// Why a test certificate could not be made.
package struct TestCertificateError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

enum TestFile {
    static func write(_ bytes: [UInt8], to path: String) throws(TestCertificateError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw TestCertificateError("could not open \(path): errno \(errno)")
        }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw TestCertificateError("could not write \(path): errno \(errno)")
        }
    }
}
