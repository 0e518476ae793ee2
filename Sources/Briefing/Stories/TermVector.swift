import FoundationEssentials

/// Weights of terms; terms are in ascending order, each once, and weights above zero.
package struct TermVector: Sendable, Equatable {
    package private(set) var terms: [UInt32] = []
    package private(set) var weights: [Float] = []

    package init() {}

    init(_ weights: [UInt32: Float]) {
        for (term, weight) in weights.sorted(by: { $0.key < $1.key }) where weight > 0 {
            terms.append(term)
            self.weights.append(weight)
        }
    }

    package var isEmpty: Bool { terms.isEmpty }

    /// Length in the sense of Euclid.
    var norm: Float { dot(self).squareRoot() }

    /// - Complexity: O(terms of both).
    func dot(_ other: TermVector) -> Float {
        var (sum, left, right): (Float, Int, Int) = (0, 0, 0)
        while left < terms.count, right < other.terms.count {
            if terms[left] == other.terms[right] {
                sum += weights[left] * other.weights[right]
                left += 1
                right += 1
            } else if terms[left] < other.terms[right] {
                left += 1
            } else {
                right += 1
            }
        }
        return sum
    }

    /// 0 when nothing is shared, 1 when one is a multiple of the other.
    func cosine(_ other: TermVector) -> Float {
        let length = norm * other.norm
        return length > 0 ? dot(other) / length : 0
    }

    func scaled(_ factor: Float) -> TermVector {
        var result = self
        for index in result.weights.indices { result.weights[index] *= factor }
        return result
    }

    /// The sum of this and `factor` times the other; what is not above zero is left out.
    func adding(_ other: TermVector, times factor: Float) -> TermVector {
        var result = TermVector()
        result.terms.reserveCapacity(terms.count + other.terms.count)
        result.weights.reserveCapacity(terms.count + other.terms.count)
        func append(_ term: UInt32, _ weight: Float) {
            guard weight > 1e-6 else { return }
            result.terms.append(term)
            result.weights.append(weight)
        }
        var (left, right) = (0, 0)
        while left < terms.count || right < other.terms.count {
            if right == other.terms.count || (left < terms.count && terms[left] < other.terms[right]) {
                append(terms[left], weights[left])
                left += 1
            } else if left == terms.count || other.terms[right] < terms[left] {
                append(other.terms[right], other.weights[right] * factor)
                right += 1
            } else {
                append(terms[left], weights[left] + other.weights[right] * factor)
                left += 1
                right += 1
            }
        }
        return result
    }

    /// The `count` heaviest terms, heaviest first.
    func heaviest(_ count: Int) -> [UInt32] {
        let order = weights.indices.sorted { (-weights[$0], terms[$0]) < (-weights[$1], terms[$1]) }
        return order.prefix(count).map { terms[$0] }
    }

    /// Only the `count` heaviest terms.
    func cut(to count: Int) -> TermVector {
        guard terms.count > count else { return self }
        let kept = Set(heaviest(count))
        var result = TermVector()
        for (term, weight) in zip(terms, weights) where kept.contains(term) {
            result.terms.append(term)
            result.weights.append(weight)
        }
        return result
    }
}

extension TermVector {
    /// Eight bytes a term: number and weight, little-endian, exactly as they are.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(terms.count * 8)
        for (term, weight) in zip(terms, weights) {
            for word in [term, weight.bitPattern] {
                bytes += (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
            }
        }
        return bytes
    }

    /// Nil when the bytes are not those of a vector.
    package init?(bytes: [UInt8]) {
        guard bytes.count % 8 == 0 else { return nil }
        func word(_ start: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << ($1 * 8) } }
        for start in stride(from: 0, to: bytes.count, by: 8) {
            let (term, weight) = (word(start), Float(bitPattern: word(start + 4)))
            guard weight > 0, weight.isFinite, terms.last.map({ $0 < term }) ?? true else { return nil }
            terms.append(term)
            weights.append(weight)
        }
    }
}

extension TermVector: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let data = Data(base64Encoded: try container.decode(String.self)),
            let vector = TermVector(bytes: Array(data))
        else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the bytes of a term vector")
        }
        self = vector
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Data(bytes).base64EncodedString())
    }
}
