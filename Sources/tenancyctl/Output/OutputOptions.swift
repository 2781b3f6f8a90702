internal import ArgumentParser

/// How answers and errors are printed.
struct OutputOptions: ParsableArguments {
    @Option(
        help: "text is for people; json is one JSON value a line, errors on standard error too.")
    var output = OutputFormat.text
}

/// For whom the output is.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// Tables, and indented JSON where the answer is a message.
    case text
    /// One JSON value on a line.
    case json
}
