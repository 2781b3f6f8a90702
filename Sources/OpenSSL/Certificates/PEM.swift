internal import COpenSSL

/// Answers "no passphrase". Without it OpenSSL would ask on the terminal and wait there.
private func noPassphrase(
    _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ isWriting: Int32,
    _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    -1
}

/// PEM text into OpenSSL's objects.
enum PEM {
    /// Certificates and lists of one source that we are ready to hold.
    static let objectsMax = 4096

    /// Visits every certificate of `source` in order and answers how many there were.
    static func forEachCertificate(
        _ source: PEMSource, invalid: OpenSSLError.Code,
        _ body: (borrowing CertificateHandle, Int) throws(OpenSSLError) -> Void
    ) throws(OpenSSLError) -> Int {
        try forEach(source, invalid, "read a certificate") {
            (bio, index) throws(OpenSSLError) in
            guard let pointer = PEM_read_bio_X509(bio, nil, noPassphrase, nil) else { return false }
            try body(CertificateHandle(owning: pointer), index)
            return true
        }
    }

    /// Visits every revocation list of `source` in order and answers how many there were.
    static func forEachRevocationList(
        _ source: PEMSource,
        _ body: (borrowing RevocationListHandle) throws(OpenSSLError) -> Void
    ) throws(OpenSSLError) -> Int {
        try forEach(source, .revocationListInvalid, "read a revocation list") {
            (bio, _) throws(OpenSSLError) in
            guard let pointer = PEM_read_bio_X509_CRL(bio, nil, noPassphrase, nil) else {
                return false
            }
            try body(RevocationListHandle(owning: pointer))
            return true
        }
    }

    static func privateKey(_ source: PEMSource) throws(OpenSSLError) -> KeyHandle {
        try key(source, "load the private key") {
            PEM_read_bio_PrivateKey($0, nil, noPassphrase, nil)
        }
    }

    static func publicKey(_ source: PEMSource) throws(OpenSSLError) -> KeyHandle {
        try key(source, "load the public key") {
            PEM_read_bio_PUBKEY($0, nil, noPassphrase, nil)
        }
    }

    private static func key(
        _ source: PEMSource, _ operation: String, _ read: (OpaquePointer) -> OpaquePointer?
    ) throws(OpenSSLError) -> KeyHandle {
        let text = try source.load()
        return try text.withUnsafeBytes { (bytes) throws(OpenSSLError) in
            let bio = try MemoryBIO(reading: bytes)
            OpenSSLError.clearQueue()
            return KeyHandle(
                owning: try OpenSSLError.unwrap(
                    read(bio.pointer), .keyInvalid, operation, file: source.name))
        }
    }

    private static func forEach(
        _ source: PEMSource, _ invalid: OpenSSLError.Code, _ operation: String,
        _ next: (OpaquePointer, Int) throws(OpenSSLError) -> Bool
    ) throws(OpenSSLError) -> Int {
        let text = try source.load()
        return try text.withUnsafeBytes { (bytes) throws(OpenSSLError) in
            let bio = try MemoryBIO(reading: bytes)
            OpenSSLError.clearQueue()
            var count = 0
            while try next(bio.pointer, count) {
                count += 1
                guard count <= objectsMax else {
                    throw OpenSSLError(
                        invalid, operation, file: source.name,
                        reasons: ["more than \(objectsMax) in one source"])
                }
            }
            // The end of the text and a broken object both answer nil; the reason tells them apart.
            let errors = OpenSSLError.drainQueue()
            let atEnd = errors.last.map {
                $0.library == ERR_LIB_PEM && $0.reason == PEM_R_NO_START_LINE
            }
            guard count > 0, atEnd ?? true else {
                throw OpenSSLError(
                    invalid, operation, file: source.name, reasons: errors.map(\.text))
            }
            return count
        }
    }
}
