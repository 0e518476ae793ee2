/// Text to tokens, tags, lemmas, trees and names: one a worker, with all the room it needs; the model is shared.
///
/// Sentences are worked on together until they make a batch, and longer ones than ``longestSentence`` in pieces, so time and memory grow
/// with the text and not with its square: at most 256 words² of arc scores at a time.
package final class Annotator {
    /// Words that are parsed as one tree; the roots of further pieces of a longer sentence depend on the first one's.
    package static let longestSentence = 250
    private static let batch = 256

    package let model: LanguageModel
    private let cache: WordCache
    private var places: [Int]
    private var decoder = TreeDecoder()
    private let room: Int
    private let x: [UnsafeMutablePointer<Float>]
    private let sums: UnsafeMutablePointer<Float>
    private let rounded: UnsafeMutablePointer<Int16>
    private let factors: UnsafeMutablePointer<Float>
    private let out: UnsafeMutablePointer<Float>
    private let arcScorer: ArcScorer
    private var heads: [Int32]
    private var relations: [UInt8]
    private var path: [Int]

    /// A piece of a sentence: tokens of the text, and the first token of its sentence.
    private struct Piece {
        var tokens: Range<Int>
        var sentence: Int
    }
    private var pieces: [Piece] = []

    package init(_ model: LanguageModel) {
        self.model = model
        let d = model.shape.width
        room = Self.batch + Self.longestSentence + 4
        cache = WordCache(model, room: room)
        places = [Int](repeating: 0, count: room)
        func floats(_ n: Int) -> UnsafeMutablePointer<Float> {
            let p = UnsafeMutablePointer<Float>.allocate(capacity: n)
            p.initialize(repeating: 0, count: n)
            return p
        }
        x = (0...model.shape.layers).map { [room] _ in floats(room * d) }
        sums = floats(room * 3 * d)
        rounded = .allocate(capacity: room * d)
        rounded.initialize(repeating: 0, count: room * d)
        factors = floats(room)
        out = floats(room * model.shape.heads)
        arcScorer = ArcScorer(model)
        heads = [Int32](repeating: 0, count: Self.longestSentence)
        relations = [UInt8](repeating: 0, count: Self.longestSentence)
        path = [Int](repeating: 0, count: Self.longestSentence)
    }

    deinit {
        for p in x { p.deallocate() }
        sums.deallocate()
        rounded.deallocate()
        factors.deallocate()
        out.deallocate()
    }

    /// Analyses a text; any valid UTF-8 will do.
    package func analyze(_ text: String) -> Analysis {
        var analysis = Analyzer().analyze(text)
        annotate(&analysis)
        return analysis
    }

    /// Analyses sentences whose words are given.
    package func analyze(_ sentences: [[String]]) -> Analysis {
        var text: [UInt8] = []
        var spans = TokenSpans()
        for sentence in sentences where !sentence.isEmpty {
            for word in sentence {
                spans.starts.append(Int32(text.count))
                text += word.utf8
                spans.ends.append(Int32(text.count))
                spans.breaks.append(0)
                text.append(0x20)
            }
            spans.sentenceEnds.append(Int32(spans.count))
        }
        var analysis = Analysis(text, spans)
        annotate(&analysis)
        return analysis
    }

    /// Adds tags, lemmas, trees and names to tokens and sentences.
    ///
    /// - Complexity: O(*n*) in the number of tokens.
    package func annotate(_ analysis: inout Analysis) {
        analysis.reserveAnnotations(model)
        analysis.text.withUnsafeBufferPointer { text in
            var total = 0
            pieces.removeAll(keepingCapacity: true)
            for sentence in analysis.sentences {
                var start = sentence.lowerBound
                while start < sentence.upperBound {
                    let end = min(start + Self.longestSentence, sentence.upperBound)
                    pieces.append(Piece(tokens: start..<end, sentence: sentence.lowerBound))
                    total += end - start
                    start = end
                    if total >= Self.batch {
                        run(text, &analysis)
                        total = 0
                    }
                }
            }
            if total > 0 { run(text, &analysis) }
        }
    }

    // MARK: One batch

    private func run(_ text: UnsafeBufferPointer<UInt8>, _ analysis: inout Analysis) {
        let first = pieces[0].tokens.lowerBound
        let n = pieces[pieces.count - 1].tokens.upperBound - first
        embed(text, analysis, first, n)
        for layer in 0..<model.shape.layers {
            if layer > 0 {
                model.layers[layer].round(x[layer], n, into: rounded, factors)
                model.layers[layer].multiply(rounded, factors, n, into: sums)
            }
            for piece in pieces { recur(layer, piece.tokens.lowerBound - first, piece.tokens.upperBound - first) }
        }
        model.heads.round(x[model.shape.layers], n, into: rounded, factors)
        model.heads.multiply(rounded, factors, n, bias: model.headBias.start, into: out)
        for piece in pieces { read(piece, first, text, &analysis) }
        pieces.removeAll(keepingCapacity: true)
    }

    /// Vectors of the words, and the first layer's sums.
    private func embed(_ text: UnsafeBufferPointer<UInt8>, _ analysis: borrowing Analysis, _ first: Int, _ n: Int) {
        let d = model.shape.width
        cache.begin()
        for i in 0..<n {
            let form = UnsafeBufferPointer(rebasing: text[analysis.starts[first + i]..<analysis.ends[first + i]])
            places[i] = cache.place(of: form)
        }
        cache.finish()
        for piece in pieces {
            var before = cache.nothing
            for i in piece.tokens.lowerBound - first..<piece.tokens.upperBound - first {
                let next = first + i + 1 < piece.tokens.upperBound ? places[i + 1] : cache.nothing
                (x[0] + i * d).update(from: cache.vector(places[i]), count: d)
                cache.sum(before, places[i], next, into: sums + i * 3 * d)
                before = places[i]
            }
        }
    }

    /// Simple recurrent units (Lei et al., 2018) from both ends of a sentence.
    private func recur(_ layer: Int, _ start: Int, _ end: Int) {
        typealias V = Gate.Lanes
        let d = model.shape.width
        let half = d / 2
        let gates = model.gates[layer].start
        @inline(__always) func load(_ p: UnsafePointer<Float>) -> V { UnsafeRawPointer(p).loadUnaligned(as: V.self) }
        for backward in 0...1 {
            for j in stride(from: 0, to: half, by: 16) {
                let column = backward * half + j
                let bf = load(gates + column), br = load(gates + d + column)
                let vf = load(gates + 2 * d + column), vr = load(gates + 3 * d + column)
                var cell = V(repeating: 0)
                var t = backward == 0 ? start : end - 1
                let step = backward == 0 ? 1 : -1
                for _ in start..<end {
                    let row = UnsafePointer(sums + t * 3 * d + backward * 3 * half + j)
                    let z = load(row)
                    let f = Gate.value(load(row + half) + vf * cell + bf)
                    let r = Gate.value(load(row + 2 * half) + vr * cell + br)
                    cell = f * (cell - z) + z
                    let skip = load(UnsafePointer(x[layer] + t * d + column))
                    UnsafeMutableRawPointer(x[layer + 1] + t * d + column).storeBytes(
                        of: r * (cell - skip) + skip,
                        as: V.self
                    )
                    t += step
                }
            }
        }
    }

    // MARK: Answers

    private func read(_ piece: Piece, _ first: Int, _ text: UnsafeBufferPointer<UInt8>, _ analysis: inout Analysis) {
        let shape = model.shape
        let n = piece.tokens.count
        let base = piece.tokens.lowerBound
        let rows = out + (base - first) * shape.heads
        heads.withUnsafeMutableBufferPointer { heads in
            arcScorer.decode(rows, n, &decoder, into: heads.baseAddress!)
            relations.withUnsafeMutableBufferPointer { relations in
                arcScorer.relations(rows, n, heads: heads.baseAddress!, into: relations.baseAddress!)
            }
        }
        let nameOffset = shape.tagOffset + shape.xpos + shape.upos
        path.withUnsafeMutableBufferPointer { path in
            model.nameDecoder.decode(
                n,
                { UnsafePointer(rows + $0 * shape.heads + nameOffset) },
                into: path.baseAddress!
            )
        }
        let firstRoot = base == piece.sentence ? -1 : analysis.root(from: piece.sentence)
        for i in 0..<n {
            let token = base + i
            let tags = UnsafePointer(rows + i * shape.heads + shape.tagOffset)
            let xpos = best(tags, shape.xpos)
            let upos = best(tags + shape.xpos, shape.upos)
            let head = Int(heads[i])
            analysis.xpos.append(UInt8(xpos))
            analysis.upos.append(UInt8(upos))
            if head < 0, firstRoot >= 0 {
                analysis.heads.append(Int32(firstRoot))
                analysis.relations.append(UInt8(model.parataxis))
            } else {
                analysis.heads.append(head < 0 ? -1 : Int32(base + head))
                analysis.relations.append(relations[i])
            }
            analysis.names.append(UInt8(path[i]))
            let form = UnsafeBufferPointer(rebasing: text[analysis.starts[token]..<analysis.ends[token]])
            analysis.features.append(UInt16(model.features.number(form, upos: upos, tag: xpos)))
            model.lemmatiser.append(form, tag: xpos, keepsCase: upos == model.properNoun, to: &analysis.lemmaBytes)
            analysis.lemmaEnds.append(Int32(analysis.lemmaBytes.count))
        }
    }

    private func best(_ scores: UnsafePointer<Float>, _ count: Int) -> Int {
        var top = 0
        for i in 1..<count where scores[i] > scores[top] { top = i }
        return top
    }
}
