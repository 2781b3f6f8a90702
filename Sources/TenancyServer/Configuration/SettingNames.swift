internal import Configuration
internal import Foundation
internal import Synchronization

/// The settings that there are, learned from what was asked for: so nobody keeps a list of them,
/// and a name that is mistyped is still noticed.
final class SettingNames: AccessReporter {
    private let asked = Mutex<Set<String>>([])

    func report(_ event: AccessEvent) {
        let name = event.metadata.key.components.joined(separator: ".")
        asked.withLock { _ = $0.insert(name) }
    }

    /// A flag or a setting of the file that nobody asks for.
    ///
    /// - Parameters:
    ///   - arguments: The command line, without the program's name.
    ///   - file: What the settings' file holds, if there is one.
    func unknown(arguments: [String], file: Data?) -> String? {
        let names = asked.withLock { $0 }
        let flags = Set(names.map { "--" + $0.split(separator: ".").joined(separator: "-") })
        for argument in arguments where argument.hasPrefix("--") {
            let flag = String(argument.prefix { $0 != "=" })
            if !flags.contains(flag) { return flag }
        }
        guard let file, let object = try? JSONSerialization.jsonObject(with: file) else {
            return nil
        }
        return Self.leaves(object, under: []).first { !names.contains($0) }
    }

    /// Variables that look like settings and are none. Other programs have their own, so this is
    /// no error.
    func unknownVariables(_ environment: [String: String]) -> [String] {
        let names = asked.withLock { $0 }
        let known = Set(names.map { ConfigurationError.variable(of: $0) })
        return environment.keys.filter { $0.hasPrefix("TENANCY_") && !known.contains($0) }.sorted()
    }

    private static func leaves(_ value: Any, under path: [String]) -> [String] {
        guard let object = value as? [String: Any] else { return [path.joined(separator: ".")] }
        return object.sorted { $0.key < $1.key }.flatMap { key, value in
            leaves(value, under: path + key.split(separator: ".").map(String.init))
        }
    }
}
