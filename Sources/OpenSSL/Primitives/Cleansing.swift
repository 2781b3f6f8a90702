internal import COpenSSL

extension [UInt8] {
    /// Zeroes the bytes and empties the array. Other holders of the same array keep theirs: whoever
    /// cleanses is the last.
    package mutating func cleanse() {
        withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        removeAll()
    }
}
