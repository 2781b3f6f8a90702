internal import COpenSSL

/// The two shapes of an ECDSA P-256 signature: DER in OpenSSL, r and s side by side outside.
enum ECDSASignature {
    private static let halfBytes = Int32(SignatureAlgorithm.signatureBytes / 2)

    static func fixedLength(der: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        let signature = try der.withUnsafeBufferPointer { (der) throws(OpenSSLError) in
            var cursor = der.baseAddress
            return try OpenSSLError.unwrap(
                d2i_ECDSA_SIG(nil, &cursor, der.count), .libraryFailure, "read a signature")
        }
        defer { ECDSA_SIG_free(signature) }
        var fixed = [UInt8](repeating: 0, count: SignatureAlgorithm.signatureBytes)
        var isWhole = false
        fixed.withUnsafeMutableBufferPointer { fixed in
            guard let start = fixed.baseAddress else { return }
            let middle = start.advanced(by: Int(halfBytes))
            isWhole =
                BN_bn2binpad(ECDSA_SIG_get0_r(signature), start, halfBytes) == halfBytes
                && BN_bn2binpad(ECDSA_SIG_get0_s(signature), middle, halfBytes) == halfBytes
        }
        guard isWhole else {
            throw OpenSSLError.drained(.libraryFailure, "write a signature")
        }
        return fixed
    }

    static func der(fixedLength fixed: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        let signature = try OpenSSLError.unwrap(
            ECDSA_SIG_new(), .libraryFailure, "allocate a signature")
        defer { ECDSA_SIG_free(signature) }
        let r = fixed.withUnsafeBufferPointer { BN_bin2bn($0.baseAddress, halfBytes, nil) }
        let s = fixed.withUnsafeBufferPointer {
            BN_bin2bn($0.baseAddress?.advanced(by: Int(halfBytes)), halfBytes, nil)
        }
        guard ECDSA_SIG_set0(signature, r, s) == 1 else {
            // Only a success hands the numbers over to the signature.
            BN_free(r)
            BN_free(s)
            throw OpenSSLError.drained(.libraryFailure, "build a signature")
        }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = i2d_ECDSA_SIG(signature, &encoded)
        guard count > 0, let encoded else {
            throw OpenSSLError.drained(.libraryFailure, "encode a signature")
        }
        defer { CRYPTO_free(encoded, #file, #line) }
        return [UInt8](UnsafeBufferPointer(start: encoded, count: Int(count)))
    }
}
