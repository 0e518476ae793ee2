import Foundation
import Simulation
import Testing

@Suite("Simulation") struct SimulationTests {
    /// One line of `seeds.txt`.
    struct Entry: Sendable, CustomTestStringConvertible {
        var seed: UInt64
        /// The defect that the seed once showed, or shows what it would do.
        var mutation: Mutation
        var testDescription: String { "\(seed) \(mutation.rawValue)" }
    }

    static let corpus: [Entry] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "seeds.txt")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 2, let seed = UInt64(words[0]), let mutation = Mutation(rawValue: String(words[1]))
            else { return nil }
            return Entry(seed: seed, mutation: mutation)
        }
    }()

    /// How many random schedules run; `TIDINGS_SCHEDULES` says another number.
    private static let schedules =
        ProcessInfo.processInfo.environment["TIDINGS_SCHEDULES"].flatMap(UInt64.init) ?? 3000

    @Test func `random schedules break no invariant`() {
        for seed in 1...max(1, SimulationTests.schedules) {
            let failure = World(seed: seed).run().failure
            #expect(failure == nil, "see it with: tidings-simulate --seed \(seed) --trace")
        }
    }

    @Test func `the same seed takes the same steps`() {
        for seed in 1...60 as ClosedRange<UInt64> {
            var traces: [[String]] = [[], []]
            for run in 0...1 { _ = World(seed: seed, print: { traces[run].append($0) }).run() }
            #expect(traces[0] == traces[1], "seed \(seed)")
        }
    }

    @Test(arguments: corpus) func `a seed of the corpus breaks with its defect, and without it no more`(_ entry: Entry)
    {
        #expect(World(seed: entry.seed).run().failure == nil)
        #expect(World(seed: entry.seed, mutation: entry.mutation).run().failure != nil)
    }

    @Test(arguments: Mutation.allCases) func `every defect is found within 3,000 seeds`(_ mutation: Mutation) {
        let seeds = 1...3000 as ClosedRange<UInt64>
        #expect(seeds.contains { World(seed: $0, mutation: mutation).run().failure != nil })
    }
}
