/// The fields of a branding setting that have a meaning, by their names in JSON. Whatever else a
/// tenant puts there is its own.
enum BrandingRules {
    static let companyNameLengthMax = 200
    static let footerLengthMax = 2_000
    static let themeLengthMax = 64

    private struct Rule: Sendable {
        let holds: @Sendable (JSONNode) -> Bool
        let text: String
    }

    /// The fields of `Branding` itself.
    private static let fields: [String: Rule] = [
        "domain": Rule(
            holds: { $0.text.map { Syntax.isHostName($0) } == true },
            text: "must be a lower-case host name"),
        "logoUrl": url, "favicon": url, "primaryColor": color, "secondaryColor": color,
        "companyName": text(lengthMax: companyNameLengthMax),
        "supportEmail": Rule(
            holds: { $0.text.map(Syntax.isEmail) == true }, text: "must be an e-mail address"),
    ]

    /// Those of its further settings that the platform itself looks at.
    private static let furtherFields: [String: Rule] = [
        "showPoweredBy": Rule(holds: { $0.isBool }, text: "must be a boolean"),
        "customFooter": text(lengthMax: footerLengthMax),
        "theme": text(lengthMax: themeLengthMax),
    ]

    static func isField(_ name: String) -> Bool { fields[name] != nil }

    /// The member that holds further settings; they may also stand beside it.
    static let furtherSettings = "brandingSettings"

    /// A field that is null says nothing, and breaks no rule.
    static func check(_ members: [JSONNode.Member], violations: inout FieldViolations) {
        for member in members where member.value != .null {
            if let rule = fields[member.name] ?? furtherFields[member.name] {
                violations.require(
                    rule.holds(member.value), "config_value.\(member.name)", rule.text)
            }
            guard member.name == furtherSettings else { continue }
            guard let further = member.value.members else {
                violations.add("config_value.\(furtherSettings)", "must be an object")
                continue
            }
            for member in further where member.value != .null {
                guard let rule = furtherFields[member.name] else { continue }
                violations.require(
                    rule.holds(member.value),
                    "config_value.\(furtherSettings).\(member.name)", rule.text)
            }
        }
    }

    private static let url = Rule(
        holds: { $0.text.map(Syntax.isHTTPSURL) == true },
        text: Syntax.httpsURLRule)
    private static let color = Rule(
        holds: { $0.text.map(Syntax.isColor) == true }, text: "must be a colour as #RRGGBB")

    private static func text(lengthMax: Int) -> Rule {
        Rule(
            holds: { $0.text.map { Syntax.isText($0, lengthMax: lengthMax) } == true },
            text: "must be 1 to \(lengthMax) characters without control characters")
    }
}
