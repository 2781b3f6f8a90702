internal import COpenSSL

/// Bytes of OpenSSL's CSPRNG, which seeds itself from the system.
package enum SecureRandom {
    /// Fills `buffer`; throws `randomnessUnavailable` rather than ever giving weak bytes.
    package static func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(OpenSSLError) {
        guard let address = buffer.baseAddress, !buffer.isEmpty else { return }
        try OpenSSLError.check(
            RAND_bytes_ex(
                nil, address.assumingMemoryBound(to: UInt8.self), buffer.count, 0),
            .randomnessUnavailable, "draw random bytes")
    }

    /// `count` fresh bytes.
    package static func bytes(count: Int) throws(OpenSSLError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var failure: OpenSSLError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(OpenSSLError) {
                try fill(buffer)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
