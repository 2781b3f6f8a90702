internal import CLinux
internal import Glibc
internal import Synchronization

/// One epoll instance and the thread that turns it.
///
/// Everything of a connection happens on the thread of its loop, so nothing there takes a lock. A
/// loop is also a task executor: an async handler started with the loop as its preference runs on
/// the same thread, with no hop. A turn is: wait, readiness handlers, work from other threads,
/// jobs, timers. Turn-end handlers run now and then between readiness handlers, before the jobs,
/// and at the end.
///
/// `@unchecked Sendable`: the mutable state below is touched by the loop's thread alone, which
/// `preconditionOnLoop` checks; what other threads may touch is behind `inbox`.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    /// How many readiness events one wait may bring.
    static let eventsPerTurnMax = 512
    /// After how many of them what they wrote is sent. With each of them, a peer that reads several
    /// connections is woken for each; after all of them, the first has waited for the last.
    static let eventsPerFlush = 8
    /// How many jobs of the loop's own run before descriptors are looked at again, and how many of
    /// lines: what has come meanwhile on another connection waits for as many.
    static let jobsPerTurnMax = 16
    /// How long a loop sleeps at most, in nanoseconds: one that no timer wakes looks around then.
    private static let sleepTimeMax = 60_000_000_000

    private struct Slot {
        var handler: (any ReadinessHandler)?
        var generation: UInt32
    }

    /// Something to run, and the line that it waits in; nil for the loop's own.
    struct Job {
        let job: UnownedJob
        /// Held until the job has run, which may be the last of its task.
        let line: JobLine?

        init(_ job: UnownedJob, in line: JobLine?) {
            self.job = job
            self.line = line
        }
    }

    private struct Inbox {
        var jobs: [Job] = []
        var work: [@Sendable () -> Void] = []
        /// Whether the loop's thread is, or is about to be, inside a wait that needs waking.
        var isWaiting = false
        var isStopping = false
        var hasStopped = false
    }

    /// The name of the loop's thread, at most 15 bytes.
    package let name: String
    /// How long to look for events again and again before sleeping. Zero sleeps at once; a caller
    /// who pays for latency with a core sets more.
    private let busyPoll: UInt64
    private let epoll: CInt
    private let wakeUp: CInt
    private let inbox = Mutex(Inbox())

    private var threadID: pthread_t?
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var timers = TimerHeap()
    /// The loop's own jobs, which go before those of lines: all of these may wait for one.
    private var ownJobs = FIFO<UnownedJob>()
    private var turns: TurnQueue<Job>
    private var arrivals: [Job] = []
    private var turnEnd: [any TurnEndHandler] = []
    private let events: UnsafeMutableBufferPointer<epoll_event>

    /// For whom there are jobs; use it on the loop.
    package let parties = JobParties()

    /// How many descriptors are ready in this turn; read it on the loop.
    package private(set) var readyCount = 0

    /// The clock as of the start of this turn, or of the last `lookAtClock` in it; read it on the
    /// loop.
    package private(set) var now = MonotonicInstant.now()

    /// - Throws: `SystemError` when the process is out of descriptors.
    package init(
        name: String, busyPoll: Duration = .zero, shares: PartyShareRule = .unlimited
    ) throws(SystemError) {
        self.name = name
        turns = TurnQueue(share: PartyShare(shares))
        self.busyPoll = MonotonicInstant(nanoseconds: 0).advanced(by: busyPoll).nanoseconds
        epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError("epoll_create1") }
        wakeUp = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeUp >= 0 else {
            let failure = SystemError("eventfd")
            close(epoll)
            throw failure
        }
        events = .allocate(capacity: Self.eventsPerTurnMax)
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: .max))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUp, &event) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }

    deinit {
        events.deallocate()
        close(wakeUp)
        close(epoll)
    }

    // MARK: - Where am I

    /// The loop whose thread this is, if it is one's.
    package static var current: EventLoop? {
        guard let pointer = pthread_getspecific(currentLoopKey) else { return nil }
        return Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
    }

    package var isCurrent: Bool {
        pthread_getspecific(currentLoopKey) == Unmanaged.passUnretained(self).toOpaque()
    }

    package func preconditionOnLoop() {
        precondition(isCurrent, "this belongs to another loop's thread")
    }

    // MARK: - Work from anywhere

    /// Runs `work` on the loop in a later turn; from any thread.
    package func execute(_ work: @escaping @Sendable () -> Void) {
        let stopped = inbox.withLock { inbox -> Bool in
            guard !inbox.hasStopped else { return true }
            inbox.work.append(work)
            wakeIfWaiting(&inbox)
            return false
        }
        // A stopped loop has no thread any more. Late work still has to run once: a continuation
        // that is never resumed would hold its task for ever.
        if stopped { runLate { _ in work() } }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        enqueue(Job(UnownedJob(job), in: nil))
    }

    func enqueue(_ job: Job) {
        if isCurrent { return append(job) }
        let stopped = inbox.withLock { inbox -> Bool in
            guard !inbox.hasStopped else { return true }
            inbox.jobs.append(job)
            wakeIfWaiting(&inbox)
            return false
        }
        if stopped { runLate { $0.run(job) } }
    }

    private func append(_ job: Job) {
        if let line = job.line {
            turns.append(job, to: line.turns)
        } else {
            ownJobs.append(job.job)
        }
    }

    /// Whether there are jobs, those of parties that are held too.
    private var hasJobs: Bool { !ownJobs.isEmpty || !turns.isEmpty }
    private var hasReadyJobs: Bool { !ownJobs.isEmpty || turns.isReady }

    /// What a stopped loop is still asked to do, and all that comes of it, done on the one thread
    /// that takes the place of the loop's own: what belongs to the loop stays with one thread.
    private func runLate(_ work: @escaping @Sendable (EventLoop) -> Void) {
        BlockingThread.shared.submit { [self] in
            // Late work that asks for more late work is already there.
            enter()
            defer { leave() }
            work(self)
            while hasJobs || !turnEnd.isEmpty {
                lookAtClock()
                runJobs()
                runTurnEnd()
            }
        }
    }

    private func enter() {
        pthread_setspecific(currentLoopKey, Unmanaged.passUnretained(self).toOpaque())
    }

    private func leave() {
        pthread_setspecific(currentLoopKey, nil)
    }

    /// Returns in the loop's next turn, behind what its descriptors have brought.
    package func nextTurn() async {
        await withCheckedContinuation { continuation in
            execute { continuation.resume() }
        }
    }

    private func wakeIfWaiting(_ inbox: inout Inbox) {
        guard inbox.isWaiting else { return }
        inbox.isWaiting = false
        var one: UInt64 = 1
        // The counter can only be full when a wake-up is pending anyway.
        _ = write(wakeUp, &one, MemoryLayout<UInt64>.size)
    }

    private func run(_ job: Job) {
        // Not isolated to a serial executor: what runs there is not where a nonisolated function
        // wants to be, and each would be enqueued once more to get there.
        job.job.runSynchronously(
            on: job.line?.asUnownedTaskExecutor() ?? asUnownedTaskExecutor())
    }

    // MARK: - Descriptors, on the loop

    /// Watches `descriptor`, level-triggered. The loop holds the handler until `deregister`.
    ///
    /// - Throws: `SystemError` when the kernel refuses (out of memory, or over
    ///   `fs.epoll.max_user_watches`).
    package func register(
        _ handler: any ReadinessHandler, descriptor: CInt, interest: Readiness
    ) throws(SystemError) -> Registration {
        preconditionOnLoop()
        let index: UInt32
        if let free = freeSlots.popLast() {
            index = free
            slots[Int(index)].handler = handler
        } else {
            index = UInt32(slots.count)
            slots.append(Slot(handler: handler, generation: 0))
        }
        let generation = slots[Int(index)].generation
        var event = epoll_event(
            events: interest.rawValue,
            data: epoll_data_t(u64: UInt64(generation) << 32 | UInt64(index)))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            let failure = SystemError("epoll_ctl")
            release(slot: index)
            throw failure
        }
        return Registration(
            descriptor: descriptor, slot: index, generation: generation, interest: interest)
    }

    /// Changes what the handler hears about. A system call only when something changes.
    package func setInterest(_ interest: Readiness, of registration: inout Registration) {
        preconditionOnLoop()
        guard registration.interest.rawValue != interest.rawValue else { return }
        registration.interest = interest
        let token = UInt64(registration.generation) << 32 | UInt64(registration.slot)
        var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: token))
        // Fails only for a descriptor that is not registered: a programmer's error.
        let result = epoll_ctl(epoll, EPOLL_CTL_MOD, registration.descriptor, &event)
        precondition(result == 0, "the descriptor was closed before it was deregistered")
    }

    /// Stops watching; call it before the descriptor is closed. Events already fetched for it in
    /// this turn are dropped.
    package func deregister(_ registration: Registration) {
        preconditionOnLoop()
        var event = epoll_event()
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, registration.descriptor, &event)
        release(slot: registration.slot)
    }

    private func release(slot index: UInt32) {
        slots[Int(index)].handler = nil
        slots[Int(index)].generation &+= 1
        freeSlots.append(index)
    }

    // MARK: - Timers, on the loop

    /// Runs `action` once the clock passes `deadline`.
    @discardableResult
    package func schedule(at deadline: MonotonicInstant, _ action: @escaping () -> Void) -> Timer {
        preconditionOnLoop()
        return timers.insert(deadline: deadline, action: action)
    }

    @discardableResult
    package func schedule(after delay: Duration, _ action: @escaping () -> Void) -> Timer {
        schedule(at: MonotonicInstant.now().advanced(by: delay), action)
    }

    /// The action will not run; what it captured is released now.
    package func cancel(_ timer: Timer) {
        preconditionOnLoop()
        timers.remove(timer)
    }

    package func reschedule(_ timer: Timer, at deadline: MonotonicInstant) {
        preconditionOnLoop()
        timers.move(timer, to: deadline)
    }

    /// Calls `handler` once, in this turn: after a few more descriptors, after all of them, or when
    /// everything else is done. It sends what others may still add to until then.
    package func atTurnEnd(_ handler: any TurnEndHandler) {
        preconditionOnLoop()
        turnEnd.append(handler)
    }

    // MARK: - Turning

    /// Asks the loop to stop once it has run what it was asked to run; from any thread. Timers that
    /// are not due by then never fire, and descriptors are not looked at any more.
    package func stop() {
        inbox.withLock { inbox in
            inbox.isStopping = true
            wakeIfWaiting(&inbox)
        }
    }

    /// Turns until `stop`; the calling thread is the loop's for that time.
    package func run() {
        enter()
        defer { leave() }
        repeat { turn() } while !hasToStop()
    }

    /// Brings `now` up to date. Who has just read from a socket does so: what is decided on what
    /// was read is then decided at a time after it came, however long the turn lasts.
    package func lookAtClock() { now = .now() }

    private func turn() {
        let count = wait()
        readyCount = count
        now = .now()
        for index in 0..<count {
            dispatch(events[index])
            if (index + 1) % Self.eventsPerFlush == 0 { runTurnEnd() }
        }
        drainInbox()
        runTurnEnd()
        runJobs()
        while let action = timers.popDue(at: now) { action() }
        runTurnEnd()
    }

    /// Whether this was the last turn. Decided when the turn is over, so that late work never meets
    /// a loop that is still at work.
    private func hasToStop() -> Bool {
        guard !hasJobs, turnEnd.isEmpty else { return false }
        return inbox.withLock { inbox in
            inbox.hasStopped = inbox.isStopping && inbox.jobs.isEmpty && inbox.work.isEmpty
            return inbox.hasStopped
        }
    }

    private func wait() -> Int {
        var timeout = nanosecondsToSleep()
        if timeout != 0, busyPoll > 0 {
            let end = min(
                MonotonicInstant.now().advanced(byNanoseconds: busyPoll),
                turns.nextRelease ?? .distantFuture)
            repeat {
                let count = epoll_wait(epoll, events.baseAddress, CInt(events.count), 0)
                if count > 0 { return Int(count) }
                if hasInbox() { return 0 }
            } while MonotonicInstant.now() < end
            timeout = nanosecondsToSleep()
        }
        if timeout != 0 {
            // Whoever adds to the inbox from here on sees `isWaiting` and writes to the eventfd.
            let mayWait = inbox.withLock { inbox -> Bool in
                guard inbox.jobs.isEmpty, inbox.work.isEmpty, !inbox.isStopping else {
                    return false
                }
                inbox.isWaiting = true
                return true
            }
            if !mayWait { timeout = 0 }
        }
        // Not `epoll_wait`, which knows milliseconds only: a timer due in 0.4 ms would come late or
        // spin the loop until then.
        let second = 1_000_000_000
        var time = timespec(tv_sec: timeout / second, tv_nsec: timeout % second)
        let count = epoll_pwait2(epoll, events.baseAddress, CInt(events.count), &time, nil)
        return max(0, Int(count))  // -1 is EINTR: the next turn waits again
    }

    private func hasInbox() -> Bool {
        inbox.withLock { !$0.jobs.isEmpty || !$0.work.isEmpty || $0.isStopping }
    }

    private func nanosecondsToSleep() -> Int {
        guard !hasReadyJobs, turnEnd.isEmpty else { return 0 }
        let deadline = min(
            timers.earliest ?? .distantFuture, turns.nextRelease ?? .distantFuture)
        let now = MonotonicInstant.now()
        guard deadline > now else { return 0 }
        return Int(clamping: min(deadline.nanoseconds - now.nanoseconds, UInt64(Self.sleepTimeMax)))
    }

    private func dispatch(_ event: epoll_event) {
        let token = event.data.u64
        guard token != .max else {
            var counter: UInt64 = 0
            _ = read(wakeUp, &counter, MemoryLayout<UInt64>.size)
            return
        }
        let index = Int(token & 0xffff_ffff)
        guard slots[index].generation == UInt32(token >> 32), let handler = slots[index].handler
        else { return }
        handler.descriptorIsReady(Readiness(rawValue: event.events))
    }

    private func drainInbox() {
        var work: [@Sendable () -> Void] = []
        inbox.withLock { inbox in
            inbox.isWaiting = false
            swap(&arrivals, &inbox.jobs)
            swap(&work, &inbox.work)
        }
        for job in arrivals { append(job) }
        arrivals.removeAll(keepingCapacity: true)
        for item in work { item() }
    }

    private func runJobs() {
        // Those that are there now: what they bring in turn waits for the next turn.
        for _ in 0..<min(ownJobs.count, Self.jobsPerTurnMax) {
            guard let job = ownJobs.popFirst() else { break }
            run(Job(job, in: nil))
        }
        runLines()
    }

    /// Counts what has been done for a line besides its jobs, since `begun`, as its party's.
    package func charge(_ line: JobLine, since begun: MonotonicInstant) {
        guard turns.hasShares else { return }
        let ended = MonotonicInstant.now()
        turns.charge(line.turns.party, nanoseconds: ended.nanoseconds(since: begun), now: ended)
    }

    private func runLines() {
        turns.release(now: now)
        guard turns.isReady else { return }
        var begun = turns.hasShares ? MonotonicInstant.now() : now
        for _ in 0..<min(turns.count, Self.jobsPerTurnMax) {
            guard let (job, party) = turns.popFirst() else { break }
            // To find it past those who are held is nobody's work.
            if turns.hasParked { begun = .now() }
            run(job)
            guard turns.hasShares else { continue }
            let ended = MonotonicInstant.now()
            turns.charge(party, nanoseconds: ended.nanoseconds(since: begun), now: ended)
            begun = ended
        }
    }

    private func runTurnEnd() {
        // A handler may ask for another handler; the list is walked by index until it is done.
        var index = 0
        while index < turnEnd.count {
            turnEnd[index].turnWillEnd()
            index += 1
        }
        turnEnd.removeAll(keepingCapacity: true)
    }
}

/// Which loop's thread this is. A `pthread` key: a task-local would not be seen by handlers, and
/// the key costs about 2 ns.
private let currentLoopKey: pthread_key_t = {
    var key = pthread_key_t()
    let result = pthread_key_create(&key, nil)
    precondition(result == 0, "the process is out of thread-specific keys")
    return key
}()

/// A watched descriptor. A value: its owner passes it back to the loop to change or end the watch.
package struct Registration {
    package let descriptor: CInt
    fileprivate let slot: UInt32
    fileprivate let generation: UInt32
    fileprivate(set) package var interest: Readiness
}
