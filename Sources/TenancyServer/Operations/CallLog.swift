internal import Instrumentation
internal import Logging
internal import TTRPC
internal import TTRPCInstrumentation
internal import Tenancy

/// Puts calls into the log: those that failed by the server's own fault always, every other one at
/// the level `debug`. A call of a trace is found by its trace.
struct CallLog: ServerInterceptor {
    private let logger: Logger
    private let logsEveryCall: Bool

    init(logger: Logger) {
        self.logger = logger
        logsEveryCall = logger.logLevel <= .debug
    }

    func callEnded(
        _ context: borrowing ServerContext, code: RPCError.Code, duration: Duration
    ) {
        let isFault = code == .unknown || code == .internal || code == .dataLoss
        guard isFault || logsEveryCall else { return }
        let (seconds, attoseconds) = duration.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        let metadata: Logger.Metadata = [
            "rpc.method": "\(context.service)/\(context.method)",
            "rpc.response.status_code": "\(code)", "duration_us": "\(microseconds)",
            "peer": "\(context.peer.address)",
            "caller": "\(context.caller.principal.auditName)",
        ]
        // The logger asks for the trace that it is called in.
        InstrumentationContext.$current.withValue(context.instrumentation) {
            logger.log(level: isFault ? .error : .debug, "call", metadata: metadata)
        }
    }
}
