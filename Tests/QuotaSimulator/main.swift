internal import Glibc
internal import QuotaSimulation

// Runs the seeds FIRST ..< FIRST + COUNT; prints those that break a rule, the first ten, and fails.
// Usage: quota-simulator COUNT [FIRST]

let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
let count = arguments.first ?? 1_000
let first = arguments.dropFirst().first ?? 1
var events = 0
var takings = 0
var denials = 0
var failures = 0
for seed in first..<(first + count) {
    var simulation = Simulation(seed: seed)
    do {
        try simulation.run()
    } catch {
        print("quota-simulator: \(error)")
        failures += 1
        if failures == 10 { break }
    }
    events += simulation.events
    takings += simulation.takings
    denials += simulation.denials
}
guard failures == 0 else { exit(1) }
print(
    "quota-simulator: \(count) seeds from \(first): \(events) events, \(takings) takings, "
        + "\(denials) denials, every rule held")
