internal import Tenancy
internal import Testing

@Suite struct JobTests {
    @Test("A run adds up its steps and remembers where it is")
    func progress() throws {
        let tenant = try #require(TenantID(9))
        let position = JobProgress.Position(dueAt: Timestamp(microseconds: 1), tenant: tenant)
        var progress = JobProgress()
        progress.take(.init(done: 50, position: position, goesOn: true))
        progress.take(.init(done: 3, failed: [tenant], goesOn: true))
        #expect(progress.position == position)
        #expect(!progress.isFinished)
        progress.take(.init(done: 0, goesOn: false))
        #expect(progress.isFinished)
        #expect(progress.done == 53)
        #expect(progress.failed == [tenant])
    }

    @Test("So many failures are counted, and only some are named")
    func failures() throws {
        let tenants = (1...50).compactMap { TenantID($0) }
        var progress = JobProgress()
        for _ in 0..<3 { progress.take(.init(done: 0, failed: tenants, goesOn: true)) }
        #expect(progress.failedCount == 150)
        #expect(progress.failed == Array(tenants.prefix(JobProgress.namedMax)))
    }

    @Test("There is no wait while there is work, and a longer one after each failure")
    func pace() {
        var pace = SchedulerPace(interval: .seconds(1))
        #expect(pace.wait(after: .worked, fraction: 1) == .zero)
        #expect(pace.wait(after: .idle, fraction: 1) == .seconds(1))
        #expect(pace.wait(after: .idle, fraction: 0) == .milliseconds(500))
        let waits = (0..<7).map { _ in pace.wait(after: .failed, fraction: 1) }
        #expect(waits == [2, 4, 8, 16, 16, 16, 16].map { .seconds($0) })
        #expect(pace.wait(after: .idle, fraction: 1) == .seconds(1))
        #expect(pace.wait(after: .failed, fraction: 1) == .seconds(2))
    }
}
