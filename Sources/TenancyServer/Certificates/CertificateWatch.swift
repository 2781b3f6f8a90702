internal import CoreMetrics
internal import Logging
internal import OpenSSL
internal import Reactor
internal import TTRPC

/// Has certificates, keys, trust roots and revocation lists read anew when a file of theirs has
/// changed, and when it is asked to. What cannot be used changes nothing: it is logged and counted,
/// and tried again until it can.
final class CertificateWatch: Sendable {
    /// How often the files are looked at.
    private static let interval = Duration.seconds(2)

    private struct State {
        var versions: [KeyFile.Version?]
        var lastProblem = ""
    }

    private let files: [KeyFile]
    private let server: TTRPCServer
    private let logger: Logger
    private let versionsAtFirst: [KeyFile.Version?]
    private let succeeded = Counter(
        label: "tenancy.certificates.reloads", dimensions: [("outcome", "success")])
    private let failed = Counter(
        label: "tenancy.certificates.reloads", dimensions: [("outcome", "failure")])
    private let isCurrent = Meter(label: "tenancy.certificates.current")

    init(_ tls: ServiceConfiguration.TLS, server: TTRPCServer, logger: Logger) {
        files = ([tls.certificate, tls.key, tls.ca] + tls.revocationLists).map { KeyFile($0) }
        self.server = server
        self.logger = logger
        versionsAtFirst = files.map { try? $0.version() }
        isCurrent.set(1)
    }

    /// Until it is cancelled.
    func run(_ signal: ReloadSignal) async {
        var state = State(versions: versionsAtFirst)
        await signal.follow(every: Self.interval) { isAsked in
            await reload(isAsked: isAsked, &state)
        }
    }

    private func reload(isAsked: Bool, _ state: inout State) async {
        guard !Task.isCancelled else { return }
        // Before the files themselves: a change during the reading is then read again.
        let versions = try? await BlockingThread.shared.run { [files] in
            files.map { try? $0.version() }
        }
        guard let versions else { return }
        // Files are replaced one after the other: a certificate whose key has not come yet is tried
        // again although nothing has changed since.
        let isDue = state.versions != versions || !state.lastProblem.isEmpty
        state.versions = versions
        guard isDue || isAsked else { return }
        do {
            try await server.reloadCertificates()
            state.lastProblem = ""
            succeeded.increment()
            isCurrent.set(1)
            logger.notice("certificates read anew")
        } catch {
            let problem = "\(error)"
            // The same problem every two seconds is one problem.
            let isNew = state.lastProblem != problem
            state.lastProblem = problem
            failed.increment()
            isCurrent.set(0)
            guard isNew || isAsked else { return }
            logger.error(
                "certificates cannot be used; those of before go on",
                metadata: ["error": "\(problem)"])
        }
    }
}
