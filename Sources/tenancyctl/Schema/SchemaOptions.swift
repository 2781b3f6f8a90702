internal import ArgumentParser

/// Where a command knows services and messages from.
struct SchemaOptions: ParsableArguments {
    @Flag(
        help: """
            Do not ask the server which services and messages it has; take those that this \
            command was built with.
            """)
    var offline = false

    var source: SchemaSource { offline ? .builtIn : .server }
}

/// Where services and messages are known from.
enum SchemaSource {
    /// The server tells, by reflection; to platform administrators and services only.
    case server
    /// The command was built with them.
    case builtIn
}
