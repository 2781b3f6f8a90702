internal import ProtobufSchema
internal import TTRPC
internal import TenancyCommandLine

/// Finds services, methods, messages and enumerations by the names that people type.
struct SchemaIndex {
    let schema: Schema

    /// One method with the service that has it.
    struct Method {
        let service: ServiceType
        let method: MethodType

        var kind: MethodKind {
            switch (method.clientStreams, method.serverStreams) {
            case (false, false): .unary
            case (false, true): .serverStreaming
            case (true, false): .clientStreaming
            case (true, true): .bidirectionalStreaming
            }
        }

        /// The method for messages whose serialization is done elsewhere.
        var descriptor: MethodDescriptor<RawMessage, RawMessage> {
            MethodDescriptor(
                service: service.fullName, method: method.name, kind: kind,
                isIdempotent: method.idempotency != .unknown)
        }

        var path: String { "\(service.fullName)/\(method.name)" }
    }

    /// What `describe` may be asked about.
    enum Subject {
        case service(ServiceType)
        case method(Method)
        case message(MessageType)
        case enumeration(EnumType)
    }

    /// The service of a full name, or of its last parts when they name one service alone.
    ///
    /// - Throws: `CommandFailure` with `.usage`, which names the candidates.
    func service(_ name: String) throws(CommandFailure) -> ServiceType {
        try only(
            schema.services.filter { Self.matches($0.fullName, name) }, named: name,
            what: "service", all: schema.services.map(\.fullName)
        ) { $0.fullName }
    }

    /// The method of `SERVICE/METHOD` or `SERVICE.METHOD`.
    ///
    /// - Throws: `CommandFailure` with `.usage`, which names the candidates.
    func method(_ name: String) throws(CommandFailure) -> Method {
        guard let separator = name.lastIndex(of: "/") ?? name.lastIndex(of: ".") else {
            throw CommandFailure(.usage, "\"\(name)\" is not SERVICE/METHOD")
        }
        let service = try service(String(name[..<separator]))
        let methodName = String(name[name.index(after: separator)...])
        guard let method = service.method(named: methodName) else {
            let names = service.methods.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                .usage, "\(service.fullName) has no method \"\(methodName)\"; it has \(names)")
        }
        return Method(service: service, method: method)
    }

    /// Whatever has that name.
    ///
    /// - Throws: `CommandFailure` with `.usage`, which names the candidates.
    func subject(_ name: String) throws(CommandFailure) -> Subject {
        if name.contains("/") { return .method(try method(name)) }
        var found: [(name: String, subject: Subject)] = []
        for service in schema.services {
            if Self.matches(service.fullName, name) {
                found.append((service.fullName, .service(service)))
            }
            for method in service.methods
            where Self.matches("\(service.fullName).\(method.name)", name) {
                let method = Method(service: service, method: method)
                found.append((method.path, .method(method)))
            }
        }
        for file in schema.files {
            collect(file.enums, named: name, into: &found)
            for message in file.messages { collect(message, named: name, into: &found) }
        }
        return try only(found, named: name, what: "service, method, message or enumeration") {
            $0.name
        }.subject
    }

    // MARK: Matching

    private func collect(
        _ message: MessageType, named name: String,
        into found: inout [(name: String, subject: Subject)]
    ) {
        guard !message.isMapEntry else { return }
        if Self.matches(message.fullName, name) {
            found.append((message.fullName, .message(message)))
        }
        collect(message.enums, named: name, into: &found)
        for nested in message.messages { collect(nested, named: name, into: &found) }
    }

    private func collect(
        _ enums: [EnumType], named name: String,
        into found: inout [(name: String, subject: Subject)]
    ) {
        for type in enums where Self.matches(type.fullName, name) {
            found.append((type.fullName, .enumeration(type)))
        }
    }

    /// Whether `name` is the whole name or its last parts.
    static func matches(_ fullName: String, _ name: String) -> Bool {
        !name.isEmpty && (fullName == name || fullName.hasSuffix("." + name))
    }

    private func only<Element>(
        _ found: [Element], named name: String, what: String, all: [String] = [],
        _ fullName: (Element) -> String
    ) throws(CommandFailure) -> Element {
        if let exact = found.first(where: { fullName($0) == name }) { return exact }
        guard let first = found.first else {
            let known = all.isEmpty ? "" : "; there are \(all.joined(separator: ", "))"
            throw CommandFailure(.usage, "there is no \(what) \"\(name)\"\(known)")
        }
        guard found.count == 1 else {
            let names = found.map(fullName).joined(separator: ", ")
            throw CommandFailure(.usage, "\"\(name)\" may be any of \(names)")
        }
        return first
    }
}
