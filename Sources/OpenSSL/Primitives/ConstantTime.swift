internal import COpenSSL

/// Comparison that tells an attacker who measures time nothing about the bytes.
package enum ConstantTime {
    /// Whether both buffers hold the same bytes. Lengths are not secret: they may differ early.
    package static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer)
        -> Bool
    {
        guard left.count == right.count else { return false }
        // An empty buffer may have no address, which CRYPTO_memcmp must not be given.
        guard let leftAddress = left.baseAddress, let rightAddress = right.baseAddress else {
            return true
        }
        return CRYPTO_memcmp(leftAddress, rightAddress, left.count) == 0
    }

    /// Whether both arrays hold the same bytes. Lengths are not secret: they may differ early.
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in equal(left, right) }
        }
    }
}
