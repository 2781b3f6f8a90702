internal import ArgumentParser
internal import ProtobufSchema
internal import TenancyCommandLine

/// Creates a tenant from options or from a JSON file.
struct TenantCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a tenant.",
        discussion: """
            tenancyctl tenant create --code axis-securities --name "Axis Securities Ltd" \
            --type broker --admin-email admin@axissecurities.com --feature trading=true
            """)

    @Option(
        help: ArgumentHelp(
            "Read the whole request from a JSON file instead; - is standard input.",
            valueName: "file"))
    var json: String?

    @Option(help: "The unique code: lower-case letters, digits and inner hyphens.")
    var code: String?
    @Option(help: "The name of the institution.")
    var name: String?
    @Option(help: "bank, broker, fintech or enterprise.")
    var type: String?
    @Option(help: "active, suspended or inactive; active when not given.")
    var status: String?
    @Option(help: "Where its administrators are reached.")
    var adminEmail: String?
    @Option(help: "Where its users ask for help.")
    var supportEmail: String?
    @Option(help: "The unique domain of its white label.")
    var domain: String?
    @Option(help: "Where its logo is, an https URL.")
    var logoUrl: String?
    @Option(help: "The first colour of its brand, #RRGGBB.")
    var primaryColor: String?
    @Option(help: "The second colour of its brand, #RRGGBB.")
    var secondaryColor: String?
    @Option(help: "The body that licenses it: SEBI, RBI, IRDAI or another.")
    var regulatoryBody: String?
    @Option(help: "The number of its licence.")
    var licenseNumber: String?
    @Option(help: "The IANA time zone of its calendar months.")
    var timeZone: String?
    @Option(
        help: ArgumentHelp("A feature switch; may be repeated.", valueName: "name=true|false"))
    var feature: [String] = []
    @Option(help: "The same key with the same request gives the same answer.")
    var idempotencyKey: String?
    @Flag(help: "Check everything and create nothing.")
    var validateOnly = false

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    func validate() throws {
        if json != nil {
            guard try optionMembers().isEmpty else {
                throw ValidationError("--json holds the whole request: give no other field with it")
            }
        } else {
            guard code != nil, name != nil, type != nil, adminEmail != nil else {
                throw ValidationError(
                    "give --code, --name, --type and --admin-email, or the request with --json")
            }
            _ = try optionMembers()
        }
    }

    func run() async throws {
        let request = try request()
        try await ServerSession.with(connection, output.output) { session in
            session.print(
                try await session.call("bfc.tenancy.v1.TenantService/CreateTenant", request))
        }
    }

    private func request() throws -> JSONValue {
        guard let json else { return .object(try optionMembers()) }
        let text = try TextFile.read(json)
        do throws(JSONError) {
            return try JSONParser.parse(text)
        } catch {
            throw CommandFailure(.badInput, "\(json): \(error)")
        }
    }

    /// The fields that the options give, under their names in JSON.
    func optionMembers() throws -> [JSONValue.Member] {
        let texts: [(String, String?)] = [
            ("tenantCode", code), ("tenantName", name), ("tenantType", type), ("status", status),
            ("domain", domain), ("logoUrl", logoUrl), ("primaryColor", primaryColor),
            ("secondaryColor", secondaryColor), ("adminEmail", adminEmail),
            ("supportEmail", supportEmail), ("regulatoryBody", regulatoryBody),
            ("licenseNumber", licenseNumber), ("timeZone", timeZone),
            ("idempotencyKey", idempotencyKey),
        ]
        var members = texts.compactMap { name, value in
            value.map { JSONValue.Member(name, .string($0)) }
        }
        if !feature.isEmpty { members.append(.init("features", .object(try features()))) }
        if validateOnly { members.append(.init("validateOnly", .bool(true))) }
        return members
    }

    private func features() throws -> [JSONValue.Member] {
        var seen: Set<String> = []
        return try feature.map { text in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[1] == "true" || parts[1] == "false" else {
                throw ValidationError("--feature \(text): write it like trading=true")
            }
            guard seen.insert(parts[0]).inserted else {
                throw ValidationError("--feature \(parts[0]) is given twice")
            }
            return JSONValue.Member(parts[0], .bool(parts[1] == "true"))
        }
    }
}
