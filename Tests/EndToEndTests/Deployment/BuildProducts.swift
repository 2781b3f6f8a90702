internal import Foundation

/// The programs that were built together with these tests.
enum BuildProducts {
    /// The folder of `tenancyd` and `tenancyctl`: the test bundle lies in it, or the program that
    /// runs the tests does.
    static let folder: String = {
        let candidates = [Bundle.main.bundlePath, CommandLine.arguments[0]] + CommandLine.arguments
        for candidate in candidates {
            var url = URL(fileURLWithPath: candidate).standardizedFileURL
            for _ in 0..<4 {
                if FileManager.default.isExecutableFile(atPath: url.path + "/tenancyd") {
                    return url.path
                }
                url.deleteLastPathComponent()
            }
        }
        return candidates[0]
    }()

    static func path(_ program: String) -> String {
        "\(folder)/\(program)"
    }
}
