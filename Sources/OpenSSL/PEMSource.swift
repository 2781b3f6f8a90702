/// Where certificates, keys and revocation lists in PEM come from.
package enum PEMSource: Sendable {
    /// A path, read when the context is made. Reading blocks the calling thread.
    case file(String)
    /// A private key's PEM text, from memory that is zeroed.
    case secret(SecretBytes)
    /// The PEM text itself, from memory. Errors name it "(memory)".
    case bytes([UInt8])

    /// Enough for a system's whole trust bundle and for a large revocation list.
    package static let fileBytesMax = 16 * 1024 * 1024

    /// What an error calls this source.
    var name: String {
        switch self {
        case .file(let path): path
        case .bytes, .secret: "(memory)"
        }
    }

    /// The text, in memory that is zeroed when it is let go: it may be a private key.
    func load() throws(OpenSSLError) -> SecretBytes {
        switch self {
        case .bytes(let bytes):
            return SecretBytes(copying: bytes)
        case .secret(let bytes):
            return bytes
        case .file(let path):
            return try KeyFile(path).read(bytesMax: PEMSource.fileBytesMax)
        }
    }
}
