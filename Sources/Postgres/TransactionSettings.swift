/// What a transaction starts with.
package struct TransactionSettings: Sendable {
    package enum Isolation: String, Sendable {
        case readCommitted = "READ COMMITTED"
        case repeatableRead = "REPEATABLE READ"
        case serializable = "SERIALIZABLE"
    }

    package var isolation = Isolation.readCommitted
    package var isReadOnly = false
    /// Statements right after BEGIN, such as a scope. Text that holds a literal is not prepared.
    package var statements: [SQL]
    /// For whom it is, by a number of the user's own: one party's flood is not to be another's
    /// wait. Nil for the service itself.
    package var party: Int64?

    package init(_ statements: [SQL] = []) {
        self.statements = statements
    }

    var opening: [SQL] {
        let access = isReadOnly ? "READ ONLY" : "READ WRITE"
        let begin = SQL(unsafeSQL: "BEGIN ISOLATION LEVEL \(isolation.rawValue) \(access)")
        return [begin] + statements
    }
}
