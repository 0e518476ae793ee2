import Linguistics

/// All weights of the network in floats.
///
/// A word's vector is the sum of the rows of its form's parts and a projection of a fixed vector. Layers of simple recurrent units
/// (Lei et al., 2018) in both directions follow; one matrix reads the last of them for arcs (Dozat & Manning, 2017), relations and tags.
final class Network {
    let shape: ModelShape
    let vocabulary: Vocabulary
    /// Fixed vectors, one a vocabulary row.
    let vectors: UnsafeMutablePointer<Float>
    let vectorWidth: Int

    let embeddings: Parameter
    let projection: Parameter
    /// Per layer: width × 3 width; forward candidate, forget, reset, then backward.
    let layers: [Parameter]
    /// 2 width × width: what the word before and the next one add to the first layer's candidates, forward, then backward.
    let context: Parameter
    /// Per layer: rows forget bias, reset bias, forget state weight, reset state weight; columns both directions.
    let gates: [Parameter]
    let heads: Parameter
    let headBias: Parameter
    /// arc × arc, and behind it one row for the bias of heads and one for the root.
    let arcs: Parameter
    /// relation × relation columns, then one row of biases.
    let relations: Parameter
    /// distances + 1 rows of the hidden layer's bias by distance; the last row is the root as head.
    let relationDistance: Parameter
    /// Scores of a name label behind another: names + 1 rows, the last one for the start of a sentence.
    let nameMoves: Parameter

    var dense: [Parameter] {
        [projection] + layers + gates + [context, heads, headBias, arcs, relations, relationDistance, nameMoves]
    }

    init(_ shape: ModelShape, _ vocabulary: Vocabulary, vectors: [String: [Float]], vectorWidth: Int, seed: UInt64) {
        self.shape = shape
        self.vocabulary = vocabulary
        self.vectorWidth = max(16, vectorWidth)
        var random = RandomNumbers(seed)
        self.vectors = .allocate(capacity: vocabulary.rows * self.vectorWidth)
        self.vectors.initialize(repeating: 0, count: vocabulary.rows * self.vectorWidth)
        for (word, row) in vocabulary.index {
            guard let vector = vectors[word] else { continue }
            for (column, value) in vector.enumerated() { self.vectors[Int(row) * self.vectorWidth + column] = value }
        }
        let d = shape.width
        func glorot(_ n: Int, _ m: Int) -> Float { (6 / Float(n + m)).squareRoot() }
        embeddings = Parameter("embeddings", vocabulary.rows + WordFeatures.hashedRows, d, scale: 0.05, &random)
        projection = Parameter("projection", self.vectorWidth, d, scale: glorot(self.vectorWidth, d), &random)
        var layers: [Parameter] = []
        var gates: [Parameter] = []
        for layer in 0..<shape.layers {
            layers.append(Parameter("layer\(layer)", d, 3 * d, scale: glorot(d, d), &random))
            gates.append(Parameter("gates\(layer)", 4, d, scale: 0, &random))
        }
        self.layers = layers
        self.gates = gates
        context = Parameter("context", 2 * d, d, scale: glorot(2 * d, d), &random)
        heads = Parameter("heads", d, shape.heads, scale: glorot(d, shape.arc), &random)
        headBias = Parameter("headBias", 1, shape.heads, scale: 0, &random)
        arcs = Parameter("arcs", shape.arc + 2, shape.arc, scale: 0.05, &random)
        for i in 0..<shape.arc { arcs.value[i * shape.arc + i] += 0.5 }
        relations = Parameter(
            "relations",
            shape.relation + 1,
            shape.relationColumns,
            scale: glorot(shape.relation, shape.relationColumns),
            &random
        )
        relationDistance = Parameter("relationDistance", ModelShape.distances + 1, shape.relation, scale: 0.05, &random)
        nameMoves = Parameter("nameMoves", shape.names + 1, shape.names, scale: 0, &random)
    }

    deinit { vectors.deallocate() }
}
