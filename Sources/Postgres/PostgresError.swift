/// Why a statement, a connection or a pool failed.
///
/// `description` never holds a bound value: what the server says of rows (`DETAIL`) is kept apart,
/// because it often quotes them, and so is what it says of a value it cannot read (class 22).
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// The server refused a statement; `sqlState` says why.
        case server
        /// The connection could not be made, or was lost before the statement was answered.
        case connectionLost
        /// The connection was lost while a COMMIT was under way, or a statement that is its own
        /// transaction: it may have happened.
        case outcomeUnknown
        /// Nothing was free within the pool's time.
        case poolExhausted
        /// An earlier statement of the same transaction failed, and it was rolled back.
        case aborted
        /// The task was cancelled. What was under way may or may not have happened.
        case cancelled
        /// A column is missing or of another type than asked for.
        case decoding
        /// A value cannot be sent: an integer over 64 bits signed, text with a NUL.
        case encoding
        /// The client has been shut down.
        case closed
        /// The applied migrations are not those of this program.
        case migration
    }

    package var code: Code
    package var message: String
    package var sqlState: SQLState?
    /// The constraint a row broke, by its name.
    package var constraint: String?
    package var table: String?
    package var column: String?
    /// The server's DETAIL, which may quote rows: not for logs.
    package var detail: String?
    /// The server's HINT.
    package var hint: String?

    package init(_ code: Code, _ message: String, sqlState: SQLState? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
    }

    package var description: String {
        guard let state = sqlState else { return message }
        let isQuoting = code == .server && state.rawValue.hasPrefix("22")
        return "\(isQuoting ? "a value was refused" : message) (SQLSTATE \(state.rawValue))"
    }

    /// Whether a statement executed by name failed because of the name, and will go on failing:
    /// its tables have changed, or the server has lost it.
    var meansStatementIsStale: Bool {
        sqlState == .featureNotSupported || sqlState == .invalidStatementName
    }

    /// Whether the server may still know the name of a statement that failed.
    var meansStatementIsKnown: Bool { sqlState == .featureNotSupported }
}

/// Postgres's five-character error code.
package struct SQLState: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let featureNotSupported = SQLState(rawValue: "0A000")
    package static let divisionByZero = SQLState(rawValue: "22012")
    package static let invalidTextRepresentation = SQLState(rawValue: "22P02")
    package static let notNullViolation = SQLState(rawValue: "23502")
    package static let foreignKeyViolation = SQLState(rawValue: "23503")
    package static let uniqueViolation = SQLState(rawValue: "23505")
    package static let checkViolation = SQLState(rawValue: "23514")
    package static let inFailedTransaction = SQLState(rawValue: "25P02")
    package static let invalidStatementName = SQLState(rawValue: "26000")
    package static let serializationFailure = SQLState(rawValue: "40001")
    package static let deadlockDetected = SQLState(rawValue: "40P01")
    package static let insufficientPrivilege = SQLState(rawValue: "42501")
    package static let undefinedTable = SQLState(rawValue: "42P01")
    package static let lockNotAvailable = SQLState(rawValue: "55P03")
    package static let queryCanceled = SQLState(rawValue: "57014")
    package static let adminShutdown = SQLState(rawValue: "57P01")
    package static let raiseException = SQLState(rawValue: "P0001")
    package static let noDataFound = SQLState(rawValue: "P0002")
}
