internal import ServiceLifecycle
internal import TenancyServer
internal import UnixSignals

/// SIGHUP has certificates read anew at once.
struct Hangups: Service {
    let reload: ReloadSignal

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() { reload.request() }
    }
}
