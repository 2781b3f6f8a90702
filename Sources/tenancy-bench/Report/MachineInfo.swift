internal import Glibc
internal import TenancyCommandLine

/// Where the figures were taken: without it they cannot be compared with any others.
struct MachineInfo: Codable, Sendable, Equatable {
    /// The cores of the machine.
    var cores: Int
    var processor: String
    var kernel: String
    /// The version of the compiler, without its patch number, which a program cannot know.
    var swift: String
    /// Whether this program was built with optimisation. The server's build cannot be seen.
    var isOptimized: Bool

    static func current() -> MachineInfo {
        MachineInfo(
            cores: coreCount(), processor: processorName(), kernel: kernelRelease(),
            swift: swiftVersion, isOptimized: isOptimizedBuild)
    }

    var text: String {
        "\(cores) cores, \(processor), Linux \(kernel), Swift \(swift), "
            + (isOptimized ? "release build" : "DEBUG BUILD: figures mean nothing")
    }

    static func coreCount() -> Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    private static func kernelRelease() -> String {
        var name = utsname()
        guard uname(&name) == 0 else { return "unknown" }
        return withUnsafeBytes(of: &name.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func processorName() -> String {
        guard let text = try? TextFile.read("/proc/cpuinfo") else { return "unknown processor" }
        return processorName(inCPUInfo: text)
    }

    static func processorName(inCPUInfo text: String) -> String {
        for line in text.split(separator: "\n") where line.hasPrefix("model name") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            return String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return "unknown processor"
    }

    private static var swiftVersion: String {
        #if compiler(>=6.4)
            "6.4 or later"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    private static var isOptimizedBuild: Bool {
        #if DEBUG
            false
        #else
            true
        #endif
    }
}
