internal import ArgumentParser
internal import ProtobufSchema
internal import TenancyCommandLine

/// Names the services, or the methods of one.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the services, or the methods of one.",
        discussion: "The server tells which it has.")

    @Argument(help: "The service, by its full name or its last part.")
    var service: String?

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Schema options")
    var schema: SchemaOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    func run() async throws {
        try await ServerSession.with(connection, output.output, schema: schema.source) { session in
            let services =
                if let service { [try session.index.service(service)] } else {
                    session.index.schema.services
                }
            let listing = Listing(services: services, showsMethods: service != nil)
            TextFile.print(output.output == .json ? listing.json : listing.text)
        }
    }
}

/// Services and their methods as `list` prints them.
struct Listing {
    let services: [ServiceType]
    /// Whether methods are listed instead of services.
    let showsMethods: Bool

    var text: String {
        guard showsMethods else { return services.map { $0.fullName + "\n" }.joined() }
        return methods.map { $0.path + "\n" }.joined()
    }

    /// One method on each line.
    var json: String {
        methods.map { method in
            let members: [JSONValue.Member] = [
                .init("service", .string(method.service.fullName)),
                .init("method", .string(method.method.name)),
                .init("kind", .string("\(method.kind)")),
                .init("request", .string(method.method.input)),
                .init("response", .string(method.method.output)),
            ]
            return JSONValue.object(members).text() + "\n"
        }.joined()
    }

    private var methods: [SchemaIndex.Method] {
        services.flatMap { service in
            service.methods.map { SchemaIndex.Method(service: service, method: $0) }
        }
    }
}
