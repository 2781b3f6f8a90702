internal import Glibc

/// The process as the kernel sees it, under the names that every Prometheus client library gives
/// them.
package enum ProcessMetrics {
    package static func observe(on registry: PrometheusRegistry) {
        registry.observe(
            .counter, "process.cpu", unit: "seconds", help: "User and system CPU time spent."
        ) {
            var usage = rusage()
            guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
            return seconds(usage.ru_utime) + seconds(usage.ru_stime)
        }
        registry.observe(
            .gauge, "process.resident_memory", unit: "bytes", help: "Resident memory size."
        ) { pages(field: 1) }
        registry.observe(
            .gauge, "process.virtual_memory", unit: "bytes", help: "Virtual memory size."
        ) { pages(field: 0) }
        registry.observe(
            .gauge, "process.open_fds", help: "Number of open file descriptors."
        ) { openDescriptors() }
        registry.observe(
            .gauge, "process.max_fds", help: "Maximum number of open file descriptors."
        ) {
            var limit = rlimit()
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            return getrlimit(resource, &limit) == 0 ? Double(limit.rlim_cur) : nil
        }
        let start = time(nil)
        registry.observe(
            .gauge, "process.start_time", unit: "seconds",
            help: "Start time of the process since the Unix epoch."
        ) { Double(start) }
    }

    private static func seconds(_ value: timeval) -> Double {
        Double(value.tv_sec) + Double(value.tv_usec) / 1e6
    }

    /// A number of /proc/self/statm, which counts pages.
    private static func pages(field: Int) -> Double? {
        guard let file = fopen("/proc/self/statm", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, CInt(line.count), file) != nil else { return nil }
        let text = line.withUnsafeBytes {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        let fields = text.split(separator: " ")
        guard field < fields.count, let count = Double(fields[field]) else { return nil }
        return count * Double(sysconf(CInt(_SC_PAGESIZE)))
    }

    private static func openDescriptors() -> Double? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without ".", ".." and the folder's own.
        return Double(max(0, count - 3))
    }
}
