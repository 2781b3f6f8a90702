internal import Glibc
internal import TenancyCommandLine

/// The process's limit of descriptors.
enum OpenFiles {
    /// What a process has open beside its connections, with room to spare.
    private static let reserve = 64

    /// Raises the soft limit as far as `connections` needs it.
    ///
    /// - Throws: `CommandFailure` with `.usage` when the hard limit is too low.
    static func allow(connections: Int) throws(CommandFailure) {
        let needed = rlim_t(connections + reserve)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        guard limit.rlim_cur < needed else { return }
        limit.rlim_cur = min(max(needed, limit.rlim_cur), limit.rlim_max)
        guard limit.rlim_cur >= needed,
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        else {
            throw CommandFailure(
                .usage,
                "\(connections) connections need \(needed) open files; this process may have"
                    + " \(limit.rlim_max)")
        }
    }
}
