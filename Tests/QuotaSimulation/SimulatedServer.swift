internal import Tenancy

/// One server: the real ledger, and what its shell would keep.
final class SimulatedServer {
    struct Call {
        let client: Int
        let charges: [QuotaCharge]
        let isCommitted: Bool
    }

    let number: Int
    var holder: ModelDatabase.Holder
    var ledger: LeaseLedger
    var isUp = true
    /// Until when it does nothing: a stopped virtual machine, a long pause.
    var stalledUntil: UInt64 = 0
    var wakeAt = UInt64.max
    var calls: [LedgerTicket: Call] = [:]
    /// Who waits until the database has heard of a tenant.
    var listeners: Set<LedgerTicket> = []
    /// Calls whose clients are gone.
    var cancelled: Set<LedgerTicket> = []

    init(number: Int, holder: ModelDatabase.Holder) {
        self.number = number
        self.holder = holder
        ledger = LeaseLedger(settings: Self.settings)
    }

    func restart(holder: ModelDatabase.Holder) {
        self.holder = holder
        ledger = LeaseLedger(settings: Self.settings)
        isUp = true
        stalledUntil = 0
        wakeAt = .max
        calls = [:]
        listeners = []
        cancelled = []
    }

    static var settings: LedgerSettings {
        var settings = LedgerSettings()
        settings.idleTime = 600_000_000
        settings.forgetTime = 1_500_000_000
        settings.reportsPerExchangeMax = 3
        return settings
    }
}
