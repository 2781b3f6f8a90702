internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A watch of any kind", .timeLimit(.minutes(5)))
struct WatchLifeTests {
    @Test("ends once the key that watches stops working", arguments: ["revoked", "expired"])
    func keyStops(how: String) async throws {
        let deployment = try await Deployment.shared()
        let (code, key) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("keyed-\(how)")
            return (
                code, try await services.createKey(of: code, ["view_config", "view_activity"])
            )
        }
        try await deployment.withServices(over: deployment.anonymousTLS) { program in
            let options = CallOptions.bearing(key.apiKey)
            var settings = try await SettingsWatching(
                program, .init(tenantCode: code), options: options)
            #expect(try await settings.next()?.type == .snapshotComplete)
            var activity = try await ActivityWatching(
                program, .init(tenantCode: code), options: options)
            #expect(try await activity.next()?.type == .heartbeat)
            // It goes on for as long as the key works.
            try await deployment.withServices(over: .unix) {
                _ = try await $0.set("flags", "true", .feature, of: code)
            }
            #expect(try await settings.nextEvent()?.configuration?.configKey == "flags")
            if how == "revoked" {
                try await deployment.withServices(over: .unix) {
                    try await $0.revoke(key.keyId, of: code)
                }
            } else {
                try await deployment.expire(key.keyId)
            }
            let ended = try await expectFailure(.unauthenticated) {
                while try await settings.next() != nil {}
            }
            #expect(try ended.errorInfo?.reason == "UNAUTHENTICATED")
            try await expectFailure(.unauthenticated) {
                while try await activity.next() != nil {}
            }
        }
    }

    @Test("is refused when the server has as many as it may, and let in when one has ended")
    func limit() async throws {
        let deployment = try await Deployment(settings: ["TENANCY_LIMITS_WATCHES_MAX": "3"])
        try await deployment.withServices(over: .unix) { services in
            let codes = [
                try await services.createTenant("first"), try await services.createTenant("second"),
            ]
            var settings = try await SettingsWatching(
                services, .init(tenantCode: codes[0]))
            #expect(try await settings.next()?.type == .snapshotComplete)
            // A watch that nobody holds any more has ended.
            var held: [ActivityWatching] = []
            for code in codes {
                var activity = try await ActivityWatching(
                    services, .init(tenantCode: code))
                #expect(try await activity.next()?.type == .heartbeat)
                held.append(activity)
            }
            for code in codes {
                let error = try await expectFailure(.resourceExhausted) {
                    var refused = try await SettingsWatching(
                        services, .init(tenantCode: code))
                    return try await refused.next()
                }
                #expect(try error.errorInfo?.reason == "TOO_MANY_WATCHES")
                #expect(try error.errorInfo?.metadata["max"] == "3")
                try await expectFailure(.resourceExhausted) {
                    var refused = try await ActivityWatching(
                        services, .init(tenantCode: code))
                    return try await refused.next()
                }
                try await expectFailure(.resourceExhausted) {
                    let refused = try await services.quotas.watchQuota()
                    try await refused.requests.write(.init(tenantCode: code))
                    var events = refused.responses.makeAsyncIterator()
                    return try await events.next()
                }
            }
            settings.call.requests.finish()
            while try await settings.next() != nil {}
            var again = try await SettingsWatching(
                services, .init(tenantCode: codes[1]))
            #expect(try await again.next()?.type == .snapshotComplete)
            withExtendedLifetime(held) {}
        }
        try await deployment.shutdown()
    }

    @Test("is told when its server stops, and goes on at once where it was")
    func serverStops() async throws {
        let deployment = try await Deployment()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("stopping")
        }
        var token = ""
        try await deployment.withServices(over: .unix) { services in
            var settings = try await SettingsWatching(
                services, .init(tenantCode: code))
            token = try #require(try await settings.next()?.resumeToken)
            var activity = try await ActivityWatching(
                services, .init(tenantCode: code))
            #expect(try await activity.next()?.type == .heartbeat)
            deployment.signalServer(SIGTERM)
            let ended = try await expectFailure(.unavailable) {
                while try await settings.next() != nil {}
            }
            #expect(try ended.retryInfo != nil)
            try await expectFailure(.unavailable) { while try await activity.next() != nil {} }
        }
        #expect(try await deployment.serverExitStatus() == 0)
        try await deployment.startServer()
        try await deployment.withServices(over: .unix) { services in
            var settings = try await SettingsWatching(
                services, .init(tenantCode: code, resumeToken: token))
            #expect(try await settings.next()?.type == .heartbeat)
            try await services.set("flags", "true", .feature, of: code)
            #expect(try await settings.nextEvent()?.configuration?.version == 1)
        }
        try await deployment.shutdown()
    }
}
