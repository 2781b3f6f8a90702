internal import Foundation
internal import Glibc
internal import TenancyCommandLine

/// What a process holds of the machine, as the kernel counts it.
struct ProcessUsage: Sendable {
    /// Resident memory, in bytes.
    let residentBytes: Int
    let descriptors: Int

    /// - Throws: `CommandFailure` when there is no such process, or none that may be looked at.
    static func of(_ pid: Int32) throws(CommandFailure) -> ProcessUsage {
        do {
            let pages = try String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8)
                .split(separator: " ")
            guard pages.count > 1, let resident = Int(pages[1]) else {
                throw CommandFailure(.negativeAnswer, "/proc/\(pid)/statm cannot be read")
            }
            let descriptors = try FileManager.default
                .contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
            return ProcessUsage(
                residentBytes: resident * Int(getpagesize()), descriptors: descriptors)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.negativeAnswer, "process \(pid): \(error.localizedDescription)")
        }
    }
}
