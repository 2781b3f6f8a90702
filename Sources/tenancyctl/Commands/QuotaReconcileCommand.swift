internal import ArgumentParser
internal import ProtobufSchema
internal import TenancyCommandLine

/// Recomputes what a tenant has used, and compares.
struct QuotaReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Recompute what a tenant has used from the ledger, and compare.",
        discussion: "Exit status: 0 when they match to the unit, 1 when they do not.")

    @Argument(help: "The tenant's code, or id: and its number.")
    var tenant: TenantName

    @Option(help: "The month whose days are compared, as 2026-02; the present one if not given.")
    var month: String?

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    func run() async throws {
        var members = [tenant.member]
        if let month { members.append(.init("month", .string(month))) }
        let request = JSONValue.object(members)
        try await ServerSession.with(connection, output.output) { session in
            let answer = try await session.call(
                "bfc.tenancy.v1.QuotaService/ReconcileUsage", request)
            switch output.output {
            case .json: session.print(answer)
            case .text: TextFile.print(Self.table(answer))
            }
            guard answer["matches"] == .bool(true) else {
                throw CommandFailure(.negativeAnswer)
            }
        }
    }

    private static func table(_ answer: JSONValue) -> String {
        var table = TextTable([
            ("RESOURCE", .left), ("COUNTER", .right), ("LEDGER", .right), ("DAYS", .right),
            ("LEDGER OF DAYS", .right),
        ])
        guard case .array(let resources)? = answer["resources"] else { return table.text }
        for resource in resources {
            table.append(
                [resource["resource"]?.display ?? ""]
                    + ["counted", "recorded", "days", "recordedDays"].map {
                        resource[$0]?.display ?? "0"
                    })
        }
        return table.text
    }
}
