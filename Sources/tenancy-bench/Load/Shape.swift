internal import ArgumentParser

/// How the load is spread: connections times calls in flight on each.
struct Shape: Sendable, Hashable, CustomStringConvertible {
    /// The most connections; more than a process may open.
    static let connectionsMax = 20_000
    /// The most calls in flight on one connection.
    static let inFlightMax = 1_000

    let connections: Int
    let inFlight: Int

    /// Reads `16x1`.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count == 2, let connections = Int(parts[0]), let inFlight = Int(parts[1]),
            (1...Self.connectionsMax).contains(connections),
            (1...Self.inFlightMax).contains(inFlight)
        else { return nil }
        self.connections = connections
        self.inFlight = inFlight
    }

    var description: String { "\(connections)x\(inFlight)" }
}

/// Shapes as the command line lists them, `1x1,16x16`.
struct ShapeList: ExpressibleByArgument, Sendable, Hashable {
    let shapes: [Shape]

    init?(argument: String) {
        let texts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let shapes = texts.compactMap { Shape($0) }
        guard shapes.count == texts.count, !shapes.isEmpty else { return nil }
        self.shapes = shapes
    }

    var defaultValueDescription: String { shapes.map(\.description).joined(separator: ",") }

    static let usual = ShapeList(shapes: [(1, 1), (16, 1), (16, 16), (1000, 1)])

    private init(shapes: [(connections: Int, inFlight: Int)]) {
        self.shapes = shapes.compactMap { Shape("\($0.connections)x\($0.inFlight)") }
    }
}
