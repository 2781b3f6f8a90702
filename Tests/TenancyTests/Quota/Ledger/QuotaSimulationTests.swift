internal import QuotaSimulation
internal import Testing

@Suite struct QuotaSimulationTests {
    /// `make simulate` runs many more.
    @Test("Every rule holds under every fault", arguments: [UInt64(1), 2, 3, 4])
    func seeds(part: UInt64) throws {
        for seed in 0..<10 {
            var simulation = Simulation(seed: part * 1_000_000 + UInt64(seed))
            try simulation.run()
            #expect(simulation.takings > 0)
        }
    }

    @Test("A seed replays to the same events", arguments: UInt64(42)...45)
    func replay(seed: UInt64) throws {
        var first = Simulation(seed: seed)
        var second = Simulation(seed: seed)
        try first.run()
        try second.run()
        #expect(first.events == second.events && first.takings == second.takings)
        #expect(first.denials == second.denials)
    }
}
