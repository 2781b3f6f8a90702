internal import Postgres
internal import Tenancy

/// The one place where an error of the database becomes one of the domain. Its messages name
/// constraints and codes, never values.
extension DomainError {
    init(_ error: PostgresError) {
        switch error.code {
        case .server: self = Self.server(error)
        case .connectionLost:
            self.init(.unavailable, message: "the database cannot be reached")
        case .outcomeUnknown:
            self.init(
                .unavailable,
                message: "the database was lost while committing; the change may have happened")
        case .poolExhausted:
            self.init(.unavailable, message: "no connection to the database became free in time")
        case .closed:
            self.init(.unavailable, message: "the service is shutting down")
        case .aborted:
            self.init(.aborted, message: "the transaction was rolled back")
        case .cancelled:
            self.init(.cancelled, message: "the call was cancelled")
        case .decoding, .encoding, .migration:
            self.init(.internalFailure, message: "the database speaks another schema")
        }
    }

    /// Whether the same transaction may well succeed if it is run again.
    static func isConflict(_ error: PostgresError) -> Bool {
        error.sqlState == .serializationFailure || error.sqlState == .deadlockDetected
    }

    private static func server(_ error: PostgresError) -> DomainError {
        guard let state = error.sqlState else {
            return DomainError(.internalFailure, message: "the database refused")
        }
        switch state {
        case .integrityConstraintViolation:
            if let precondition = preconditions[error.constraint ?? ""] { return precondition }
        case .uniqueViolation:
            if let field = uniqueFields[error.constraint ?? ""] {
                return .alreadyExists(field: field)
            }
            // Two made the same setting at once. The later one finds it when it is tried again.
            if error.constraint == "tenant_configurations_pkey" {
                return DomainError(.aborted, message: "a concurrent change got in the way")
            }
        case .checkViolation:
            if let violation = checkViolations[error.constraint ?? ""]
                ?? clockViolations[error.constraint ?? ""]
            {
                return .invalidArgument([violation])
            }
            if error.constraint == "tenant_configuration_heads_settings_count" {
                return DomainError(
                    .tooMany(.configurations),
                    message: "the tenant has \(Setting.countMax) settings",
                    metadata: ["max": String(Setting.countMax)])
            }
        case .invalidParameterValue:
            if let violation = argumentViolations[error.column ?? ""] {
                return .invalidArgument([violation])
            }
        case .noDataFound: return .tenantNotFound
        case .serializationFailure, .deadlockDetected, .lockNotAvailable:
            return DomainError(.aborted, message: "a concurrent change got in the way")
        case .queryCanceled:
            return DomainError(.deadlineExceeded, message: "the database took too long")
        default: break
        }
        if isUnavailability(state) {
            return DomainError(.unavailable, message: "the database is not available")
        }
        return DomainError(
            .internalFailure, message: "the database refused (SQLSTATE \(state.rawValue))")
    }

    /// Connection (08), resources (53), operator intervention (57), system (58), and a server that
    /// has become a read-only standby.
    private static func isUnavailability(_ state: SQLState) -> Bool {
        ["08", "53", "57", "58"].contains { state.rawValue.hasPrefix($0) }
            || state.rawValue == "25006"
    }

    private static let uniqueFields = [
        "tenant_codes_pkey": "tenant_code",
        "tenant_domains_pkey": "domain",
        "tenant_users_pkey": "user_id",
        "tenant_invitations_open": "email",
    ]

    /// What only the clock of the database decides.
    private static let clockViolations = [
        "tenant_api_keys_expires_at_future": FieldViolation(
            field: "expires_at", rule: NewAPIKey.expiryRule),
        "tenant_grants_expires_at_future": FieldViolation(
            field: "expires_at", rule: NewAPIKey.expiryRule),
    ]

    /// What the state of things forbids, by the names under which functions say so.
    private static let preconditions = [
        "tenant_users_role_last_administrator": DomainError(
            .failedPrecondition(.lastAdministrator),
            message: "the tenant would be without an administrator"),
        // Told in the same words as before the change was begun.
        "tenant_api_keys_caller_works": Authority.Denial.unauthenticated.error,
    ]

    private static let argumentViolations = [
        "amount": FieldViolation(field: "amount", rule: QuotaAmount.rule),
        "resource_type": FieldViolation(field: "resource", rule: ConsumeRequest.resourceRule),
    ]

    /// The checks that a caller's values can break, by their names. Most are met by the domain's
    /// own rules before; the existence of a time zone only the database knows.
    static let checkViolations: [String: FieldViolation] = [
        "tenants_tenant_code_format": .init(field: "tenant_code", rule: TenantCode.rule),
        "tenants_tenant_name_length": .init(
            field: "tenant_name", rule: "must be 1 to 200 characters"),
        "tenants_tenant_name_characters": .init(
            field: "tenant_name", rule: "must not hold control characters"),
        "tenants_tenant_type_known": .init(
            field: "tenant_type", rule: "must be bank, broker, fintech or enterprise"),
        "tenants_status_known": .init(
            field: "status", rule: "must be active, suspended or inactive"),
        "tenants_domain_format": .init(field: "domain", rule: "must be a lower-case host name"),
        "tenants_logo_url_format": .init(field: "logo_url", rule: "must be an https URL"),
        "tenants_primary_color_format": .init(
            field: "primary_color", rule: "must be a colour as #RRGGBB"),
        "tenants_secondary_color_format": .init(
            field: "secondary_color", rule: "must be a colour as #RRGGBB"),
        "tenants_admin_email_format": .init(
            field: "admin_email", rule: "must be an e-mail address"),
        "tenants_support_email_format": .init(
            field: "support_email", rule: "must be an e-mail address"),
        "tenants_regulatory_body_length": .init(
            field: "regulatory_body", rule: "must be 1 to 64 characters"),
        "tenants_license_number_length": .init(
            field: "license_number", rule: "must be 1 to 64 characters"),
        "tenants_settings_object": .init(field: "settings", rule: "must be a JSON object"),
        "tenants_settings_size": .init(field: "settings", rule: "must be at most 64 KiB"),
        "tenants_features_object": .init(field: "features", rule: "must be a JSON object"),
        "tenants_features_size": .init(field: "features", rule: "must be at most 64 KiB"),
        "tenants_time_zone_known": .init(field: "time_zone", rule: TenantDraft.timeZoneRule),
    ]
}

extension SQLState {
    fileprivate static let invalidParameterValue = SQLState(rawValue: "22023")
    fileprivate static let integrityConstraintViolation = SQLState(rawValue: "23000")
}
