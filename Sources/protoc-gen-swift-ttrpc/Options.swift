internal import ProtobufSchema

/// What the caller asks for behind `--swift-ttrpc_out=`, as `name=value` joined by commas.
struct Options {
    /// The C module with protoc-c's structs.
    var cModule = ""
    /// Packages whose types go without a prefix, themselves and everything below them.
    var barePackages: [String] = []
    /// The name of an enum that holds the descriptors; none is made when empty.
    var schemaName = ""
    /// The name of an enum that lists the services; none is made when empty.
    var servicesName = ""

    init(_ parameter: String) throws(SchemaError) {
        for option in parameter.split(separator: ",") {
            let parts = option.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { throw SchemaError("option \(option) has no value") }
            let value = String(parts[1])
            switch parts[0] {
            case "c_module": cModule = value
            case "bare": barePackages.append(value)
            case "schema": schemaName = value
            case "services": servicesName = value
            default: throw SchemaError("option \(parts[0]) is not known")
            }
        }
        guard !cModule.isEmpty else { throw SchemaError("option c_module is missing") }
    }

    func isBare(package: String) -> Bool {
        barePackages.contains { package == $0 || package.hasPrefix($0 + ".") }
    }
}
