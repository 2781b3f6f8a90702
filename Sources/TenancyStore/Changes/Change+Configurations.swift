internal import Postgres
package import Tenancy

extension Change {
    /// The setting of this key, which stays as it is until the end of this change; nil when there
    /// is none.
    package func setting(_ key: SettingKey) async throws(DomainError) -> Setting? {
        // Changes of a tenant's settings come one after the other, and lock in one order: this row
        // first, which making and removing a setting needs too.
        _ = try await query(
            """
            SELECT h.settings FROM tenant_configuration_heads h
            WHERE h.tenant_id = \(tenant.rawValue) FOR UPDATE
            """)
        let rows = try await query(
            """
            SELECT * FROM tenant_configurations
            WHERE tenant_id = \(tenant.rawValue) AND config_key = \(key.text) FOR UPDATE
            """)
        return try rows.first?.setting()
    }

    /// Makes a setting. Two at once meet at the primary key, and the later one is tried again.
    ///
    /// - Parameter sealedValue: Instead of the draft's value, when that is a secret.
    /// - Throws: `tooMany`, `aborted`.
    package func makeSetting(
        _ draft: SettingDraft, type: SettingType, sealedValue: [UInt8]?
    ) async throws(DomainError) -> Setting {
        let value = sealedValue == nil ? PostgresJSON(text: draft.value.text) : nil
        let description = draft.description.isEmpty ? nil : draft.description
        return try await row(
            """
            INSERT INTO tenant_configurations (
                tenant_id, config_key, config_type, config_value, sealed_value, description,
                updated_by)
            VALUES (
                \(tenant.rawValue), \(draft.key.text), \(type.rawValue), \(optional: value),
                \(optional: sealedValue.map { PostgresBytes($0) }), \(optional: description), '')
            RETURNING *
            """
        ).setting()
    }

    /// Gives a setting another value and description.
    package func replaceSetting(
        _ draft: SettingDraft, sealedValue: [UInt8]?
    ) async throws(DomainError) -> Setting {
        let value = sealedValue == nil ? PostgresJSON(text: draft.value.text) : nil
        let description = draft.description.isEmpty ? nil : draft.description
        return try await row(
            """
            UPDATE tenant_configurations
            SET config_value = \(optional: value),
                sealed_value = \(optional: sealedValue.map { PostgresBytes($0) }),
                description = \(optional: description)
            WHERE tenant_id = \(tenant.rawValue) AND config_key = \(draft.key.text)
            RETURNING *
            """
        ).setting()
    }

    package func removeSetting(_ key: SettingKey) async throws(DomainError) {
        _ = try await row(
            """
            DELETE FROM tenant_configurations
            WHERE tenant_id = \(tenant.rawValue) AND config_key = \(key.text)
            RETURNING config_key
            """)
    }
}
