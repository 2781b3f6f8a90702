internal import ArgumentParser
internal import ProtobufSchema
internal import TenancyCommandLine

/// The usual calls on quotas.
struct QuotaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quota", abstract: "Show, check, consume and reconcile quotas.",
        subcommands: [
            QuotaShowCommand.self, QuotaCheckCommand.self, QuotaConsumeCommand.self,
            QuotaReconcileCommand.self,
        ])
}

/// Shows the standing of every resource.
struct QuotaShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the standing of every resource of a tenant.")

    @Argument(help: "The tenant's code, or id: and its number.")
    var tenant: TenantName

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    func run() async throws {
        try await Self.show(tenant, connection, output.output)
    }

    static func show(
        _ tenant: TenantName, _ connection: ConnectionOptions, _ format: OutputFormat
    ) async throws {
        try await ServerSession.with(connection, format) { session in
            let answer = try await session.call(
                "bfc.tenancy.v1.QuotaService/GetQuotas", .object([tenant.member]))
            switch format {
            case .json: session.print(answer)
            case .text: TextFile.print(table(answer))
            }
        }
    }

    /// The answer of GetQuotas, a row for each resource.
    static func table(_ answer: JSONValue) -> String {
        var table = TextTable([
            ("RESOURCE", .left), ("AVAILABLE", .left), ("CURRENT", .right), ("MAX", .right),
            ("PERCENT", .right),
        ])
        for resource in ResourceName.allCases {
            guard let status = answer["quotas"]?[resource.rawValue] else { continue }
            let unit = resource == .storage ? " GB" : ""
            table.append([
                resource.rawValue, status["available"] == .bool(true) ? "yes" : "no",
                (status["current"]?.display ?? "") + unit, (status["max"]?.display ?? "") + unit,
                (status["percentage"]?.display ?? "") + " %",
            ])
        }
        return table.text
    }
}

/// Asks whether an amount is left.
struct QuotaCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Ask whether an amount is left, and take nothing.",
        discussion: """
            Exit status: 0 when it is left, 1 when it is not. Without a resource, shows all of \
            them.
            """)

    @Argument(help: "The tenant's code, or id: and its number.")
    var tenant: TenantName
    @Argument(help: "users, apiCalls, storage or transactions.")
    var resource: ResourceName?
    @Argument(help: "The units asked about, bytes for storage; 0 asks whether any unit is left.")
    var amount: UInt64 = 1

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    func run() async throws {
        guard let resource else {
            return try await QuotaShowCommand.show(tenant, connection, output.output)
        }
        try await ServerSession.with(connection, output.output) { session in
            let answer = try await session.call(
                "bfc.tenancy.v1.QuotaService/CheckQuota",
                .object([
                    tenant.member, .init("resource", .string(resource.protoName)),
                    .init("amount", .number(String(amount))),
                ]))
            session.printDecision(answer)
            guard answer["allowed"] == .bool(true) else {
                throw CommandFailure(.negativeAnswer)
            }
        }
    }
}

/// Takes an amount.
struct QuotaConsumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consume", abstract: "Take an amount if all of it is left.",
        discussion: "Exit status: 0 when it was taken, 24 (RESOURCE_EXHAUSTED) when it was not.")

    @Argument(help: "The tenant's code, or id: and its number.")
    var tenant: TenantName
    @Argument(help: "users, apiCalls, storage or transactions.")
    var resource: ResourceName
    @Argument(help: "The units to take, bytes for storage.")
    var amount: UInt64 = 1
    @Option(help: "The same key with the same request takes the amount once.")
    var idempotencyKey: String?
    @Flag(help: "Decide as if taking, and take nothing.")
    var validateOnly = false

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    func run() async throws {
        try await ServerSession.with(connection, output.output) { session in
            session.printDecision(
                try await session.call("bfc.tenancy.v1.QuotaService/Consume", request))
        }
    }

    var request: JSONValue {
        var members: [JSONValue.Member] = [
            tenant.member, .init("resource", .string(resource.protoName)),
            .init("amount", .number(String(amount))),
        ]
        if let idempotencyKey {
            members.append(.init("idempotencyKey", .string(idempotencyKey)))
        }
        if validateOnly { members.append(.init("validateOnly", .bool(true))) }
        return .object(members)
    }
}

extension ServerSession {
    /// Prints the answer of CheckQuota or Consume.
    fileprivate func printDecision(_ answer: JSONValue) {
        guard format == .text else { return print(answer) }
        TextFile.print(QuotaDecision.text(answer))
    }
}

/// A decision on one line.
enum QuotaDecision {
    static func text(_ answer: JSONValue) -> String {
        let word = answer["allowed"] == .bool(true) ? "allowed" : "not allowed"
        let number = { (name: String) in answer[name]?.display ?? "0" }
        return "\(word): \(number("current")) of \(number("max")) used"
            + " (\(number("percentage")) %), \(number("remaining")) left\n"
    }
}
