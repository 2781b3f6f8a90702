internal import CoreMetrics
internal import TTRPC

/// The durations of calls, a timer for each method and status, made beforehand: measuring looks
/// nothing up but two indices, takes no lock and allocates nothing.
struct CallTimers: Sendable {
    /// By method, then by the number of the status.
    private let timers: [[Timer]]

    init(_ label: String, methods: [MethodName], factory: any MetricsFactory) {
        timers = methods.map { method in
            RPCError.Code.all.map { code in
                var dimensions = [
                    (CallAttributes.method, method.path), (CallAttributes.status, "\(code)"),
                    (CallAttributes.system, CallAttributes.systemName),
                ]
                if code != .ok { dimensions.append((CallAttributes.errorType, "\(code)")) }
                return Timer(label: label, dimensions: dimensions, factory: factory)
            }
        }
    }

    func record(_ method: Int, _ code: RPCError.Code, _ duration: Duration) {
        guard timers.indices.contains(method) else { return }
        let known = Int(code.rawValue)
        let index = timers[method].indices.contains(known) ? known : 2  // UNKNOWN
        timers[method][index].recordNanoseconds(Self.nanoseconds(duration))
    }

    /// A duration counts in 128 bits, whose division is a function call; what a call takes nearly
    /// always fits into 64, and is divided by one instruction.
    private static func nanoseconds(_ duration: Duration) -> Int64 {
        if let attoseconds = UInt64(exactly: duration.attoseconds) {
            return Int64(attoseconds / 1_000_000_000)
        }
        return Int64(clamping: duration.attoseconds / 1_000_000_000)
    }
}
