internal import COpenSSL
internal import Glibc

extension Certificate {
    /// Names of one certificate that we are ready to look at; a peer chooses how many it sends.
    package static let alternativeNamesMax = 1024

    private static let operation = "read a certificate"

    /// Reads the first certificate of a PEM source. Reading a file blocks the calling thread.
    package init(pem source: PEMSource) throws(OpenSSLError) {
        var first: Certificate?
        _ = try PEM.forEachCertificate(source, invalid: .certificateInvalid) {
            (handle, index) throws(OpenSSLError) in
            if index == 0 {
                first = try Certificate(reading: handle.pointer)
            }
        }
        guard let first else {
            throw OpenSSLError(.certificateInvalid, Certificate.operation, file: source.name)
        }
        self = first
    }

    /// Reads an X509, which stays the caller's.
    init(reading certificate: OpaquePointer) throws(OpenSSLError) {
        subject = try Certificate.text(ofName: X509_get_subject_name(certificate))
        issuer = try Certificate.text(ofName: X509_get_issuer_name(certificate))
        serial = try Certificate.serial(of: certificate)
        notBefore = try Certificate.seconds(X509_get0_notBefore(certificate))
        notAfter = try Certificate.seconds(X509_get0_notAfter(certificate))
        alternativeNames = try AlternativeNames(reading: certificate)
        extendedKeyUsages = try Certificate.extendedKeyUsages(of: certificate)
        isAuthority = X509_check_ca(certificate) != 0
        fingerprint = try Certificate.fingerprint(of: certificate)
    }

    private static func text(ofName name: OpaquePointer?) throws(OpenSSLError) -> String {
        let output = try MemoryBIO()
        guard X509_NAME_print_ex(output.pointer, name, 0, COpenSSL_name_format()) >= 0 else {
            throw OpenSSLError.drained(.certificateInvalid, operation)
        }
        return output.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    private static func serial(of certificate: OpaquePointer) throws(OpenSSLError) -> String {
        let number = try OpenSSLError.unwrap(
            ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nil), .certificateInvalid,
            operation)
        defer { BN_free(number) }
        let text = try OpenSSLError.unwrap(BN_bn2hex(number), .libraryFailure, operation)
        defer { CRYPTO_free(text, #file, #line) }
        let digits = String(cString: text).lowercased()
        let isNegative = digits.hasPrefix("-")
        let trimmed = digits.drop { $0 == "-" || $0 == "0" }
        return (isNegative ? "-" : "") + (trimmed.isEmpty ? "0" : trimmed)
    }

    private static func seconds(
        _ time: UnsafePointer<ASN1_TIME>?
    ) throws(OpenSSLError) -> Int64 {
        var parts = tm()
        try OpenSSLError.check(ASN1_TIME_to_tm(time, &parts), .certificateInvalid, operation)
        return Int64(timegm(&parts))
    }

    private static func extendedKeyUsages(
        of certificate: OpaquePointer
    ) throws(OpenSSLError) -> [KeyUsage] {
        guard let found = try decodedExtension(NID_ext_key_usage, of: certificate) else {
            return []
        }
        let usages = OpaquePointer(found)
        defer { EXTENDED_KEY_USAGE_free(usages) }
        var read: [KeyUsage] = []
        let count = min(COpenSSL_key_usages_count(usages), Int32(alternativeNamesMax))
        for index in 0..<max(0, count) {
            var buffer = [CChar](repeating: 0, count: 128)
            let length = OBJ_obj2txt(
                &buffer, Int32(buffer.count), COpenSSL_key_usage(usages, index), 1)
            guard length > 0, Int(length) < buffer.count else { continue }
            let digits = buffer.prefix(Int(length)).map(UInt8.init(bitPattern:))
            read.append(KeyUsage(rawValue: String(decoding: digits, as: UTF8.self)))
        }
        return read
    }

    private static func fingerprint(
        of certificate: OpaquePointer
    ) throws(OpenSSLError) -> SHA256Digest {
        let algorithm = try FetchedAlgorithms.sha256()
        return try SHA256Digest { (output) throws(OpenSSLError) in
            try OpenSSLError.check(
                X509_digest(certificate, algorithm, output, nil), .libraryFailure, operation)
        }
    }

    /// An extension's value, nil when the certificate has none.
    ///
    /// One that appears twice or cannot be decoded throws: reading "none" there would let a
    /// malformed certificate pass rules that its names would break.
    fileprivate static func decodedExtension(
        _ identifier: Int32, of certificate: OpaquePointer
    ) throws(OpenSSLError) -> UnsafeMutableRawPointer? {
        var critical: Int32 = 0
        OpenSSLError.clearQueue()
        if let value = X509_get_ext_d2i(certificate, identifier, &critical, nil) {
            return value
        }
        guard critical == -1 else {
            throw OpenSSLError.drained(.certificateInvalid, operation)
        }
        return nil
    }
}

extension Certificate.AlternativeNames {
    fileprivate init(reading certificate: OpaquePointer) throws(OpenSSLError) {
        guard
            let found = try Certificate.decodedExtension(NID_subject_alt_name, of: certificate)
        else { return }
        let names = OpaquePointer(found)
        defer { GENERAL_NAMES_free(names) }
        let count = COpenSSL_general_names_count(names)
        guard count <= Certificate.alternativeNamesMax else {
            throw Self.failure("more than \(Certificate.alternativeNamesMax) names")
        }
        for index in 0..<max(0, count) {
            guard let name = COpenSSL_general_name(names, index) else { continue }
            try append(name.pointee)
        }
    }

    private mutating func append(_ name: GENERAL_NAME) throws(OpenSSLError) {
        switch name.type {
        case GEN_URI:
            uri.append(try Self.text(name.d.uniformResourceIdentifier))
        case GEN_DNS:
            dns.append(try Self.text(name.d.dNSName))
        case GEN_EMAIL:
            email.append(try Self.text(name.d.rfc822Name))
        case GEN_IPADD:
            ip.append(try Self.address(name.d.iPAddress))
        default:
            // Directory names, registered identifiers and other names identify nobody to us.
            break
        }
    }

    /// The text of an IA5String. Anything but printable ASCII throws: an embedded NUL is how a
    /// certificate for one name is passed off as one for another.
    private static func text(_ string: UnsafeMutablePointer<ASN1_STRING>?) throws(OpenSSLError)
        -> String
    {
        let bytes = bytes(of: string)
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw failure("an alternative name that is not printable ASCII")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func address(
        _ string: UnsafeMutablePointer<ASN1_STRING>?
    ) throws(OpenSSLError) -> String {
        let bytes = bytes(of: string)
        let family: Int32
        switch bytes.count {
        case 4: family = AF_INET
        case 16: family = AF_INET6
        default: throw failure("an IP address of \(bytes.count) bytes")
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else {
            throw failure("an IP address that cannot be written")
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func bytes(of string: UnsafeMutablePointer<ASN1_STRING>?) -> [UInt8] {
        guard let string else { return [] }
        return [UInt8](
            UnsafeBufferPointer(
                start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string))))
    }

    private static func failure(_ reason: String) -> OpenSSLError {
        OpenSSLError(.certificateInvalid, "read a certificate's names", reasons: [reason])
    }
}
