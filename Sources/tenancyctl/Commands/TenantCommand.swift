internal import ArgumentParser
internal import ProtobufSchema
internal import TenancyCommandLine

/// The usual calls on tenants.
struct TenantCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Create, show and list tenants.",
        subcommands: [TenantCreateCommand.self, TenantGetCommand.self, TenantListCommand.self])
}

/// Shows one tenant.
struct TenantGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show a tenant.")

    @Argument(help: "The tenant's code, or id: and its number.")
    var tenant: TenantName

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    func run() async throws {
        try await ServerSession.with(connection, output.output) { session in
            let answer = try await session.call(
                "bfc.tenancy.v1.TenantService/GetTenant", .object([tenant.member]))
            session.print(answer["tenant"] ?? answer)
        }
    }
}

/// Lists tenants, page after page.
struct TenantListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List tenants in the order of their ids.",
        discussion: "With --output json each tenant is one JSON value on a line of its own.")

    @Option(help: "Only tenants with this status: active, suspended, inactive.")
    var status: String?
    @Option(help: "Only tenants of this type: bank, broker, fintech, enterprise.")
    var type: String?
    @Option(help: "Only tenants whose code or name begins with this text.")
    var query: String?
    @Option(help: "The most tenants to list; 0 for all of them.")
    var limit = 0

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    /// The largest page that the server gives.
    static let pageSizeMax = 1000

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit must not be negative") }
    }

    func run() async throws {
        try await ServerSession.with(connection, output.output) { session in
            var table = TextTable([
                ("ID", .right), ("CODE", .left), ("NAME", .left), ("TYPE", .left),
                ("STATUS", .left),
            ])
            var token = ""
            var listed = 0
            repeat {
                let answer = try await session.call(
                    "bfc.tenancy.v1.TenantService/ListTenants",
                    request(pageToken: token, listed: listed))
                let tenants = answer["tenants"]?.elements ?? []
                for tenant in tenants {
                    if output.output == .json { session.print(tenant) }
                    table.append(Self.row(tenant))
                }
                listed += tenants.count
                token = answer["nextPageToken"]?.display ?? ""
            } while !token.isEmpty && (limit == 0 || listed < limit)
            if output.output == .text { TextFile.print(table.text) }
        }
    }

    func request(pageToken: String, listed: Int) -> JSONValue {
        let size = limit == 0 ? Self.pageSizeMax : min(Self.pageSizeMax, limit - listed)
        var members: [JSONValue.Member] = [.init("pageSize", .number(String(size)))]
        if !pageToken.isEmpty { members.append(.init("pageToken", .string(pageToken))) }
        if let status { members.append(.init("status", .string(status))) }
        if let type { members.append(.init("tenantType", .string(type))) }
        if let query { members.append(.init("query", .string(query))) }
        return .object(members)
    }

    static func row(_ tenant: JSONValue) -> [String] {
        [
            tenant["id"]?.display ?? "", tenant["tenantCode"]?.display ?? "",
            tenant["tenantName"]?.display ?? "",
            enumeration(tenant["tenantType"], prefix: "TENANT_TYPE_"),
            enumeration(tenant["status"], prefix: "TENANT_STATUS_"),
        ]
    }

    private static func enumeration(_ value: JSONValue?, prefix: String) -> String {
        let name = value?.display ?? ""
        return name.hasPrefix(prefix) ? name.dropFirst(prefix.count).lowercased() : name
    }
}

extension JSONValue {
    /// The elements of an array; `nil` for anything else.
    var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The value in a cell of a table: strings without quotes, fit for a terminal.
    var display: String {
        switch self {
        case .string(let text): TerminalText.escaped(text)
        case .number(let text): text
        default: text()
        }
    }
}
