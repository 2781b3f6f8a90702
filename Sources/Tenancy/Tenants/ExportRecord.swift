/// One record of everything that is kept of a tenant.
package struct ExportRecord: Sendable, Hashable {
    /// What it is a record of.
    package let kind: String
    /// Its columns.
    package let record: JSONObjectText

    package init(kind: String, record: JSONObjectText) {
        self.kind = kind
        self.record = record
    }

    /// The kind of the last record, which holds the count of each other kind.
    package static let end = "end"
}
