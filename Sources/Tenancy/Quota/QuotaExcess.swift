/// The limit that refused an amount, as it stood then.
package struct QuotaExcess: Sendable, Hashable {
    package let resource: Resource
    package let requested: UInt64
    package let current: UInt64
    package let max: UInt64
    package let remaining: UInt64

    package init(status: QuotaStatus, requested: UInt64) {
        resource = status.resource
        self.requested = requested
        current = status.current
        max = status.max
        remaining = status.remaining
    }
}
