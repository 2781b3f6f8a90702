/// The SHA-256 of a credential, by which what is remembered of it is found. Held inline, so that
/// looking allocates nothing.
package struct CredentialDigest: Sendable, Hashable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// - Parameter bytes: 32 of them.
    package init(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == 32, "a SHA-256 has 32 bytes")
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
    }

    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    /// A part of a hash is a hash.
    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
