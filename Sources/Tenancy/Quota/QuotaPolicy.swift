/// How the limit of one resource is meant. The defaults are everybody's: no warning, nothing above
/// the limit, nothing without the database.
package struct QuotaPolicy: Sendable, Hashable {
    package static let warnPercentagesMax = 8
    package static let pricePaiseMax = Int64(1_000_000_000_000)

    package let resource: Resource
    package var warnPercentages: [UInt32] = []
    /// Evaluated and recorded, never enforced; 0 for none.
    package var shadowLimit: UInt64 = 0
    package var overageAllowed = false
    package var overagePricePaise: Int64 = 0
    /// 0 for any number.
    package var overageMax: UInt64 = 0
    /// 0 for never.
    package var autoScaleStep: UInt64 = 0
    package var autoScaleCeiling: UInt64 = 0
    package var admitsWhenAway = false
    /// 0 for the defaults.
    package var version: Int64 = 0

    package init(resource: Resource) {
        self.resource = resource
    }

    /// Adds every rule that the policy breaks.
    package func check(_ violations: inout FieldViolations) {
        violations.require(
            warnPercentages.count <= Self.warnPercentagesMax
                && warnPercentages.allSatisfy { 1...100 ~= $0 },
            "policy.warn_percentages", "must be at most 8 numbers of 1 to 100")
        violations.require(
            0...Self.pricePaiseMax ~= overagePricePaise, "policy.overage_price_paise",
            "must be 0 to \(Self.pricePaiseMax)")
        violations.require(
            overageAllowed || (overagePricePaise == 0 && overageMax == 0),
            "policy.overage_allowed", "must be true for overage to have a price or a limit")
        violations.require(
            (autoScaleStep == 0) == (autoScaleCeiling == 0), "policy.auto_scale_step",
            "must be given together with auto_scale_ceiling")
        for (field, units) in [
            ("shadow_limit", shadowLimit), ("overage_max", overageMax),
            ("auto_scale_step", autoScaleStep), ("auto_scale_ceiling", autoScaleCeiling),
        ] {
            violations.require(
                units <= QuotaAmount.unitsMax, "policy.\(field)",
                "must be at most 9223372036854775807")
        }
    }
}

/// Something that happened to a quota, as the activity log tells it.
package struct QuotaAlert: Sendable, Hashable {
    /// The raw values are the actions in the log.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case threshold = "quota_threshold_reached"
        case exhausted = "quota_exhausted"
        case overage = "quota_overage"
        case shadowLimit = "quota_shadow_limit_passed"
        case autoScaled = "quota_auto_scaled"
        case adjusted = "quota_adjusted"
    }

    package let position: ChainPosition
    package let kind: Kind
    package let resource: Resource
    package let percentage: UInt32
    package let current: UInt64
    package let max: UInt64
    package let amount: UInt64

    package init(
        position: ChainPosition, kind: Kind, resource: Resource, percentage: UInt32,
        current: UInt64, max: UInt64, amount: UInt64
    ) {
        self.position = position
        self.kind = kind
        self.resource = resource
        self.percentage = percentage
        self.current = current
        self.max = max
        self.amount = amount
    }
}
