/// A SHA-256 value: 32 bytes held inline, so that it is a dictionary key without an allocation.
///
/// `==` and hashing are ordinary, not constant time. A digest of a secret that an attacker may
/// probe is compared with `equalsInConstantTime(_:)`.
package struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    package static let byteCount = 32

    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Lets `fill` write the 32 bytes.
    init<Failure: Error>(
        filling fill: (UnsafeMutablePointer<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        var failure: Failure?
        withUnsafeMutableBytes(of: &words) { buffer in
            guard let address = buffer.baseAddress else { return }
            do throws(Failure) {
                try fill(address.assumingMemoryBound(to: UInt8.self))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Takes the value from storage; nil unless there are exactly 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == SHA256Digest.byteCount else { return nil }
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    package var bytes: [UInt8] {
        withUnsafeBytes { [UInt8]($0) }
    }

    /// Lower-case hexadecimal, 64 characters.
    package var hex: String {
        withUnsafeBytes { Hexadecimal.text($0) }
    }

    package var description: String { hex }

    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Swift.withUnsafeBytes(of: words, body)
    }

    package func equalsInConstantTime(_ other: SHA256Digest) -> Bool {
        withUnsafeBytes { left in other.withUnsafeBytes { ConstantTime.equal(left, $0) } }
    }

    package static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
        left.words == right.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

/// Lower-case hexadecimal text of bytes.
enum Hexadecimal {
    static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
