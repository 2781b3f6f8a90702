internal import COpenSSL

/// Bytes that are zeroed before their memory is given back: keys, peppers, private PEM text.
///
/// A class rather than a `~Copyable` struct: keys are shared by threads and live in rings and
/// caches, which a noncopyable value cannot. Nothing copies the bytes when the object is shared.
// Unchecked because of the raw pointer: the bytes are written only inside `init`, before any other
// thread can hold the object, and are read-only from then on.
package final class SecretBytes: @unchecked Sendable, CustomStringConvertible, CustomReflectable {
    private let storage: UnsafeMutableRawBufferPointer

    /// Makes `count` zeroed bytes and lets `initialize` fill them.
    package init(
        count: Int,
        initialize: (UnsafeMutableRawBufferPointer) throws(OpenSSLError) -> Void
    ) throws(OpenSSLError) {
        storage = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        storage.initializeMemory(as: UInt8.self, repeating: 0)
        try initialize(storage)
    }

    /// Copies `bytes`. The source is the caller's to clear.
    package init(copying bytes: UnsafeRawBufferPointer) {
        storage = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        storage.copyMemory(from: bytes)
    }

    /// Copies `bytes`. The source is the caller's to clear.
    package init(copying bytes: [UInt8]) {
        storage = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        storage.copyBytes(from: bytes)
    }

    deinit {
        OPENSSL_cleanse(storage.baseAddress, storage.count)
        storage.deallocate()
    }

    /// Fresh bytes of the system's CSPRNG.
    package static func random(count: Int) throws(OpenSSLError) -> SecretBytes {
        try SecretBytes(count: count) { (buffer) throws(OpenSSLError) in
            try SecureRandom.fill(buffer)
        }
    }

    package var count: Int { storage.count }

    /// Lends the bytes. They must not outlive the closure.
    package func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(storage))
    }

    /// Whether both hold the same bytes, in a time that depends on their length alone.
    package func equals(_ other: SecretBytes) -> Bool {
        ConstantTime.equal(UnsafeRawBufferPointer(storage), UnsafeRawBufferPointer(other.storage))
    }

    /// Never the bytes: a secret that reaches a log by interpolation shows its length only.
    package var description: String { "SecretBytes(\(count) bytes)" }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
