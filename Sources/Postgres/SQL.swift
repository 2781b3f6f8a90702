/// A statement with its values. Interpolation binds: `"WHERE id = \(id)"` sends `WHERE id = $1` and
/// the value beside it, so a value can never become SQL. Raw text is spelled out:
/// `\(unsafeSQL: text)`.
package struct SQL: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The statement with `$1`, `$2` … where values go.
    package private(set) var text: String
    /// The values in their order.
    package private(set) var values: [PostgresValue]
    /// Whether the statement is worth preparing. Text that holds a literal of its own, such as a
    /// scope, would fill the statement cache with copies of itself.
    package var isPrepared = true

    package init(stringLiteral text: String) {
        self.text = text
        values = []
    }

    /// - Parameter text: Trusted text, such as the contents of a resource.
    package init(unsafeSQL text: String) {
        self.init(stringLiteral: text)
    }

    /// Trusted text that is sent once and not prepared.
    package static func once(unsafeSQL text: String) -> SQL {
        var sql = SQL(unsafeSQL: text)
        sql.isPrepared = false
        return sql
    }

    /// The statement behind trusted text such as `EXPLAIN`, with the same values.
    package func following(unsafeSQL prefix: String) -> SQL {
        var sql = self
        sql.text = prefix + text
        return sql
    }

    package init(stringInterpolation interpolation: StringInterpolation) {
        text = interpolation.text
        values = interpolation.values
    }

    /// The text alone: values are not for logs.
    package var description: String { text }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var values: [PostgresValue] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 4 * interpolationCount)
            values.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        package mutating func appendInterpolation(_ value: some PostgresEncodable) {
            values.append(value.postgresValue)
            text += "$\(values.count)"
        }

        /// A value that may be NULL. It has a label of its own because the compiler warns of every
        /// optional that is interpolated without one.
        package mutating func appendInterpolation<Value: PostgresEncodable>(
            optional value: Value?
        ) {
            values.append(value.postgresValue)
            text += "$\(values.count)"
        }

        package mutating func appendInterpolation(unsafeSQL fragment: String) {
            text += fragment
        }

        /// A part of a statement with its values, which move behind those that are there. Its text
        /// has no `$` but those of its values.
        package mutating func appendInterpolation(sql fragment: SQL) {
            let parts = fragment.text.split(separator: "$", omittingEmptySubsequences: false)
            text += parts[0]
            for part in parts.dropFirst() {
                let digits = part.prefix { $0.isASCII && $0.isNumber }
                guard let number = Int(digits) else {
                    preconditionFailure("a dollar sign in a part of a statement is a value's")
                }
                text += "$\(number + values.count)" + part.dropFirst(digits.count)
            }
            values += fragment.values
        }
    }
}
