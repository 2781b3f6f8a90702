internal import TTRPC
internal import TenancyCommandLine

/// Makes each call many times over, and looks at what the database read for it.
struct ScaleMeter {
    let database: ScaleDatabase
    let services: ScaleServices
    let options: CallOptions
    /// What is measured, and how many times over.
    let kinds: [ScaleCall]
    let calls: Int
    /// How long the service's connections take to tell what they have counted.
    let countersDelay: Duration

    /// What the server does not serve is left out, which the report takes for a failure.
    ///
    /// - Parameter tenants: how many there are; the calls are spread over all of them.
    func measure(tenants: Int) async throws -> [ScaleCall: ScaleReport.Measurement] {
        var measurements: [ScaleCall: ScaleReport.Measurement] = [:]
        for call in kinds {
            TextFile.report("measuring \(call.rawValue)\n")
            do {
                measurements[call] = try await measure(call, tenants: tenants)
            } catch let error as RPCError where error.code == .unimplemented {
                // A server of another version; the others are still compared.
                TextFile.report("this server does not serve \(call.rawValue)\n")
            }
        }
        return measurements
    }

    private func measure(
        _ call: ScaleCall, tenants: Int
    ) async throws -> ScaleReport.Measurement {
        let aims = try await aims(of: call, tenants: tenants)
        // Statements are prepared and caches filled before anything is counted.
        _ = try await run(call, aims)
        try await Task.sleep(for: countersDelay)
        let before = try await database.counters()
        let latencies = try await run(call, aims)
        try await Task.sleep(for: countersDelay)
        let after = try await database.counters()
        return ScaleReport.Measurement(
            p50: latencies.percentile(0.5), p99: latencies.percentile(0.99),
            access: after.access(since: before, calls: calls))
    }

    /// Which tenant each call is about, and which page of it.
    private func aims(
        of call: ScaleCall, tenants: Int
    ) async throws(RPCError) -> [(index: Int, pageToken: String)] {
        var aims: [(index: Int, pageToken: String)] = []
        var random = UInt64(tenants)
        for _ in 0..<calls {
            // An order that looks random and is the same in every run.
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let index = Int((random >> 33) % UInt64(tenants))
            aims.append((index, try await call.pageToken(services, index, options)))
        }
        return aims
    }

    private func run(
        _ call: ScaleCall, _ aims: [(index: Int, pageToken: String)]
    ) async throws(RPCError) -> LatencyHistogram {
        var latencies = LatencyHistogram()
        for aim in aims {
            let started = ContinuousClock.now
            try await call.make(services, aim.index, pageToken: aim.pageToken, options)
            let (seconds, attoseconds) = (ContinuousClock.now - started).components
            latencies.record(
                nanoseconds: UInt64(seconds) * 1_000_000_000
                    + UInt64(attoseconds / 1_000_000_000))
        }
        return latencies
    }
}
