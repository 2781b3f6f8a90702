internal import ArgumentParser
internal import TTRPC
internal import TenancyAPI

/// The measured method.
enum MeasuredMethod: String, ExpressibleByArgument, CaseIterable, Codable, Sendable {
    case check
    case consume
}

/// The resource that calls ask for.
enum MeasuredResource: String, ExpressibleByArgument, CaseIterable, Codable, Sendable {
    case users
    case apiCalls
    case storage
    case transactions

    var resource: Resource {
        switch self {
        case .users: .users
        case .apiCalls: .apiCalls
        case .storage: .storage
        case .transactions: .transactions
        }
    }
}

/// What every call asks for: one unit of one resource, of one tenant after another.
struct Workload: Sendable {
    let method: MeasuredMethod
    let resource: Resource
    /// The tenants' codes, made once: naming a tenant must not cost time in every call.
    let codes: [String]
    let options: CallOptions

    /// The first call of a connection, which changes nothing.
    var warmUp: Workload {
        Workload(method: .check, resource: resource, codes: codes, options: options)
    }

    /// One call, and how it ended.
    func call(_ client: QuotaServiceClient, tenant index: Int) async -> Outcome {
        do throws(RPCError) {
            try await attempt(client, tenant: index)
            return .succeeded
        } catch {
            return Self.outcome(of: error, method: method)
        }
    }

    func attempt(_ client: QuotaServiceClient, tenant index: Int) async throws(RPCError) {
        switch method {
        case .check:
            var request = CheckQuotaRequest()
            request.tenantCode = codes[index]
            request.resource = resource
            request.amount = 1
            _ = try await client.checkQuota(request, options: options)
        case .consume:
            var request = ConsumeRequest()
            request.tenantCode = codes[index]
            request.resource = resource
            request.amount = 1
            _ = try await client.consume(request, options: options)
        }
    }

    /// RESOURCE_EXHAUSTED with a QuotaFailure is an answer of Consume. Without one it is a limit
    /// of the server's, and the load did not reach what was to be measured.
    static func outcome(of error: RPCError, method: MeasuredMethod) -> Outcome {
        let names = error.details.map(\.typeURL)
        let isQuota = names.contains { $0.hasSuffix("/google.rpc.QuotaFailure") }
        if method == .consume, error.code == .resourceExhausted, isQuota { return .denied }
        return .failed(error.code)
    }
}

/// Picks tenants in an order that looks random, so that tasks do not march in step from tenant to
/// tenant; the same seed picks the same ones.
struct TenantChoice: Sendable {
    private var state: UInt64
    private let count: UInt64

    init(seed: UInt64, count: Int) {
        state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1
        self.count = UInt64(max(1, count))
    }

    mutating func next() -> Int {
        // SplitMix64: three multiplications, against hundreds of nanoseconds for the system's.
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ mixed >> 31) % count)
    }
}
