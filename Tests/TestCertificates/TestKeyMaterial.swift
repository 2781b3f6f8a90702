internal import COpenSSL
internal import Glibc

/// A key with its certificate, as OpenSSL's objects.
// Unchecked because of the raw pointers: neither object changes after it is made.
final class TestKeyMaterial: @unchecked Sendable {
    private let key: OpaquePointer
    private let certificate: OpaquePointer

    private init(key: OpaquePointer, certificate: OpaquePointer) {
        self.key = key
        self.certificate = certificate
    }

    deinit {
        EVP_PKEY_free(key)
        X509_free(certificate)
    }

    /// Makes a key and a certificate for it, self-signed when `issuer` is nil.
    static func issue(
        _ request: TestCertificateRequest, serial: Int, by issuer: TestKeyMaterial?
    ) throws(TestCertificateError) -> TestKeyMaterial {
        guard let key = COpenSSL_generate_p256(), let certificate = X509_new() else {
            throw failure("allocate")
        }
        let material = TestKeyMaterial(key: key, certificate: certificate)
        let name = X509_get_subject_name(certificate)
        let (notBefore, notAfter) = request.validity.secondsFromNow
        // Version 3 is numbered 2.
        guard X509_set_version(certificate, 2) == 1,
            ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial) == 1,
            X509_gmtime_adj(X509_getm_notBefore(certificate), notBefore) != nil,
            X509_gmtime_adj(X509_getm_notAfter(certificate), notAfter) != nil,
            X509_NAME_add_entry_by_txt(
                name, "CN", MBSTRING_UTF8, request.commonName, -1, -1, 0) == 1,
            X509_set_issuer_name(
                certificate, X509_get_subject_name(issuer?.certificate ?? certificate)) == 1,
            X509_set_pubkey(certificate, key) == 1
        else {
            throw failure("fill in a certificate")
        }
        try material.addExtensions(request, issuer: issuer ?? material)
        guard X509_sign(certificate, (issuer ?? material).key, EVP_sha256()) > 0 else {
            throw failure("sign a certificate")
        }
        return material
    }

    private func addExtensions(
        _ request: TestCertificateRequest, issuer: TestKeyMaterial
    ) throws(TestCertificateError) {
        try add(
            NID_basic_constraints, request.isAuthority ? "critical,CA:TRUE" : "critical,CA:FALSE",
            issuer)
        try add(
            NID_key_usage,
            request.isAuthority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature",
            issuer)
        try add(NID_subject_key_identifier, "hash", issuer)
        // RFC 5280 wants it of everything that is not self-signed.
        if issuer !== self { try add(NID_authority_key_identifier, "keyid:always", issuer) }
        let names =
            request.dns.map { "DNS:\($0)" } + request.ip.map { "IP:\($0)" }
            + request.uri.map { "URI:\($0)" } + request.email.map { "email:\($0)" }
        if !names.isEmpty {
            try add(NID_subject_alt_name, names.joined(separator: ","), issuer)
        }
        if !request.keyUsages.isEmpty {
            try add(
                NID_ext_key_usage, request.keyUsages.map(\.rawValue).joined(separator: ","), issuer)
        }
    }

    private func add(
        _ identifier: Int32, _ value: String, _ issuer: TestKeyMaterial
    ) throws(TestCertificateError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer.certificate, certificate, nil, nil, 0)
        guard let built = X509V3_EXT_conf_nid(nil, &context, identifier, value) else {
            throw Self.failure("build the extension \(value)")
        }
        defer { X509_EXTENSION_free(built) }
        guard X509_add_ext(certificate, built, -1) == 1 else {
            throw Self.failure("add the extension \(value)")
        }
    }

    func certificatePEM() throws(TestCertificateError) -> [UInt8] {
        try Self.pem { PEM_write_bio_X509($0, certificate) }
    }

    func keyPEM() throws(TestCertificateError) -> [UInt8] {
        try Self.pem { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    func revocationListPEM(
        _ serials: [Int], _ validity: TestCertificateRequest.Validity
    ) throws(TestCertificateError) -> [UInt8] {
        let (lastUpdate, nextUpdate) = validity.secondsFromNow
        guard let list = X509_CRL_new() else { throw Self.failure("allocate") }
        defer { X509_CRL_free(list) }
        guard let last = ASN1_TIME_adj(nil, time(nil), 0, lastUpdate) else {
            throw Self.failure("allocate")
        }
        defer { ASN1_STRING_free(last) }
        guard let next = ASN1_TIME_adj(nil, time(nil), 0, nextUpdate) else {
            throw Self.failure("allocate")
        }
        defer { ASN1_STRING_free(next) }
        guard X509_CRL_set_version(list, 1) == 1,
            X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate)) == 1,
            X509_CRL_set1_lastUpdate(list, last) == 1, X509_CRL_set1_nextUpdate(list, next) == 1
        else {
            throw Self.failure("fill in a revocation list")
        }
        for serial in serials {
            try Self.revoke(serial, at: last, in: list)
        }
        guard X509_CRL_sort(list) == 1, X509_CRL_sign(list, key, EVP_sha256()) > 0 else {
            throw Self.failure("sign a revocation list")
        }
        return try Self.pem { PEM_write_bio_X509_CRL($0, list) }
    }

    private static func revoke(
        _ serial: Int, at time: UnsafePointer<ASN1_TIME>, in list: OpaquePointer
    ) throws(TestCertificateError) {
        guard let entry = X509_REVOKED_new(), let number = ASN1_INTEGER_new() else {
            throw failure("allocate")
        }
        defer { ASN1_INTEGER_free(number) }
        guard ASN1_INTEGER_set(number, serial) == 1,
            X509_REVOKED_set_serialNumber(entry, number) == 1,
            X509_REVOKED_set_revocationDate(entry, UnsafeMutablePointer(mutating: time)) == 1,
            // The list owns the entry from here on.
            X509_CRL_add0_revoked(list, entry) == 1
        else {
            throw failure("revoke a certificate")
        }
    }

    private static func pem(
        _ write: (OpaquePointer) -> Int32
    ) throws(TestCertificateError) -> [UInt8] {
        guard let bio = BIO_new(BIO_s_mem()) else { throw failure("allocate") }
        defer { BIO_free(bio) }
        guard write(bio) == 1 else { throw failure("write PEM") }
        var start: UnsafeMutablePointer<CChar>?
        let count = COpenSSL_BIO_get_mem_data(bio, &start)
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    private static func failure(_ operation: String) -> TestCertificateError {
        let reason = ERR_reason_error_string(ERR_get_error()).map { String(cString: $0) }
        ERR_clear_error()
        return TestCertificateError("could not \(operation): \(reason ?? "no reason given")")
    }
}
