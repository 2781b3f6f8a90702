package import Configuration
internal import SystemPackage

extension ServiceConfiguration {
    /// Where settings come from: the command line first, then `TENANCY_*` in the environment, then
    /// the JSON file that `--config-file` or `TENANCY_CONFIG_FILE` names.
    ///
    /// - Throws: When the file cannot be read or is not JSON.
    package static func reader(arguments: [String]) async throws -> ConfigReader {
        let commandLine = CommandLineArgumentsProvider(arguments: arguments)
        let environment = EnvironmentVariablesProvider(
            secretsSpecifier: .specific(["TENANCY_DATABASE_URL"])
        ).prefixKeys(with: "tenancy")
        let first = ConfigReader(providers: [commandLine, environment])
        guard let path = first.string(forKey: "config.file") else { return first }
        let file = try await FileProvider<JSONSnapshot>(filePath: FilePath(path))
        return ConfigReader(providers: [commandLine, environment, file])
    }
}
