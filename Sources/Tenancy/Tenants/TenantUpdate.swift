/// A change of those fields of a tenant that a request names.
package struct TenantUpdate: Sendable, Hashable {
    /// Those that change; at least one.
    package let fields: Set<TenantField>
    package let expected: ExpectedVersion
    private let draft: TenantDraft

    /// - Parameter mask: the names of the fields to change.
    /// - Parameter draft: the values; only those that the mask names are looked at.
    /// - Parameter expectedVersion: the version that the caller has seen; 0 for any.
    package init?(
        mask: [String], draft: TenantDraft, expectedVersion: Int64,
        violations: inout FieldViolations
    ) {
        let fields = Set(mask.compactMap { TenantField(rawValue: $0) })
        violations.require(!mask.isEmpty, "update_mask", "must name at least one field")
        violations.require(
            mask.allSatisfy { TenantField(rawValue: $0) != nil }, "update_mask",
            "must hold names of fields that can change only")
        for field in TenantField.allCases where fields.contains(field) {
            draft.check(field, &violations)
        }
        // A new tenant may leave the choice to the platform; a change says what it wants.
        violations.require(
            !fields.contains(.timeZone) || !draft.timeZone.isEmpty, "time_zone",
            TenantDraft.timeZoneRule)
        let expected = ExpectedVersion(expectedVersion, violations: &violations)
        guard violations.all.isEmpty, let expected else { return nil }
        self.fields = fields
        self.expected = expected
        self.draft = draft
    }

    /// The profile after the change.
    ///
    /// - Throws: `invalidArgument` for a licence that would be left without its regulatory body.
    package func applied(to profile: TenantProfile) throws(DomainError) -> TenantProfile {
        var profile = profile
        for field in fields { draft.apply(field, to: &profile) }
        let isAboutLicense = !fields.isDisjoint(with: [.regulatoryBody, .licenseNumber])
        if isAboutLicense, profile.licenseNumber != nil, profile.regulatoryBody == nil {
            throw .invalidArgument(
                field: TenantField.licenseNumber.rawValue, rule: TenantDraft.licenseRule)
        }
        return profile
    }
}
