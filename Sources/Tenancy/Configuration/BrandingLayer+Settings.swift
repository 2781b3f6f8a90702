extension BrandingLayer {
    /// How many branding settings are looked at: what is resolved is part of one answer, and must
    /// stay small.
    package static let settingsMax = 8

    /// What a tenant's branding settings say together: each field is the one of the first setting
    /// that has it.
    ///
    /// - Parameter values: Of branding settings that are not secret, the one that decides first in
    ///   front.
    package init(settings values: [SettingValue]) {
        self.init()
        var further: [JSONObjectText] = []
        for value in values.prefix(Self.settingsMax) {
            guard let members = value.node.members else { continue }
            for member in members {
                guard let field = Self.field(member.name), self[keyPath: field] == nil else {
                    continue
                }
                self[keyPath: field] = member.value.text
            }
            let nested = members.last { $0.name == BrandingRules.furtherSettings }
            further.append(JSONObjectText(members: nested?.value.members ?? []))
            further.append(
                JSONObjectText(
                    members: members.filter {
                        !BrandingRules.isField($0.name)
                            && $0.name != BrandingRules.furtherSettings
                    }))
        }
        let merged = JSONObjectText.merged(further)
        settings = merged == .empty ? nil : merged
    }

    /// The domain is not among them: it is the one that the register of tenants keeps unique, so
    /// that no setting can show another tenant's as the tenant's own.
    private static func field(
        _ name: String
    ) -> WritableKeyPath<BrandingLayer, String?>? {
        switch name {
        case "logoUrl": return \.logoURL
        case "primaryColor": return \.primaryColor
        case "secondaryColor": return \.secondaryColor
        case "favicon": return \.favicon
        case "companyName": return \.companyName
        case "supportEmail": return \.supportEmail
        default: return nil
        }
    }
}

extension Branding {
    /// The look of a tenant: its branding settings over its own fields over the platform's
    /// defaults, field by field.
    package init(
        of profile: TenantProfile, settings: [SettingValue], platform: BrandingLayer
    ) {
        self.init([BrandingLayer(settings: settings), BrandingLayer(profile), platform])
    }
}

extension JSONObjectText {
    fileprivate init(members: [JSONNode.Member]) {
        self.init(trusted: "{" + members.map(\.text).joined(separator: ", ") + "}")
    }

    /// Each member of the first object that has it; one that is null says nothing.
    static func merged(_ objects: [JSONObjectText]) -> JSONObjectText {
        var names: Set<String> = []
        var members: [JSONNode.Member] = []
        for object in objects {
            for member in JSONNode(wellFormed: object.text).members ?? []
            where member.value != .null && names.insert(member.name).inserted {
                members.append(member)
            }
        }
        return JSONObjectText(members: members)
    }
}
