internal import Glibc

/// The process's limit of descriptors.
enum OpenFiles {
    /// Raises the soft limit to the hard one: a shell's usual 1,024 would be used up long before
    /// the server's own limit of connections. The limit that holds then.
    static func raiseLimit() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 0 }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            // Not granted means the old limit holds, which is read back below.
            _ = setrlimit(resource, &limit)
            _ = getrlimit(resource, &limit)
        }
        return Int(clamping: limit.rlim_cur)
    }
}
