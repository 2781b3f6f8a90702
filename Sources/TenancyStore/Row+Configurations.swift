internal import Postgres
internal import Tenancy

extension Row {
    func setting() throws(DomainError) -> Setting {
        let text: String = try value("config_key")
        guard let key = SettingKey(text) else { throw TenancyStore.emptyAnswer }
        return Setting(
            key: key, type: try named("config_type"), isSensitive: try value("is_sensitive"),
            value: try optional("config_value", as: PostgresJSON.self).map {
                SettingValue(trusted: $0.text)
            },
            sealedValue: try optional("sealed_value", as: [UInt8].self),
            description: try optional("description") ?? "", updatedBy: try value("updated_by"),
            createdAt: try timestamp("created_at"), updatedAt: try timestamp("updated_at"),
            version: try value("version"))
    }
}
