/// How many entries of a list are answered at once.
package struct PageSize: Sendable, Hashable {
    package static let entriesDefault = 50
    package static let entriesMax = 1_000

    package let entries: Int

    /// 0 means the default, and more than the most means the most, as a caller that asks for all of
    /// a list means "as many as you give". Nil below zero.
    package init?(_ requested: Int32) {
        guard requested >= 0 else { return nil }
        entries = requested == 0 ? Self.entriesDefault : min(Int(requested), Self.entriesMax)
    }
}
