import Foundation
package import Linguistics

/// What a training run reads and how long it takes.
package struct TrainingPlan: Sendable {
    package var shape = ModelShape()
    /// Treebanks with gold trees; names where the file has them.
    package var gold: [String] = []
    /// Sentences that a larger model has labelled.
    package var silver: [String] = []
    /// Treebanks to score on.
    package var development: [String] = []
    /// Token files to score names on.
    package var nameDevelopment: [(path: String, format: NameCorpus.Format)] = []
    package var vectors: String?
    /// Words in lists of names: a word and its ``NameLists`` as a number a line.
    package var lists: String?
    /// Irregular verbs, for lemmas.
    package var irregular: String?
    /// Words read in all.
    package var words = 10_000_000
    /// The part of the words that comes from the gold treebanks.
    package var goldShare = 0.35
    package var silverWeight: Float = 0.7
    package var rate: Float = 2e-3
    package var batch = 700
    package var threads = 2
    package var seed: UInt64 = 1
    package var evaluations = 6
    package var dropout: (word: Float, layer: Float, heads: Float) = (0.1, 0.15, 0.2)

    package init() {}
}

/// Trains the network: Adam on batches that threads share, rate falling to nothing.
package final class Trainer {
    let plan: TrainingPlan
    let network: Network
    private let workers: [Worker]
    private let gold: [Example]
    private let silver: [Example]
    private let development: [(name: String, sentences: [GoldSentence], examples: [Example])]
    private let names: [(name: String, sentences: [GoldSentence], examples: [Example])]
    private let log: (String) -> Void
    private let lemmas: LemmaTables

    package init(_ plan: TrainingPlan, log: @escaping (String) -> Void) throws {
        var plan = plan
        self.log = log
        let goldSentences = try plan.gold.flatMap(Treebank.read).filter { $0.words.count <= 150 }
        let silverSentences = try plan.silver.flatMap(Treebank.read).filter {
            $0.words.count > 1 && $0.words.count <= 100
        }
        let vocabulary = Vocabulary(
            goldSentences + silverSentences,
            minimum: 2,
            labels: goldSentences,
            lists: try plan.lists.map(Self.readLists) ?? [:]
        )
        plan.shape.xpos = vocabulary.xpos.count
        plan.shape.upos = vocabulary.upos.count
        plan.shape.names = vocabulary.names.count
        plan.shape.relations = vocabulary.relations.count
        self.plan = plan
        lemmas = LemmaTables(
            goldSentences,
            tagged: silverSentences,
            irregular: try plan.irregular.map { try IrregularVerbs(path: $0) } ?? IrregularVerbs(),
            xpos: vocabulary.xpos,
            upos: vocabulary.upos
        )
        let vectors = try plan.vectors.map(Self.readVectors) ?? [:]
        network = Network(
            plan.shape,
            vocabulary,
            vectors: vectors,
            vectorWidth: vectors.first?.value.count ?? 16,
            seed: plan.seed
        )
        var cache: [String: [Int32]] = [:]
        gold = goldSentences.map { Example($0, vocabulary, weight: 1, cache: &cache) }
        silver = silverSentences.map { Example($0, vocabulary, weight: plan.silverWeight, cache: &cache) }
        development = try plan.development.map { path in
            let sentences = try Treebank.read(path)
            return (
                URL(fileURLWithPath: path).lastPathComponent, sentences,
                sentences.map { Example($0, vocabulary, weight: 1, cache: &cache) }
            )
        }
        names = try plan.nameDevelopment.map { path, format in
            let sentences = try NameCorpus.read(path, format)
            return (
                URL(fileURLWithPath: path).lastPathComponent, sentences,
                sentences.map { Example($0, vocabulary, weight: 1, cache: &cache) }
            )
        }
        let network = network
        workers = (0..<plan.threads).map {
            Worker(network, room: max(plan.batch + 200, 512), seed: plan.seed &+ UInt64($0) &+ 77)
        }
        log(
            "\(vocabulary.words.count) words with a row, \(vectors.count) vectors, \(gold.count) gold and \(silver.count) silver sentences"
        )
    }

    private static func readLists(_ path: String) throws -> [String: NameLists] {
        var lists: [String: NameLists] = [:]
        try Treebank.forEachLine(of: path) { line in
            let columns = line.split(separator: "\t")
            guard columns.count == 2, let set = UInt32(columns[1]) else { return }
            lists[Vocabulary.key(String(columns[0])), default: []].formUnion(NameLists(rawValue: set))
        }
        return lists
    }

    private static func readVectors(_ path: String) throws -> [String: [Float]] {
        var vectors: [String: [Float]] = [:]
        try Treebank.forEachLine(of: path) { line in
            let columns = line.split(separator: " ")
            guard columns.count > 2 else { return }
            vectors[String(columns[0])] = columns.dropFirst().map { Float($0) ?? 0 }
        }
        return vectors
    }

    /// Trains to the end of the plan.
    package func run() {
        let perStep = plan.batch * plan.threads
        let steps = plan.words / perStep
        var streams = [Stream(gold, seed: plan.seed), Stream(silver, seed: plan.seed + 1)]
        var random = RandomNumbers(plan.seed + 2)
        let start = Date()
        var words = 0
        for step in 1...steps {
            var batches: [[Example]] = []
            for _ in workers {
                let stream = silver.isEmpty || Double(random.unit()) < plan.goldShare ? 0 : 1
                batches.append(streams[stream].next(plan.batch))
            }
            words += batches.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }
            let scale = 1 / Float(plan.batch * plan.threads)
            // Unsafe only in that a worker is not Sendable: each iteration touches the worker of its own index, the network that they share is only read
            // until all have ended, and concurrentPerform waits for them.
            nonisolated(unsafe) let workers = workers
            let (given, plan) = (batches, plan)
            DispatchQueue.concurrentPerform(iterations: workers.count) { index in
                workers[index].dropout = .init(
                    word: plan.dropout.word,
                    layer: plan.dropout.layer,
                    heads: plan.dropout.heads
                )
                workers[index].forward(given[index], training: true)
                workers[index].backward(given[index], scale: scale)
            }
            update(step, of: steps)
            if step % 200 == 0 { report(step, steps, words, start) }
            if step % max(1, steps / plan.evaluations) == 0 || step == steps { log(evaluate()) }
        }
    }

    /// Writes the network as a model file.
    package func write(to path: String) throws {
        try Data(ModelWriter.bytes(network, lemmas: lemmas)).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    private func update(_ step: Int, of steps: Int) {
        let sum = workers[0].gradients
        for worker in workers.dropFirst() { sum.absorb(worker.gradients, width: plan.shape.width) }
        var optimiser = Optimiser()
        let warm = min(1, Float(step) / 300)
        let left = max(0.01, 1 - Float(step) / Float(steps))
        let correction = (1 - pow(optimiser.beta2, Float(step))).squareRoot() / (1 - pow(optimiser.beta1, Float(step)))
        optimiser.rate = plan.rate * warm * left * correction
        var norm: Float = 0
        for (index, parameter) in network.dense.enumerated() {
            for i in 0..<parameter.count { norm += sum.dense[index][i] * sum.dense[index][i] }
        }
        let clip = norm > 25 ? 5 / norm.squareRoot() : 1
        if clip < 1 {
            for (index, parameter) in network.dense.enumerated() {
                for i in 0..<parameter.count { sum.dense[index][i] *= clip }
            }
        }
        for (index, parameter) in network.dense.enumerated() {
            parameter.step(sum.dense[index], 0..<parameter.count, optimiser)
        }
        let width = plan.shape.width
        for row in sum.touched {
            let range = Int(row) * width..<(Int(row) + 1) * width
            network.embeddings.step(sum.rows, range, optimiser)
            sum.isTouched[Int(row)] = false
        }
        sum.touched.removeAll(keepingCapacity: true)
    }

    private func report(_ step: Int, _ steps: Int, _ words: Int, _ start: Date) {
        var losses = [Double](repeating: 0, count: 6)
        for worker in workers {
            for i in 0..<6 { losses[i] += worker.losses[i] }
            worker.losses = [Double](repeating: 0, count: 6)
        }
        let parts = zip(["arcs", "relations", "xpos", "upos", "names"], losses).map {
            "\($0) \(String(format: "%.3f", $1 / losses[5]))"
        }
        log(
            "\(step)/\(steps)  \(parts.joined(separator: "  "))  \(Int(Double(words) / -start.timeIntervalSinceNow)) words/s"
        )
    }

    // MARK: Scores

    private func evaluate() -> String {
        var lines: [String] = []
        for (name, sentences, examples) in development {
            var score = TreeScore()
            predict(examples) { index, prediction in score.add(sentences[index], prediction) }
            lines.append("  \(name): \(score)")
        }
        for (name, sentences, examples) in names {
            var score = NameScore(
                types: name.contains("uner") ? ["PER", "ORG", "LOC"] : ["PER", "ORG", "LOC", "NORP", "TIME"]
            )
            predict(examples) { index, prediction in
                score.add(sentences[index].words, sentences[index].names, prediction.names)
            }
            lines.append("  \(name): \(score)")
        }
        return lines.joined(separator: "\n")
    }

    /// Labels examples with the network as it stands.
    func predict(_ examples: [Example], _ body: (Int, GoldSentence) -> Void) {
        let worker = workers[0]
        let order = examples.indices.sorted { examples[$0].count < examples[$1].count }
        var at = 0
        var decoder = TreeDecoder()
        while at < order.count {
            var group: [Int] = []
            var total = 0
            while at < order.count, total + examples[order[at]].count <= plan.batch || group.isEmpty {
                group.append(order[at])
                total += examples[order[at]].count
                at += 1
            }
            worker.forward(group.map { examples[$0] }, training: false)
            for (position, index) in group.enumerated() {
                body(index, read(worker, position, examples[index].count, &decoder))
            }
        }
    }

    private func read(_ worker: Worker, _ position: Int, _ n: Int, _ decoder: inout TreeDecoder) -> GoldSentence {
        let shape = plan.shape
        let start = worker.starts[position]
        var found = GoldSentence()
        let scores = UnsafeMutablePointer<Float>.allocate(
            capacity: n * (n + 1) + shape.relation + shape.relationColumns
        )
        defer { scores.deallocate() }
        var heads = [Int32](repeating: 0, count: n)
        worker.arcScores(position, into: scores)
        decoder.decode(scores, n, into: &heads)
        let hidden = scores + n * (n + 1)
        for i in 0..<n {
            worker.relationScores(i, Int(heads[i]), start, hidden: hidden, into: hidden + shape.relation)
            found.relations.append(network.vocabulary.relations[best(hidden + shape.relation, shape.relations)])
            let tags = worker.out + (start + i) * shape.heads + shape.tagOffset
            found.xpos.append(network.vocabulary.xpos[best(tags, shape.xpos)])
            found.upos.append(network.vocabulary.upos[best(tags + shape.xpos, shape.upos)])
        }
        found.heads = heads.map { $0 + 1 }
        let offset = shape.tagOffset + shape.xpos + shape.upos
        let moves = network.nameMoves
        var path = [Int](repeating: 0, count: n)
        NameDecoder(labels: shape.names, transitions: UnsafeBufferPointer(start: moves.value, count: moves.count))
            .decode(n, { UnsafePointer(worker.out + (start + $0) * shape.heads + offset) }, into: &path)
        found.names = path.map { network.vocabulary.names[$0] }
        return found
    }

    private func best(_ scores: UnsafePointer<Float>, _ count: Int) -> Int {
        var top = 0
        for i in 1..<count where scores[i] > scores[top] { top = i }
        return top
    }
}

/// Batches of sentences out of a corpus in random order, again and again; sentences of a batch are of like length.
private struct Stream {
    private let examples: [Example]
    private var order: [Int] = []
    private var at = 0
    private var random: RandomNumbers

    init(_ examples: [Example], seed: UInt64) {
        self.examples = examples
        random = RandomNumbers(seed)
    }

    mutating func next(_ words: Int) -> [Example] {
        var batch: [Example] = []
        var total = 0
        while true {
            if at >= order.count {
                order = Array(examples.indices).shuffled(using: &random)
                at = 0
            }
            let example = examples[order[at]]
            if !batch.isEmpty, total + example.count > words { return batch }
            at += 1
            if example.count == 0 { continue }
            batch.append(example)
            total += example.count
        }
    }
}
