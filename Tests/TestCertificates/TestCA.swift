internal import Synchronization

/// An authority that makes certificates for tests, in process and in milliseconds.
///
/// Through OpenSSL's library rather than `openssl req`: any dates can be chosen, expired ones too,
/// and no test waits for a program to start.
package final class TestCA: Sendable {
    /// The authority's own certificate: the trust anchor to configure.
    package let certificatePath: String
    package let keyPath: String
    private let directory: String
    private let name: String
    private let chain: [UInt8]
    private let material: TestKeyMaterial
    private let serials: Mutex<Int>

    /// Makes a self-signed authority with its files in `directory`.
    package static func make(
        in directory: String, name: String = "test-ca"
    ) throws(TestCertificateError) -> TestCA {
        var request = TestCertificateRequest()
        request.commonName = name
        request.isAuthority = true
        let material = try TestKeyMaterial.issue(request, serial: 1, by: nil)
        return try TestCA(directory: directory, name: name, material: material, chain: [])
    }

    private init(
        directory: String, name: String, material: TestKeyMaterial, chain: [UInt8]
    ) throws(TestCertificateError) {
        self.directory = directory
        self.name = name
        self.material = material
        self.chain = chain
        certificatePath = "\(directory)/\(name).pem"
        keyPath = "\(directory)/\(name).key"
        serials = Mutex(1)
        try TestFile.write(try material.certificatePEM(), to: certificatePath)
        try TestFile.write(try material.keyPEM(), to: keyPath)
    }

    /// An authority below this one; its certificates bring the chain up to the root.
    package func intermediate(name: String) throws(TestCertificateError) -> TestCA {
        var request = TestCertificateRequest()
        request.commonName = name
        request.isAuthority = true
        let material = try TestKeyMaterial.issue(request, serial: nextSerial(), by: material)
        return try TestCA(
            directory: directory, name: name, material: material,
            chain: try material.certificatePEM() + chain)
    }

    /// A server's certificate.
    package func server(
        dns: [String] = ["localhost"], ip: [String] = ["127.0.0.1", "::1"], uri: [String] = [],
        validity: TestCertificateRequest.Validity = .current
    ) throws(TestCertificateError) -> TestCertificate {
        var request = TestCertificateRequest()
        request.commonName = "server"
        request.dns = dns
        request.ip = ip
        request.uri = uri
        request.keyUsages = [.serverAuth]
        request.validity = validity
        return try issue(request)
    }

    /// A client's certificate.
    package func client(
        uri: [String] = ["spiffe://bfc.test/service/client"],
        validity: TestCertificateRequest.Validity = .current
    ) throws(TestCertificateError) -> TestCertificate {
        var request = TestCertificateRequest()
        request.commonName = "client"
        request.uri = uri
        request.keyUsages = [.clientAuth]
        request.validity = validity
        return try issue(request)
    }

    /// Any certificate at all.
    package func issue(
        _ request: TestCertificateRequest
    ) throws(TestCertificateError) -> TestCertificate {
        let serial = nextSerial()
        let leaf = try TestKeyMaterial.issue(request, serial: serial, by: material)
        let stem = "\(directory)/\(name)-\(serial)"
        try TestFile.write(try leaf.certificatePEM() + chain, to: "\(stem).pem")
        try TestFile.write(try leaf.keyPEM(), to: "\(stem).key")
        return TestCertificate(
            certificatePath: "\(stem).pem", keyPath: "\(stem).key", serial: serial)
    }

    /// A revocation list of this authority's; answers its path.
    package func revocationList(
        revoking revoked: [TestCertificate],
        validity: TestCertificateRequest.Validity = .current
    ) throws(TestCertificateError) -> String {
        let path = "\(directory)/\(name)-\(nextSerial()).crl"
        try TestFile.write(
            try material.revocationListPEM(revoked.map(\.serial), validity), to: path)
        return path
    }

    private func nextSerial() -> Int {
        serials.withLock { serial in
            serial += 1
            return serial
        }
    }
}
