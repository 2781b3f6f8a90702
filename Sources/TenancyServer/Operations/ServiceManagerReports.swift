internal import ServiceLifecycle
package import Systemd

/// Keeps the service manager told that the server is alive, and that it has begun to stop. That it
/// is ready is said by whoever knows.
///
/// It stands last in its group, so that it is the first to hear of a shutdown.
package struct ServiceManagerReports: Service {
    private let manager: ServiceManager
    private let status: ServerStatus

    package init(manager: ServiceManager, status: ServerStatus) {
        self.manager = manager
        self.status = status
    }

    /// Reports until a graceful shutdown is asked for. A server whose loops are stuck is not
    /// reported alive, so that the service manager ends it.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { tasks in
            if let interval = manager.watchdogInterval {
                tasks.addTask { await reportLife(every: interval / 3) }
            }
            try? await gracefulShutdown()
            tasks.cancelAll()
        }
        manager.notify(.stopping)
    }

    private func reportLife(every interval: Duration) async {
        while !Task.isCancelled {
            if status.isAlive { manager.notify(.watchdog) }
            try? await Task.sleep(for: interval)
        }
    }
}
