/// The trained model of English: opened once, shared by all threads, never written to.
///
/// Sections of its ``ModelFile``; *D* is the width, *V* the words with a row, *H* the rows of hashed parts of forms:
///
/// | section | type | holds |
/// |---|---|---|
/// | `shape` | 8 × Int32 | width, layers, arc, relation, numbers of Penn tags, universal tags, name labels, relations |
/// | `xpos` `upos` `names` `relations` `features` | text | labels, one a line |
/// | `words.keys` `.values` | UInt64, UInt32 | hash of a normalised word → its row |
/// | `lists.keys` `.values` | UInt64, UInt32 | hash of a normalised word → the ``NameLists`` it is in |
/// | `rows` `rows.scales` | Int8 (V + 1 + H) × D, Float a row | vectors of words and of parts of forms |
/// | `layer0.weights` `.scales` | Int16 5D × D, Float a row | first layer: for the word itself, the next one and the one before |
/// | `layer`*i*`.weights` `.scales` | Int16 3D × D, Float a row | further layers |
/// | `gates`*i* | Float 4 × D | biases of forget and reset, weights of the state in them |
/// | `heads.weights` `.scales` `.bias` | Int16, Float, Float | the matrix that reads the last layer |
/// | `arcs` | Float (A + 2) × A | bilinear form of arcs, bias of heads, the root |
/// | `relation.weights` `.scales` `.bias` `.distance` | Int16, Float, Float, Float | the scorer of relations |
/// | `names.moves` | Float (N + 1) × N | scores of a name label behind another and at the start |
/// | `lemma.*` `feature.*` | tables | see ``Lemmatiser`` and ``FeatureTable`` |
package final class LanguageModel: Sendable {
    package let file: ModelFile
    package let shape: ModelShape
    package let xpos: [String]
    package let upos: [String]
    package let names: [String]
    package let relations: [String]
    let words: HashTable
    let lists: HashTable
    let rowCount: Int
    let wordRows: Int
    let rows: Mapped<Int8>
    let rowScales: Mapped<Float>
    let layers: [IntegerMatrix]
    let gates: [Mapped<Float>]
    let heads: IntegerMatrix
    let headBias: Mapped<Float>
    let arcs: Mapped<Float>
    let nameDecoder: NameDecoder
    let relationOut: IntegerMatrix
    let relationBias: Mapped<Float>
    let relationDistance: Mapped<Float>
    let lemmatiser: Lemmatiser
    let features: FeatureTable
    /// Numbers of the labels that the code itself gives.
    let root: Int
    let parataxis: Int
    let properNoun: Int

    /// Opens a model.
    ///
    /// - Throws: ``ModelError`` that says what is wrong with the file.
    package init(path: String) throws(ModelError) {
        let file = try ModelFile(path: path)
        self.file = file
        let shape = try Self.readShape(file)
        self.shape = shape
        xpos = try Self.labels(file, "xpos", shape.xpos)
        upos = try Self.labels(file, "upos", shape.upos)
        names = try Self.labels(file, "names", shape.names)
        relations = try Self.labels(file, "relations", shape.relations)
        words = try HashTable(file, "words")
        lists = try HashTable(file, "lists")
        let d = shape.width
        let scales = try file.section("rows.scales", Float.self)
        rowCount = scales.count
        wordRows = scales.count - WordFeatures.hashedRows
        guard wordRows > 0 else {
            throw ModelError(code: .inconsistent, path: file.path, detail: "too few rows of words")
        }
        rowScales = scales
        rows = try file.section("rows", Int8.self, count: rowCount * d)
        var layers: [IntegerMatrix] = []
        var gates: [Mapped<Float>] = []
        for layer in 0..<shape.layers {
            let outputs = layer == 0 ? shape.firstRows : 3 * d
            layers.append(try IntegerMatrix(file, "layer\(layer)", inputs: d, outputs: outputs))
            gates.append(try file.section("gates\(layer)", Float.self, count: 4 * d))
        }
        self.layers = layers
        self.gates = gates
        heads = try IntegerMatrix(file, "heads", inputs: d, outputs: shape.heads)
        headBias = try file.section("heads.bias", Float.self, count: shape.heads)
        arcs = try file.section("arcs", Float.self, count: (shape.arc + 2) * shape.arc)
        nameDecoder = NameDecoder(
            labels: shape.names,
            transitions: try file.section("names.moves", Float.self, count: (shape.names + 1) * shape.names).elements
        )
        relationOut = try IntegerMatrix(file, "relation", inputs: shape.relation, outputs: shape.relationColumns)
        relationBias = try file.section("relation.bias", Float.self, count: shape.relationColumns)
        relationDistance = try file.section(
            "relation.distance",
            Float.self,
            count: (ModelShape.distances + 1) * shape.relation
        )
        guard let root = relations.firstIndex(of: "root"), let parataxis = relations.firstIndex(of: "parataxis"),
            let properNoun = upos.firstIndex(of: "PROPN")
        else {
            throw ModelError(
                code: .inconsistent,
                path: file.path,
                detail: "a label of UD is missing: root, parataxis or PROPN"
            )
        }
        (self.root, self.parataxis, self.properNoun) = (root, parataxis, properNoun)
        lemmatiser = try Lemmatiser(file)
        features = try FeatureTable(file, upos: shape.upos, xpos: shape.xpos)
    }

    private static func readShape(_ file: ModelFile) throws(ModelError) -> ModelShape {
        let numbers = try file.section("shape", Int32.self, count: 8).elements.map { Int(Int32(littleEndian: $0)) }
        var shape = ModelShape()
        (shape.width, shape.layers, shape.arc, shape.relation) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (shape.xpos, shape.upos, shape.names, shape.relations) = (numbers[4], numbers[5], numbers[6], numbers[7])
        let isSane =
            shape.width % 32 == 0 && (32...IntegerMatrix.widest).contains(shape.width) && (1...8).contains(shape.layers)
            && shape.arc % 16 == 0 && (16...256).contains(shape.arc) && shape.relation % 16 == 0
            && (16...256).contains(shape.relation)
            && numbers[4...].allSatisfy { (1...255).contains($0) } && shape.names % 2 == 1
            && shape.names <= NameDecoder.most
        guard isSane else {
            throw ModelError(
                code: .inconsistent,
                path: file.path,
                detail: "sizes that this program cannot use: \(numbers)"
            )
        }
        return shape
    }

    private static func labels(_ file: ModelFile, _ name: String, _ count: Int) throws(ModelError) -> [String] {
        let labels = try file.strings(name)
        guard labels.count == count else {
            throw ModelError(
                code: .inconsistent,
                path: file.path,
                detail: "\(labels.count) labels in \(name) instead of \(count)"
            )
        }
        return labels
    }
}
