internal import COpenSSL

/// AES-256-GCM: a sealed message is nonce (12 bytes), ciphertext, tag (16 bytes).
///
/// Every message gets a random 96-bit nonce, so one key must seal fewer than 2^32 messages: with a
/// data key per tenant that bound is out of reach. A counter would need storage that survives a
/// restored backup, which is how nonces come to be used twice.
package enum AES256GCM {
    package static let keyBytes = 32
    package static let nonceBytes = 12
    package static let tagBytes = 16

    /// What sealing adds to a message's length.
    package static let overheadBytes = nonceBytes + tagBytes

    /// The C API counts in `int`; half of that leaves room for the overhead.
    package static let messageBytesMax = 1 << 30

    /// Seals `plaintext`, binding it to `associatedData`, which is not part of the result.
    package static func seal(
        _ plaintext: UnsafeRawBufferPointer, associatedData: [UInt8], key: SecretBytes
    ) throws(OpenSSLError) -> [UInt8] {
        let nonce = try SecureRandom.bytes(count: nonceBytes)
        return try seal(plaintext, associatedData: associatedData, key: key, nonce: nonce)
    }

    /// Seals `plaintext`, binding it to `associatedData`, which is not part of the result.
    package static func seal(
        _ plaintext: [UInt8], associatedData: [UInt8], key: SecretBytes
    ) throws(OpenSSLError) -> [UInt8] {
        try plaintext.withUnsafeBufferPointer { (buffer) throws(OpenSSLError) in
            try seal(UnsafeRawBufferPointer(buffer), associatedData: associatedData, key: key)
        }
    }

    /// Seals a secret, a data key under a master key for example.
    package static func seal(
        _ secret: SecretBytes, associatedData: [UInt8], key: SecretBytes
    ) throws(OpenSSLError) -> [UInt8] {
        try secret.withUnsafeBytes { (buffer) throws(OpenSSLError) in
            try seal(buffer, associatedData: associatedData, key: key)
        }
    }

    /// Opens what `seal` made. Throws `authenticationFailed` when the message, the associated data
    /// or the key is another, and never says which.
    package static func open(
        _ sealed: [UInt8], associatedData: [UInt8], key: SecretBytes
    ) throws(OpenSSLError) -> [UInt8] {
        let secret = try openSecret(sealed, associatedData: associatedData, key: key)
        return secret.withUnsafeBytes { [UInt8]($0) }
    }

    /// As `open`, into memory that is zeroed when it is let go.
    package static func openSecret(
        _ sealed: [UInt8], associatedData: [UInt8], key: SecretBytes
    ) throws(OpenSSLError) -> SecretBytes {
        try checkSizes(sealed.count, associatedData.count, key)
        guard sealed.count >= overheadBytes else {
            throw OpenSSLError(
                .inputInvalid, "open a sealed message",
                reasons: ["shorter than \(overheadBytes) bytes"])
        }
        // The plaintext is decrypted into memory that is wiped if the tag turns out wrong: bytes
        // that did not authenticate never reach a caller.
        return try SecretBytes(count: sealed.count - overheadBytes) {
            (output) throws(OpenSSLError) in
            try sealed.withUnsafeBufferPointer { (sealed) throws(OpenSSLError) in
                try decrypt(sealed, associatedData, key, output)
            }
        }
    }

    /// With a chosen nonce: only for test vectors, because a nonce used twice breaks the cipher.
    static func seal(
        _ plaintext: UnsafeRawBufferPointer, associatedData: [UInt8], key: SecretBytes,
        nonce: [UInt8]
    ) throws(OpenSSLError) -> [UInt8] {
        try checkSizes(plaintext.count, associatedData.count, key)
        precondition(nonce.count == nonceBytes, "an AES-GCM nonce is 96 bits long")
        let context = try startContext(.seal, key, nonce)
        defer { EVP_CIPHER_CTX_free(context) }
        try bind(context, associatedData, .seal)

        var sealed = nonce
        sealed.append(contentsOf: repeatElement(0, count: plaintext.count + tagBytes))
        var written: Int32 = 0
        var result: Int32 = 1
        sealed.withUnsafeMutableBufferPointer { sealed in
            guard let start = sealed.baseAddress?.advanced(by: nonceBytes) else { return }
            if let input = plaintext.baseAddress, !plaintext.isEmpty {
                result = EVP_CipherUpdate(
                    context, start, &written, input.assumingMemoryBound(to: UInt8.self),
                    Int32(plaintext.count))
            }
            var rest: Int32 = 0
            let tag = start.advanced(by: plaintext.count)
            if result == 1 { result = EVP_CipherFinal_ex(context, tag, &rest) }
            if result == 1 {
                result = EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), tag)
            }
        }
        try OpenSSLError.check(result, .libraryFailure, Direction.seal.operation)
        return sealed
    }

    private enum Direction: Int32 {
        case open = 0
        case seal = 1

        var operation: String {
            self == .seal ? "seal a message" : "open a sealed message"
        }
    }

    private static func decrypt(
        _ sealed: UnsafeBufferPointer<UInt8>, _ associatedData: [UInt8], _ key: SecretBytes,
        _ output: UnsafeMutableRawBufferPointer
    ) throws(OpenSSLError) {
        let context = try startContext(.open, key, [UInt8](sealed.prefix(nonceBytes)))
        defer { EVP_CIPHER_CTX_free(context) }
        try bind(context, associatedData, .open)
        var tag = [UInt8](sealed.suffix(tagBytes))
        try OpenSSLError.check(
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagBytes), &tag),
            .libraryFailure, Direction.open.operation)
        if let input = sealed.baseAddress, let output = output.baseAddress, !sealed.isEmpty {
            let count = Int32(sealed.count - overheadBytes)
            var written: Int32 = 0
            if count > 0 {
                try OpenSSLError.check(
                    EVP_CipherUpdate(
                        context, output.assumingMemoryBound(to: UInt8.self), &written,
                        input.advanced(by: nonceBytes), count),
                    .libraryFailure, Direction.open.operation)
            }
        }
        // GCM has no padding, so the final step writes nothing; it only compares the tag.
        var rest: Int32 = 0
        var none: [UInt8] = Array(repeating: 0, count: 16)
        guard EVP_CipherFinal_ex(context, &none, &rest) == 1 else {
            OpenSSLError.clearQueue()
            throw OpenSSLError(.authenticationFailed, Direction.open.operation)
        }
    }

    private static func startContext(
        _ direction: Direction, _ key: SecretBytes, _ nonce: [UInt8]
    ) throws(OpenSSLError) -> OpaquePointer {
        let algorithm = try FetchedAlgorithms.aes256GCM()
        let context = try OpenSSLError.unwrap(
            EVP_CIPHER_CTX_new(), .libraryFailure, direction.operation)
        let result = key.withUnsafeBytes { key in
            EVP_CipherInit_ex2(
                context, algorithm, key.baseAddress?.assumingMemoryBound(to: UInt8.self), nonce,
                direction.rawValue, nil)
        }
        guard result == 1 else {
            EVP_CIPHER_CTX_free(context)
            throw OpenSSLError.drained(.libraryFailure, direction.operation)
        }
        return context
    }

    private static func bind(
        _ context: OpaquePointer, _ associatedData: [UInt8], _ direction: Direction
    ) throws(OpenSSLError) {
        guard !associatedData.isEmpty else { return }
        var written: Int32 = 0
        try OpenSSLError.check(
            EVP_CipherUpdate(
                context, nil, &written, associatedData, Int32(associatedData.count)),
            .libraryFailure, direction.operation)
    }

    private static func checkSizes(
        _ message: Int, _ associatedData: Int, _ key: SecretBytes
    ) throws(OpenSSLError) {
        guard key.count == keyBytes else {
            throw OpenSSLError(
                .keyInvalid, "use an AES-256-GCM key",
                reasons: ["\(key.count) bytes instead of \(keyBytes)"])
        }
        guard message <= messageBytesMax, associatedData <= messageBytesMax else {
            throw OpenSSLError(
                .inputInvalid, "use AES-256-GCM", reasons: ["over \(messageBytesMax) bytes"])
        }
    }
}
