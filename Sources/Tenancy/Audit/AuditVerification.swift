/// A row of a chain by its number and its hash.
package struct ChainLink: Sendable, Hashable {
    package let sequence: Int64
    package let rowHash: [UInt8]

    package init(sequence: Int64, rowHash: [UInt8]) {
        self.sequence = sequence
        self.rowHash = rowHash
    }

    /// Before the first row.
    package static let origin = ChainLink(
        sequence: 0, rowHash: [UInt8](repeating: 0, count: 32))
}

/// What is said of a chain beside its rows, all as of one moment.
package struct ChainOutline: Sendable, Hashable {
    /// Where it ends; nil when that is not recorded, which is a fault.
    package let head: ChainLink?
    /// The highest number among its rows; 0 when there are none.
    package let lastSequence: Int64
    /// The last row that has passed its retention; nil when none has.
    package let anchor: ChainLink?
    /// The same, as the chain itself says in its newest row about that.
    package let expiry: ChainLink?
    /// The hash of the row that the caller knows, if there is such a row.
    package let knownRowHash: [UInt8]?

    package init(
        head: ChainLink?, lastSequence: Int64, anchor: ChainLink?, expiry: ChainLink?,
        knownRowHash: [UInt8]?
    ) {
        self.head = head
        self.lastSequence = lastSequence
        self.anchor = anchor
        self.expiry = expiry
        self.knownRowHash = knownRowHash
    }
}

/// What is wrong with a chain, and the first row where it is.
package struct AuditFault: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// The row's hash is not that of its contents.
        case edited
        /// Rows are missing before one that is there.
        case missing
        /// The row does not follow the one before it: moved, replaced or added.
        case reordered
        /// Rows at the end are missing.
        case truncated
    }

    package let kind: Kind
    package let sequence: Int64

    package init(_ kind: Kind, at sequence: Int64) {
        self.kind = kind
        self.sequence = sequence
    }
}

/// What became of proving a chain.
package struct AuditReport: Sendable, Hashable {
    package let rowsChecked: Int64
    /// Nil when everything fits.
    package let fault: AuditFault?
    package let firstKeptSequence: Int64
    package let last: ChainLink
}

/// Proves the chain of a tenant, a batch of rows at a time. The rows are recomputed where they are;
/// this decides where to go on, and what the whole means.
package struct AuditVerification: Sendable {
    /// What the database found in one batch.
    package struct Batch: Sendable, Hashable {
        package let rowsChecked: Int64
        /// The last row of the batch; nil when there was no row.
        package let last: ChainLink?
        package let fault: AuditFault?

        package init(rowsChecked: Int64, last: ChainLink?, fault: AuditFault?) {
            self.rowsChecked = rowsChecked
            self.last = last
            self.fault = fault
        }
    }

    private let outline: ChainOutline
    /// A row that the caller kept the hash of, outside of this database's reach.
    private let known: ChainLink?
    /// The last row that was found right.
    private(set) package var verified: ChainLink
    private var rowsChecked: Int64 = 0
    private(set) package var report: AuditReport?

    package init(_ outline: ChainOutline, known: ChainLink?) {
        self.outline = outline
        self.known = known
        verified = outline.anchor ?? .origin
        if let fault = anchorFault {
            end(fault)
        } else if head.sequence <= verified.sequence {
            end(endFault)
        }
    }

    /// The last row to be read.
    package var through: Int64 { head.sequence }

    private var head: ChainLink { outline.head ?? .origin }

    package mutating func absorb(_ batch: Batch) {
        rowsChecked += batch.rowsChecked
        if let fault = batch.fault { return end(fault) }
        guard let last = batch.last else { return end(endFault) }
        verified = last
        if last.sequence >= head.sequence { end(endFault) }
    }

    /// An anchor that the chain does not confirm hides a cut.
    private var anchorFault: AuditFault? {
        guard let anchor = outline.anchor else { return nil }
        guard let expiry = outline.expiry, expiry.sequence >= anchor.sequence else {
            return AuditFault(.missing, at: (outline.expiry?.sequence ?? 0) + 1)
        }
        guard expiry.sequence > anchor.sequence || expiry.rowHash == anchor.rowHash else {
            return AuditFault(.reordered, at: anchor.sequence + 1)
        }
        return nil
    }

    /// What is wrong where the rows end.
    private var endFault: AuditFault? {
        guard outline.head != nil else {
            return AuditFault(.truncated, at: outline.lastSequence + 1)
        }
        if verified.sequence < head.sequence {
            return AuditFault(.truncated, at: verified.sequence + 1)
        }
        if outline.lastSequence > head.sequence {
            return AuditFault(.reordered, at: head.sequence + 1)
        }
        if verified.rowHash != head.rowHash {
            return AuditFault(.reordered, at: head.sequence)
        }
        return knownFault
    }

    /// What the caller knows, and a chain that was rewritten from some row on cannot know.
    private var knownFault: AuditFault? {
        guard let known else { return nil }
        if known.sequence > head.sequence {
            return AuditFault(.truncated, at: head.sequence + 1)
        }
        let anchor = outline.anchor ?? .origin
        // What has passed its retention cannot be compared any more.
        guard known.sequence >= anchor.sequence, known.sequence > 0 else { return nil }
        let present = known.sequence == anchor.sequence ? anchor.rowHash : outline.knownRowHash
        return present == known.rowHash ? nil : AuditFault(.reordered, at: known.sequence)
    }

    private mutating func end(_ fault: AuditFault?) {
        report = AuditReport(
            rowsChecked: rowsChecked, fault: fault,
            firstKeptSequence: (outline.anchor?.sequence ?? 0) + 1, last: head)
    }
}
