internal import Tenancy
internal import Testing

@Suite struct TenantUpdateTests {
    private static func update(
        _ mask: [String], version: Int64 = 0, _ change: (inout TenantDraft) -> Void = { _ in }
    ) -> (update: TenantUpdate?, fields: [String]) {
        var draft = TenantDraft()
        change(&draft)
        var violations = FieldViolations()
        let update = TenantUpdate(
            mask: mask, draft: draft, expectedVersion: version, violations: &violations)
        return (update, violations.all.map(\.field))
    }

    @Test("What the mask names changes, and nothing else")
    func named() throws {
        let present = try TenantDraftTests.axis().validated()
        let (update, _) = Self.update(["tenant_name", "domain", "features"]) {
            $0.tenantName = "Axis"
            $0.features = #"{"trading": false}"#
            $0.adminEmail = "somebody@example.com"
            $0.timeZone = "UTC"
        }
        var expected = present
        expected.name = "Axis"
        expected.domain = nil
        expected.features = JSONObjectText(trusted: #"{"trading": false}"#)
        #expect(try #require(update).applied(to: present) == expected)
    }

    @Test("Every field can be changed", arguments: TenantField.allCases)
    func each(_ field: TenantField) throws {
        let present = try TenantDraftTests.axis().validated()
        let (update, fields) = Self.update([field.rawValue]) {
            $0 = TenantDraftTests.axis()
            $0.tenantName = "Other"
            $0.tenantType = .bank
            $0.domain = "other.vyomo.in"
            $0.logoURL = "https://other.example.com/logo.png"
            $0.primaryColor = "#000000"
            $0.secondaryColor = "#FFFFFF"
            $0.adminEmail = "other@example.com"
            $0.supportEmail = "help@example.com"
            $0.regulatoryBody = "RBI"
            $0.licenseNumber = "X1"
            $0.settings = #"{"a": 1}"#
            $0.features = "{}"
            $0.timeZone = "Europe/London"
        }
        #expect(fields.isEmpty)
        #expect(try #require(update).applied(to: present) != present)
    }

    /// The mask, a change of the values, and the fields that are refused.
    static let refusals: [([String], [String])] = [
        ([], ["update_mask"]),
        (["status"], ["update_mask"]),
        (["tenant_code", "nonsense"], ["update_mask"]),
        (["tenantName"], ["update_mask"]),
        (["*"], ["update_mask"]),
        // Required, and the draft has nothing.
        (["tenant_name"], ["tenant_name"]),
        (["tenant_type"], ["tenant_type"]),
        (["admin_email"], ["admin_email"]),
        (["time_zone"], ["time_zone"]),
        (
            ["admin_email", "tenant_name", "", "time_zone"],
            ["update_mask", "tenant_name", "admin_email", "time_zone"]
        ),
    ]

    @Test("A mask or a value that breaks a rule is named", arguments: refusals)
    func refused(_ mask: [String], _ fields: [String]) {
        let result = Self.update(mask)
        #expect(result.update == nil)
        #expect(result.fields == fields)
    }

    @Test("A value that the mask does not name is not looked at")
    func unnamed() {
        let (update, fields) = Self.update(["domain"]) { $0.adminEmail = "nonsense" }
        #expect(update != nil && fields.isEmpty)
    }

    @Test("A licence is left with its regulatory body, whichever of both changes")
    func license() throws {
        let licensed = try TenantDraftTests.axis().validated()
        var plain = licensed
        plain.regulatoryBody = nil
        plain.licenseNumber = nil
        func fields(_ mask: [String], _ profile: TenantProfile) -> [String] {
            TenantDraftTests.fields {
                try #require(Self.update(mask) { $0.licenseNumber = "X1" }.update)
                    .applied(to: profile)
            }
        }
        #expect(fields(["license_number"], licensed) == [])
        #expect(fields(["license_number"], plain) == ["license_number"])
        #expect(fields(["regulatory_body"], licensed) == ["license_number"])
        #expect(fields(["regulatory_body"], plain) == [])
        // What was so before is not the matter of another change.
        var old = plain
        old.licenseNumber = "X1"
        #expect(fields(["domain"], old) == [])
    }

    @Test("A version below zero is none")
    func version() {
        #expect(Self.update(["domain"], version: -1).fields == ["expected_version"])
        #expect(Self.update(["domain"], version: 7).update?.expected == .exactly(7))
    }
}
