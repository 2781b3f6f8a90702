internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Reservations, refunds, batches, leases of clients, policies", .timeLimit(.minutes(5)))
struct QuotaCallsTests {
    @Test("A reservation is committed with less, or released, or more where it says so")
    func reservations() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("reserve")
            let made = try await services.quotas.reserve(
                ReserveRequest(tenantCode: code, resource: .transactions, amount: 900))
            #expect(made.remaining == 100)
            let id = try #require(made.reservation?.reservationId)
            try await expectFailure(.resourceExhausted) {
                try await services.consume(101, .transactions, of: code)
            }
            try await expectFailure(.resourceExhausted) {
                try await services.quotas.commit(
                    CommitRequest(tenantCode: code, reservationId: id, actualAmount: 901))
            }
            let done = try await services.quotas.commit(
                CommitRequest(tenantCode: code, reservationId: id, actualAmount: 300))
            #expect(done.reservation?.state == .committed)
            let again = try await services.quotas.commit(
                CommitRequest(tenantCode: code, reservationId: id, actualAmount: 300))
            #expect(again == done)
            let ended = try await expectFailure(.failedPrecondition) {
                try await services.quotas.release(
                    ReleaseRequest(tenantCode: code, reservationId: id))
            }
            #expect(try ended.errorInfo?.reason == "RESERVATION_ENDED")
            #expect(try await services.consume(700, .transactions, of: code).current == 1_000)
            let refund = RefundRequest(
                tenantCode: code, resource: .transactions, amount: 50, reason: "a failed batch",
                idempotencyKey: "refund")
            #expect(try await services.quotas.refund(refund).remaining == 50)
            #expect(try await services.quotas.refund(refund).remaining == 50, "one effect")
            let excess = try await services.quotas.reserve(
                ReserveRequest(
                    tenantCode: code, resource: .transactions, amount: 10, excessPolicy: .take))
            let taken = try await services.quotas.commit(
                CommitRequest(
                    tenantCode: code,
                    reservationId: try #require(excess.reservation?.reservationId),
                    actualAmount: 50))
            #expect(taken.reservation?.committedAmount == 50)
            let released = try await expectFailure(.resourceExhausted) {
                try await services.quotas.reserve(
                    ReserveRequest(tenantCode: code, resource: .transactions, amount: 1))
            }
            #expect(try released.retryInfo != nil, "until the month ends")
        }
    }

    @Test("A refusal says when to come again, where waiting helps")
    func retries() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("retries")
            let quotas = services.quotas
            func refusals(_ resource: Resource) async throws -> [RPCError] {
                let max = resource == .transactions ? UInt64(1_000) : 10
                try await services.consume(max - 1, resource, of: code)
                let held = try await quotas.reserve(
                    ReserveRequest(tenantCode: code, resource: resource, amount: 1))
                let item = QuotaItem(resource: resource, amount: 2)
                var errors: [RPCError] = []
                for durability in [Durability.leased, .committed] {
                    errors.append(
                        try await expectFailure(.resourceExhausted) {
                            try await services.consume(
                                2, resource, of: code, durability: durability)
                        })
                }
                errors.append(
                    try await expectFailure(.resourceExhausted) {
                        try await services.consume(2, resource, of: code, key: "key-\(resource)")
                    })
                for key in ["", "batch-\(resource)"] {
                    errors.append(
                        try await expectFailure(.resourceExhausted) {
                            try await quotas.batchConsume(
                                BatchConsumeRequest(
                                    tenantCode: code, items: [item], allOrNone: true,
                                    idempotencyKey: key))
                        })
                }
                errors.append(
                    try await expectFailure(.resourceExhausted) {
                        try await quotas.reserve(
                            ReserveRequest(tenantCode: code, resource: resource, amount: 2))
                    })
                errors.append(
                    try await expectFailure(.resourceExhausted) {
                        try await quotas.commit(
                            CommitRequest(
                                tenantCode: code,
                                reservationId: held.reservation?.reservationId ?? "",
                                actualAmount: 2))
                    })
                // Nobody holds users ahead.
                guard resource != .users else { return errors }
                errors.append(
                    try await expectFailure(.resourceExhausted) {
                        try await quotas.acquireLease(
                            AcquireLeaseRequest(
                                tenantCode: code, resource: resource, amount: 2))
                    })
                return errors
            }
            let month: Int64 = 32 * 86_400
            for error in try await refusals(.transactions) {
                #expect(try error.errorInfo?.reason == "QUOTA_EXCEEDED")
                let seconds = try error.retryInfo?.retryDelay?.seconds ?? 0
                #expect(1...month ~= seconds, "the month ends: \(error)")
            }
            for error in try await refusals(.users) {
                #expect(try error.retryInfo == nil, "time gives no users back: \(error)")
            }
        }
    }

    @Test("A batch takes in order, or all or none")
    func batches() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("batch")
            let items = [
                QuotaItem(resource: .users, amount: 6), QuotaItem(resource: .users, amount: 6),
                QuotaItem(resource: .users, amount: 4),
                QuotaItem(resource: .transactions, amount: 5),
            ]
            for key in ["", "key"] {
                let none = try await expectFailure(.resourceExhausted) {
                    try await services.quotas.batchConsume(
                        BatchConsumeRequest(
                            tenantCode: code, items: items, allOrNone: true,
                            idempotencyKey: key))
                }
                #expect(try none.quotaFailure != nil)
            }
            let some = try await services.quotas.batchConsume(
                BatchConsumeRequest(tenantCode: code, items: items))
            #expect(some.results.map { $0.status?.code ?? 0 } == [0, 8, 0, 0])
            #expect(some.results.last?.answer?.current == 5)
            let answers = try await services.quotas.batchCheck(
                BatchCheckRequest(
                    tenantCode: code,
                    items: [
                        QuotaItem(resource: .users, amount: 1),
                        QuotaItem(resource: .transactions, amount: 995),
                    ])
            ).answers
            #expect(answers.map(\.allowed) == [false, true])
            #expect(answers.map(\.refusedBy) == ["resource:users", ""])
        }
    }

    @Test("A client's lease gives what it was granted, once, and gives back the rest")
    func clientLease() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("client")
            let lease = try #require(
                try await services.quotas.acquireLease(
                    AcquireLeaseRequest(tenantCode: code, resource: .apiCalls, amount: 100)
                ).lease)
            #expect(lease.granted == 100 && lease.sequence == 0)
            let renewal = RenewLeaseRequest(
                tenantCode: code, leaseId: lease.leaseId, sequence: 1, consumed: 60, wanted: 100)
            let renewed = try await services.quotas.renewLease(renewal).lease
            #expect(renewed?.granted == 160 && renewed?.consumed == 60)
            #expect(try await services.quotas.renewLease(renewal).lease?.granted == 160)
            try await expectFailure(.invalidArgument) {
                try await services.quotas.renewLease(
                    RenewLeaseRequest(
                        tenantCode: code, leaseId: lease.leaseId, sequence: 2, consumed: 161))
            }
            let returned = try await services.quotas.returnLease(
                ReturnLeaseRequest(
                    tenantCode: code, leaseId: lease.leaseId, sequence: 2, consumed: 75))
            #expect(returned.consumed == 75 && returned.returned == 85)
            let ended = try await expectFailure(.failedPrecondition) {
                try await services.quotas.renewLease(
                    RenewLeaseRequest(
                        tenantCode: code, leaseId: lease.leaseId, sequence: 3, consumed: 75))
            }
            #expect(try ended.errorInfo?.reason == "LEASE_ENDED")
            let all = try await services.quotas.acquireLease(
                AcquireLeaseRequest(
                    tenantCode: code, resource: .transactions, amount: 400,
                    timeToLive: .init(seconds: 1)))
            #expect(all.lease?.granted == 250, "a quarter of what is free")
            // Its time is over, and nobody has said what was consumed.
            try await deployment.waitUntil(
                """
                (SELECT current_transactions = 250 FROM tenant_subscriptions s
                    JOIN tenant_codes c USING (tenant_id) WHERE c.tenant_code = '\(code)')
                """)
            #expect(try await LeasedQuotaTests.unreconciled(deployment, of: code) == 0)
        }
    }

    @Test("A policy warns, sells what is above the limit, and its watch tells of it")
    func policies() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("policy")
            let policy = QuotaPolicy(
                resource: .transactions, warnPercentages: [50], overageAllowed: true,
                overagePricePaise: 250, overageMax: 100)
            let set = try await services.quotas.setQuotaPolicy(
                SetQuotaPolicyRequest(tenantCode: code, policy: policy))
            #expect(set.policy?.version == 1)
            try await expectFailure(.aborted) {
                try await services.quotas.setQuotaPolicy(
                    SetQuotaPolicyRequest(tenantCode: code, policy: policy, expectedVersion: 7))
            }
            let policies = try await services.quotas.getQuotaPolicy(.init(tenantCode: code))
                .policies
            #expect(policies.count == 4)
            #expect(policies.first { $0.resource == .transactions } == set.policy)
            let watch = try await services.quotas.watchQuota()
            try await watch.requests.write(WatchQuotaRequest(tenantCode: code))
            var events = watch.responses.makeAsyncIterator()
            #expect(try await events.next()?.type == .heartbeat)
            #expect(try await services.consume(500, .transactions, of: code).warning)
            _ = try await services.consume(600, .transactions, of: code)
            try await expectFailure(.resourceExhausted) {
                try await services.consume(1, .transactions, of: code)
            }
            var kinds: [QuotaAlertKind] = []
            while kinds.count < 3, let event = try await events.next() {
                if let alert = event.alert { kinds.append(alert.kind) }
            }
            #expect(kinds == [.threshold, .exhausted, .overage])
            watch.requests.finish()
            let quotas = try await services.quotas.getQuotas(.init(tenantCode: code)).quotas
            #expect(quotas?.transactions?.overage == 100)
            let usage = try await services.quotas.getUsage(.init(tenantCode: code))
            #expect(usage.overage.map(\.units) == [100])
            #expect(usage.overage.map(\.pricePaise) == [25_000])
            #expect(
                try await services.quotas.setQuotaPolicy(
                    SetQuotaPolicyRequest(
                        tenantCode: code,
                        policy: QuotaPolicy(
                            resource: .transactions, autoScaleStep: 100, autoScaleCeiling: 1_500)
                    )
                ).policy?.version == 2)
            #expect(try await services.consume(150, .transactions, of: code).max == 1_300)
            try await expectFailure(.resourceExhausted) {
                try await services.consume(300, .transactions, of: code)
            }
        }
    }
}
