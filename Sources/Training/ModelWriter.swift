import Foundation
package import Linguistics

/// Writes a trained network as the file that ``LanguageModel`` maps: vectors rounded to 8 bits, matrices to 16.
package struct ModelWriter {
    private var sections: [(name: String, bytes: [UInt8])] = []

    /// The bytes of the file.
    static func bytes(_ network: Network, lemmas: LemmaTables) -> [UInt8] {
        var writer = ModelWriter()
        writer.add(network)
        lemmas.add(to: &writer)
        return writer.assemble()
    }

    /// The bytes of a model with other tables of lemmas and features.
    package static func bytes(
        of model: LanguageModel,
        gold: [GoldSentence],
        tagged: [GoldSentence],
        irregular: IrregularVerbs
    ) -> [UInt8] {
        var writer = ModelWriter()
        LemmaTables(gold, tagged: tagged, irregular: irregular, xpos: model.xpos, upos: model.upos).add(to: &writer)
        let new = Set(writer.sections.map(\.name))
        writer.sections = model.file.contents.filter { !new.contains($0.name) } + writer.sections
        return writer.assemble()
    }

    // MARK: Sections

    private mutating func add(_ network: Network) {
        let s = network.shape
        let v = network.vocabulary
        add("shape", [s.width, s.layers, s.arc, s.relation, s.xpos, s.upos, s.names, s.relations].map { Int32($0) })
        add("xpos", v.xpos)
        add("upos", v.upos)
        add("names", v.names)
        add("relations", v.relations)
        var words: [UInt64: UInt32] = [:]
        for (word, row) in v.index {
            words[max(Array(word.utf8).withUnsafeBufferPointer { WordFeatures.hash($0, seed: 0) }, 1)] = UInt32(row)
        }
        add("words", words)
        var lists: [UInt64: UInt32] = [:]
        for (word, set) in v.lists {
            lists[max(Array(word.utf8).withUnsafeBufferPointer { WordFeatures.hash($0, seed: 0) }, 1)] = set.rawValue
        }
        add("lists", lists)
        addRows(network)
        let d = s.width
        for layer in 0..<s.layers {
            let matrix = network.layers[layer]
            if layer == 0 {
                addMatrix(
                    "layer0",
                    [
                        matrix.block(rows: 0..<d), network.context.block(rows: 0..<d),
                        network.context.block(rows: d..<2 * d),
                    ]
                )
            } else {
                addMatrix("layer\(layer)", [matrix.block(rows: 0..<d)])
            }
            add("gates\(layer)", Array(UnsafeBufferPointer(start: network.gates[layer].value, count: 4 * d)))
        }
        addMatrix("heads", [network.heads.block(rows: 0..<d)])
        add("heads.bias", Array(UnsafeBufferPointer(start: network.headBias.value, count: s.heads)))
        addMatrix("relation", [network.relations.block(rows: 0..<s.relation)])
        add(
            "relation.bias",
            Array(
                UnsafeBufferPointer(
                    start: network.relations.value + s.relation * s.relationColumns,
                    count: s.relationColumns
                )
            )
        )
        for (name, parameter) in [
            ("arcs", network.arcs), ("relation.distance", network.relationDistance), ("names.moves", network.nameMoves),
        ] {
            add(name, Array(UnsafeBufferPointer(start: parameter.value, count: parameter.count)))
        }
    }

    /// Rows with the projected fixed vectors added in, each with a scale of its own.
    private mutating func addRows(_ network: Network) {
        let d = network.shape.width
        let w = network.vectorWidth
        var scales: [Float] = []
        var rounded = [Int8](repeating: 0, count: network.embeddings.rows * d)
        let row = UnsafeMutablePointer<Float>.allocate(capacity: d)
        defer { row.deallocate() }
        for index in 0..<network.embeddings.rows {
            row.update(from: network.embeddings.value + index * d, count: d)
            if index < network.vocabulary.rows {
                Kernels.multiply(row, network.vectors + index * w, network.projection.value, 1, w, d)
            }
            let top = (0..<d).reduce(Float(0)) { max($0, abs(row[$1])) }
            scales.append(top / 127)
            if top > 0 {
                for j in 0..<d { rounded[index * d + j] = Int8((row[j] / top * 127).rounded(.toNearestOrEven)) }
            }
        }
        add("rows", rounded)
        add("rows.scales", scales)
    }

    /// Matrices (inputs × outputs) of the same inputs turned to a row per output, one matrix behind another, and rounded.
    private mutating func addMatrix(_ name: String, _ blocks: [Parameter.Block]) {
        var weights: [Int16] = []
        var scales: [Float] = []
        for block in blocks {
            for output in 0..<block.columns {
                let column = (0..<block.rows).map { block.value[$0 * block.columns + output] }
                let top = max(column.reduce(Float(0)) { max($0, abs($1)) }, 1e-9)
                scales.append(top / 4095)
                weights += column.map { Int16(($0 / top * 4095).rounded(.toNearestOrEven)) }
            }
        }
        add(name + ".weights", weights)
        add(name + ".scales", scales)
    }

    mutating func add<T: BitwiseCopyable>(_ name: String, _ values: [T]) {
        precondition(name.utf8.count < 32, "a section's name has at most 31 bytes")
        sections.append((name, values.withUnsafeBytes { Array($0) }))
    }

    mutating func add(_ name: String, _ lines: [String]) { add(name, Array(lines.joined(separator: "\n").utf8)) }

    mutating func add(_ name: String, _ table: [UInt64: UInt32]) {
        let (keys, values) = HashTableBuilder.build(table)
        add(name + ".keys", keys)
        add(name + ".values", values)
    }

    // MARK: File

    private func assemble() -> [UInt8] {
        func rounded(_ n: Int) -> Int { (n + 63) / 64 * 64 }
        var offset = rounded(ModelFile.headerLength + sections.count * 48)
        var table: [UInt8] = []
        var body: [UInt8] = []
        let start = offset
        for (name, bytes) in sections {
            table += Array(name.utf8) + [UInt8](repeating: 0, count: 32 - name.utf8.count)
            table += Self.little(UInt64(offset)) + Self.little(UInt64(bytes.count))
            body += bytes + [UInt8](repeating: 0, count: rounded(bytes.count) - bytes.count)
            offset = start + body.count
        }
        table += [UInt8](repeating: 0, count: start - ModelFile.headerLength - table.count)
        let rest = table + body
        let sum = rest.withUnsafeBytes { ModelFile.checksum($0) }
        var header = ModelFile.magic
        header += Self.little(ModelFile.version) + Self.little(UInt32(sections.count))
        header += Self.little(UInt64(ModelFile.headerLength + rest.count)) + Self.little(sum)
        header += [UInt8](repeating: 0, count: ModelFile.headerLength - header.count)
        return header + rest
    }

    private static func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
