internal import TTRPC
internal import TenancyAPI
internal import Testing

/// A kind of client certificate, and what the server says of it.
struct CertificateCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// What is counted: `handshake:` for what TLS refuses, `certificate:` for what names nobody.
    let refusal: String
    var version = "-tls1_3"

    init(_ name: String, _ refusal: String, version: String = "-tls1_3") {
        self.name = name
        self.refusal = refusal
        self.version = version
    }

    var testDescription: String { name }
}

@Suite("A client certificate", .serialized, .timeLimit(.minutes(5)))
struct BadCertificateTests {
    @Test(
        "is taken when it is good",
        arguments: ["good", "rsa-2048", "ed25519", "below-middle", "below-rsa"])
    func good(name: String) async throws {
        let certificates = try await ClientCertificates.shared()
        let tls = try certificates.clientTLS(name)
        try await certificates.deployment.withServices(over: tls) { services in
            let plans = try await services.subscriptions.listPlans(.init()).plans
            #expect(!plans.isEmpty)
        }
    }

    static let refusedByTLS = [
        CertificateCase("expired", "certificate_has_expired"),
        CertificateCase("not-yet-valid", "certificate_is_not_yet_valid"),
        CertificateCase("issuer-expired", "certificate_has_expired"),
        CertificateCase("other-authority", "unable_to_get_local_issuer_certificate"),
        CertificateCase("issuer-name-only", "unable_to_get_local_issuer_certificate"),
        CertificateCase("issuer-name-and-identifier", "certificate_signature_failure"),
        CertificateCase("self-signed", "self_signed_certificate"),
        CertificateCase("chain-missing", "unable_to_get_local_issuer_certificate"),
        CertificateCase("path-too-long", "path_length_constraint_exceeded"),
        CertificateCase("signature-tampered", "certificate_signature_failure"),
        CertificateCase("name-tampered", "certificate_signature_failure"),
        CertificateCase("wrong-key", "peer_key_not_proven"),
        CertificateCase("rsa-1024", "ee_certificate_key_too_weak"),
        CertificateCase("sha1", "ca_signature_digest_algorithm_too_weak"),
        CertificateCase("md5", "ca_signature_digest_algorithm_too_weak"),
        CertificateCase("issuer-sha1", "ca_signature_digest_algorithm_too_weak"),
        CertificateCase("issuer-rsa-1024", "ca_certificate_key_too_weak"),
        CertificateCase("weak-curve", "ee_certificate_key_too_weak", version: "-tls1_2"),
        CertificateCase("dsa", "peer_certificate_missing", version: "-tls1_2"),
        CertificateCase("for-servers", "unsuitable_certificate_purpose"),
        CertificateCase("for-code", "unsuitable_certificate_purpose"),
        CertificateCase("for-anything", "unsuitable_certificate_purpose"),
        CertificateCase("use-unsaid", "unsuitable_certificate_purpose"),
        CertificateCase("no-signing", "unsuitable_certificate_purpose"),
        CertificateCase("version-1", "unsuitable_certificate_purpose"),
        CertificateCase("unknown-critical", "unhandled_critical_extension"),
        CertificateCase("no-authority-identifier", "missing_authority_key_identifier"),
        CertificateCase("issuer-no-authority", "invalid_ca_certificate"),
        CertificateCase("issuer-cannot-sign", "invalid_ca_certificate"),
        CertificateCase("issuer-use-unsaid", "ca_cert_does_not_include_key_usage_extension"),
        CertificateCase("issuer-without-constraints", "invalid_ca_certificate"),
        CertificateCase("name-not-permitted", "permitted_subtree_violation"),
        CertificateCase("name-excluded", "excluded_subtree_violation"),
        CertificateCase("revoked", "certificate_revoked"),
        CertificateCase("revoked-below-middle", "certificate_revoked"),
        CertificateCase("issuer-revoked", "certificate_revoked"),
        CertificateCase("issuer-without-list", "unable_to_get_certificate_crl"),
        CertificateCase("list-expired", "crl_has_expired"),
        CertificateCase("nobody", "subject_name_empty"),
        CertificateCase(
            "no-subject", "subject_empty_and_subject_alt_name_extension_not_critical"),
        CertificateCase("nul-in-name", "certificate_invalid"),
        CertificateCase("space-in-name", "certificate_invalid"),
    ]

    @Test("that TLS refuses is refused in the handshake, by name", arguments: refusedByTLS)
    func refused(one: CertificateCase) async throws {
        let certificates = try await ClientCertificates.shared()
        let before = try await certificates.refusals()
        let outcome = try await certificates.connect(one.name, version: one.version)
        #expect(outcome.status == 1, "the server left the connection open")
        // OpenSSL's client could not even begin.
        try #require(!outcome.errors.contains("Could not"), "\(outcome.errors)")
        try await expectOneMore(
            "handshake: \(one.refusal)", since: before, certificates, "\(outcome.errors)")
    }

    static let namesNobody = [
        CertificateCase("two-uris", "spiffe_exactly_one_uri"),
        CertificateCase("dns-only", "spiffe_exactly_one_uri"),
        CertificateCase("address-only", "spiffe_exactly_one_uri"),
        CertificateCase("mail-only", "spiffe_exactly_one_uri"),
        CertificateCase("no-names", "spiffe_exactly_one_uri"),
        CertificateCase("is-authority", "spiffe_leaf_certificate"),
        CertificateCase("other-scheme", "spiffe_scheme"),
        CertificateCase("scheme-case", "spiffe_scheme"),
        CertificateCase("empty-name", "spiffe_scheme"),
        CertificateCase("other-domain", "other_trust_domain"),
        CertificateCase("domain-case", "spiffe_trust_domain_characters"),
        CertificateCase("no-domain", "spiffe_trust_domain_present"),
        CertificateCase("domain-too-long", "spiffe_trust_domain_length"),
        CertificateCase("port", "spiffe_no_port"),
        CertificateCase("user", "spiffe_no_user_information"),
        CertificateCase("query", "spiffe_no_query"),
        CertificateCase("fragment", "spiffe_no_fragment"),
        CertificateCase("escape", "spiffe_path_characters"),
        CertificateCase("empty-segment", "spiffe_no_empty_segment"),
        CertificateCase("trailing-slash", "spiffe_no_empty_segment"),
        CertificateCase("dot-segment", "spiffe_no_dot_segment"),
        CertificateCase("no-path", "spiffe_leaf_path"),
        CertificateCase("other-path", "other_path"),
        CertificateCase("long-path", "other_path"),
        CertificateCase("too-long", "spiffe_length"),
    ]

    @Test("that names nobody is refused every call, by name", arguments: namesNobody)
    func nobody(one: CertificateCase) async throws {
        let certificates = try await ClientCertificates.shared()
        let before = try await certificates.refusals()
        let tls = try certificates.clientTLS(one.name)
        try await certificates.deployment.withServices(over: tls) { services in
            let error = try await expectFailure(.unauthenticated) {
                try await services.health.check(.init())
            }
            #expect(error.message.hasPrefix("client certificate: "))
        }
        try await expectOneMore(
            "certificate: \(one.refusal)", since: before, certificates, "\(one.name)")
    }

    /// The suite's tests come one after the other, so what has grown is of this one.
    private func expectOneMore(
        _ refusal: String, since before: [String: Int], _ certificates: ClientCertificates,
        _ comment: Comment
    ) async throws {
        var now = try await certificates.refusals()
        while now == before { now = try await certificates.refusals() }
        let grown = now.filter { $0.value != before[$0.key, default: 0] }
        #expect(grown == [refusal: before[refusal, default: 0] + 1], comment)
    }
}
