internal import TTRPC
internal import TenancyAPI

/// One watch of any kind: subscribes, and hands out what comes.
struct Watching<Request: WatchSubscription, Response: WatchAnswer> {
    let call: BidirectionalCall<Request, Response>
    private var responses: ResponseStream<Response>.AsyncIterator

    private init(
        _ call: BidirectionalCall<Request, Response>, _ request: Request
    ) async throws {
        self.call = call
        try await call.requests.write(request)
        responses = call.responses.makeAsyncIterator()
    }

    mutating func next() async throws -> Response? {
        try await responses.next()
    }

    mutating func nextEvent() async throws -> Response? {
        while let response = try await next() {
            if response.type != .heartbeat { return response }
        }
        return nil
    }

    func acknowledge(_ token: String) async throws {
        var request = Request()
        request.acknowledgedToken = token
        try await call.requests.write(request)
    }
}

protocol WatchSubscription: WireMessage {
    var acknowledgedToken: String { get set }
    init()
}

protocol WatchAnswer: WireMessage {
    var type: WatchEventType { get }
}

extension WatchActivityRequest: WatchSubscription {}
extension WatchActivityResponse: WatchAnswer {}
extension WatchConfigurationsRequest: WatchSubscription {}
extension WatchConfigurationsResponse: WatchAnswer {}

typealias ActivityWatching = Watching<WatchActivityRequest, WatchActivityResponse>
typealias SettingsWatching = Watching<WatchConfigurationsRequest, WatchConfigurationsResponse>

extension ActivityWatching {
    init(
        _ services: Services, _ request: WatchActivityRequest, options: CallOptions = .defaults
    ) async throws {
        try await self.init(
            try await services.activity.watchActivity(options: options), request)
    }
}

extension SettingsWatching {
    init(
        _ services: Services, _ request: WatchConfigurationsRequest,
        options: CallOptions = .defaults
    ) async throws {
        try await self.init(
            try await services.configurations.watchConfigurations(options: options), request)
    }
}
