internal import Configuration
internal import Foundation
internal import SystemPackage

extension ServiceConfiguration {
    /// The settings of the command line first, then of `TENANCY_*` in the environment, then of the
    /// JSON file that `--config-file` or `TENANCY_CONFIG_FILE` names.
    ///
    /// - Parameter arguments: The command line, without the program's name.
    /// - Returns: The settings, and the variables that look like settings and are none.
    /// - Throws: `ConfigurationError` naming a setting and the rule it breaks; an error of the file
    ///   system's when the file cannot be read or is not JSON.
    package static func load(
        arguments: [String]
    ) async throws -> (configuration: ServiceConfiguration, unknownVariables: [String]) {
        let names = SettingNames()
        let commandLine = CommandLineArgumentsProvider(arguments: ["tenancyd"] + arguments)
        let environment = EnvironmentVariablesProvider(
            secretsSpecifier: .specific(["TENANCY_DATABASE_URL"])
        ).prefixKeys(with: "tenancy")
        var providers: [any ConfigProvider] = [commandLine, environment]
        let path = ConfigReader(providers: providers, accessReporter: names)
            .string(forKey: "config.file")
        if let path {
            providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(path)))
        }
        let configuration = try ServiceConfiguration(
            reading: ConfigReader(providers: providers, accessReporter: names))
        let file = path.flatMap { FileManager.default.contents(atPath: $0) }
        if let unknown = names.unknown(arguments: arguments, file: file) {
            throw ConfigurationError(
                key: unknown, rule: "is no setting; Sources/tenancyd/OPERATIONS.md lists them")
        }
        return (
            configuration, names.unknownVariables(ProcessInfo.processInfo.environment)
        )
    }
}
