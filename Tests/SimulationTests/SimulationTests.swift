import Simulation
import Testing

@Suite("Simulation") struct SimulationTests {
    /// The first seed of a range that breaks with a mutation, or nil.
    private func caught(_ mutation: Mutation, within seeds: ClosedRange<UInt64>) -> UInt64? {
        seeds.first { World(seed: $0, mutation: mutation).run().failure != nil }
    }

    @Test func `random schedules break no invariant`() {
        for seed in 1...3000 as ClosedRange<UInt64> {
            let failure = World(seed: seed).run().failure
            #expect(failure == nil, "tidings-simulate --seed \(seed) --trace")
        }
    }

    @Test func `the same seed takes the same steps`() {
        for seed in 1...50 as ClosedRange<UInt64> {
            var traces: [[String]] = [[], []]
            for run in 0...1 { _ = World(seed: seed, print: { traces[run].append($0) }).run() }
            #expect(traces[0] == traces[1], "seed \(seed)")
        }
    }

    @Test(arguments: Mutation.allCases) func `every mutation is caught`(_ mutation: Mutation) {
        #expect(caught(mutation, within: 1...20_000) != nil)
    }
}
