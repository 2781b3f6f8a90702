internal import Postgres
internal import Tenancy

/// Rows as the domain's values. A row that is not one is a fault of ours, never of the caller.
extension Row {
    func value<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(DomainError) -> Value {
        do throws(PostgresError) { return try decode(column, as: type) } catch {
            throw DomainError(error)
        }
    }

    func optional<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(DomainError) -> Value? {
        do throws(PostgresError) { return try decodeIfPresent(column, as: type) } catch {
            throw DomainError(error)
        }
    }

    func named<Value: RawRepresentable<String>>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(DomainError) -> Value {
        try checked(Value(rawValue: try value(column)), column)
    }

    func tenantID(_ column: String) throws(DomainError) -> TenantID {
        try checked(TenantID(try value(column)), column)
    }

    func timestamp(_ column: String) throws(DomainError) -> Timestamp {
        Timestamp(microseconds: try value(column, as: PostgresTimestamp.self).microseconds)
    }

    func object(_ column: String) throws(DomainError) -> JSONObjectText {
        JSONObjectText(trusted: try value(column, as: PostgresJSON.self).text)
    }

    func tenant() throws(DomainError) -> Tenant {
        let profile = TenantProfile(
            code: try checked(TenantCode(try value("tenant_code")), "tenant_code"),
            name: try value("tenant_name"), type: try named("tenant_type"),
            adminEmail: try value("admin_email"), status: try named("status"),
            domain: try optional("domain"), logoURL: try optional("logo_url"),
            primaryColor: try optional("primary_color"),
            secondaryColor: try optional("secondary_color"),
            supportEmail: try optional("support_email"),
            regulatoryBody: try optional("regulatory_body"),
            licenseNumber: try optional("license_number"), settings: try object("settings"),
            features: try object("features"), timeZone: try value("time_zone"))
        return Tenant(
            id: try tenantID("id"), profile: profile, version: try value("version"),
            createdAt: try timestamp("created_at"), updatedAt: try timestamp("updated_at"))
    }

    func quotaStatus(of resource: Resource) throws(DomainError) -> QuotaStatus {
        QuotaStatus(
            resource: resource, current: try value("current_units"),
            reserved: try value("reserved_units"), max: try value("max_units"))
    }

    private func checked<Value>(
        _ value: Value?, _ column: String
    ) throws(DomainError) -> Value {
        guard let value else {
            throw DomainError(
                .internalFailure, message: "the database answered with an unknown \(column)")
        }
        return value
    }
}
