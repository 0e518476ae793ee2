import Linguistics
import Testing

@testable import Training

/// A few sentences that are enough to train on.
enum Toy {
    static let sentences: [GoldSentence] = [
        sentence(
            "Obama/PROPN/NNP/2/nsubj/B-PER ordered/VERB/VBD/0/root/O an/DET/DT/4/det/O expulsion/NOUN/NN/2/obj/O ././PUNCT/./2/punct/O"
        ),
        sentence(
            "Russian/ADJ/JJ/2/amod/B-NORP spies/NOUN/NNS/3/nsubj/O left/VERB/VBD/0/root/O New/PROPN/NNP/3/obj/B-LOC York/PROPN/NNP/4/flat/I-LOC"
        ),
        sentence("Go/VERB/VB/0/root/O !/PUNCT/./1/punct/O"),
        sentence(
            "He/PRON/PRP/2/nsubj/O denied/VERB/VBD/0/root/O it/PRON/PRP/2/obj/O on/ADP/IN/5/case/O Friday/PROPN/NNP/2/obl/B-TIME"
        ),
    ]

    static func sentence(_ text: String) -> GoldSentence {
        var result = GoldSentence()
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            let fields = parts.count == 7 ? ["."] + parts.dropFirst(2) : parts
            result.words.append(fields[0])
            result.upos.append(fields[1])
            result.xpos.append(fields[2])
            result.heads.append(Int32(fields[3])!)
            result.relations.append(fields[4])
            result.names.append(fields[5])
            result.lemmas.append(fields[0].lowercased())
            result.features.append("_")
        }
        return result
    }

    static func network(layers: Int = 2) -> (Network, [Example]) {
        let vocabulary = Vocabulary(
            sentences,
            minimum: 1,
            labels: sentences + [Toy.sentence("x/X/FW/0/root/O y/PROPN/NNP/1/parataxis/O")]
        )
        var shape = ModelShape()
        (shape.width, shape.layers, shape.arc, shape.relation) = (32, layers, 16, 16)
        (shape.xpos, shape.upos, shape.names, shape.relations) = (
            vocabulary.xpos.count, vocabulary.upos.count, vocabulary.names.count, vocabulary.relations.count
        )
        let vectors = ["obama": (0..<16).map { Float($0) / 20 }, "left": (0..<16).map { Float(5 - $0) / 20 }]
        let network = Network(shape, vocabulary, vectors: vectors, vectorWidth: 16, seed: 3)
        var cache: [String: [Int32]] = [:]
        return (network, sentences.map { Example($0, vocabulary, weight: 1, cache: &cache) })
    }
}

@Suite("Gradients") struct GradientTests {
    /// The loss of a batch: what the gradients must be the slopes of.
    private func loss(_ worker: Worker, _ batch: [Example]) -> Double {
        worker.losses = [Double](repeating: 0, count: 6)
        worker.forward(batch, training: false)
        worker.backward(batch, scale: 0)
        let l = worker.losses
        return l[0] + l[1] + l[2] + 0.5 * l[3] + l[4]
    }

    @Test func `every parameter's gradient is the slope of the loss`() {
        let (network, batch) = Toy.network()
        let worker = Worker(network, room: 64, seed: 1)
        worker.forward(batch, training: false)
        worker.backward(batch, scale: 1)
        let analytic = worker.gradients.dense.enumerated().map { index, p in
            (0..<network.dense[index].count).map { p[$0] }
        }
        let rows = (0..<network.embeddings.count).map { worker.gradients.rows[$0] }
        var random = RandomNumbers(9)
        func check(_ parameter: Parameter, _ gradient: [Float], _ tries: Int) {
            // The larger ones: small slopes drown in the rounding of floats.
            let order = gradient.indices.sorted { abs(gradient[$0]) > abs(gradient[$1]) }
            for _ in 0..<tries {
                let index = order[Int(random.next() % UInt64(max(1, min(order.count, gradient.count / 4))))]
                let kept = parameter.value[index]
                let step: Float = 1e-3
                parameter.value[index] = kept + step
                let above = loss(worker, batch)
                parameter.value[index] = kept - step
                let below = loss(worker, batch)
                parameter.value[index] = kept
                let slope = Float((above - below) / Double(2 * step))
                let tolerance = max(0.03, 0.06 * abs(slope))
                #expect(
                    abs(slope - gradient[index]) < tolerance,
                    "\(parameter.name)[\(index)]: \(gradient[index]), measured \(slope)"
                )
            }
        }
        for (parameter, gradient) in zip(network.dense, analytic) { check(parameter, gradient, 12) }
        check(network.embeddings, rows, 12)
    }

    @Test func `a few sentences are learnt by heart, and the written model answers as the network does`() throws {
        let (network, batch) = Toy.network()
        let worker = Worker(network, room: 64, seed: 1)
        var optimiser = Optimiser()
        optimiser.rate = 0.02
        let width = network.shape.width
        for _ in 0..<120 {
            worker.forward(batch, training: false)
            worker.backward(batch, scale: 1.0 / 16)
            for (index, parameter) in network.dense.enumerated() {
                parameter.step(worker.gradients.dense[index], 0..<parameter.count, optimiser)
            }
            for row in worker.gradients.touched {
                network.embeddings.step(worker.gradients.rows, Int(row) * width..<(Int(row) + 1) * width, optimiser)
                worker.gradients.isTouched[Int(row)] = false
            }
            worker.gradients.touched.removeAll()
        }
        let file = try TemporaryModel(
            ModelWriter.bytes(
                network,
                lemmas: LemmaTables(Toy.sentences, xpos: network.vocabulary.xpos, upos: network.vocabulary.upos)
            )
        )
        let annotator = Annotator(try LanguageModel(path: file.path))
        let score = Evaluation.trees(annotator, Toy.sentences)
        #expect(
            score.words == 17 && score.heads == 17 && score.subtypes == 17 && score.xpos == 17 && score.upos == 17
                && score.lemmas == 17,
            "\(score)"
        )
        let names = Evaluation.names(annotator, Toy.sentences, types: ["PER", "LOC", "NORP", "TIME"])
        #expect(names.all.f1 == 1, "\(names)")
    }
}
