/// The sizes of the network: fixed at training, read from the model file at run time.
package struct ModelShape: Sendable, Equatable {
    /// Width of a word's vector and of every layer, both directions together; a multiple of 32.
    package var width = 192
    /// Recurrent layers.
    ///
    /// The first one reads a word with its neighbours; what each of the three adds depends on its form alone and is kept.
    package var layers = 2
    /// Width of the vectors whose products score arcs; a multiple of 16.
    package var arc = 64
    /// Width of the hidden layer that names a relation; a multiple of 16.
    package var relation = 64
    /// Numbers of Penn tags, universal tags, name labels and relations.
    package var xpos = 0
    package var upos = 0
    package var names = 0
    package var relations = 0

    package init() {}

    /// Rows of the first layer's matrix: a word's sums for itself (3 × width), for the candidates of the next word and of the one before.
    package var firstRows: Int { 5 * width }

    /// Columns for the distance between a word and its head.
    package static let distances = 32
    /// Columns of the tags, rounded up to a multiple of 16.
    package var tags: Int { ModelShape.rounded(xpos + upos + names) }
    /// Columns of the relations, rounded up.
    package var relationColumns: Int { ModelShape.rounded(relations) }
    /// Columns of the one matrix that reads the last layer: dependent, head, relation of dependent, relation of head, distance, tags.
    package var heads: Int { 2 * arc + 2 * relation + ModelShape.distances + tags }

    package var headOffset: Int { arc }
    package var relationDependentOffset: Int { 2 * arc }
    package var relationHeadOffset: Int { 2 * arc + relation }
    package var distanceOffset: Int { 2 * arc + 2 * relation }
    package var tagOffset: Int { distanceOffset + ModelShape.distances }

    package static func rounded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

    /// The column of the distance from a dependent to a head, both counted from 0 in their sentence; the root is -1.
    @inlinable
    package static func distance(from dependent: Int, to head: Int) -> Int {
        if head < 0 { return 16 }
        let d = head - dependent
        let size = d < 0 ? -d : d
        let bucket = size <= 4 ? size - 1 : size <= 6 ? 4 : size <= 9 ? 5 : size <= 14 ? 6 : 7
        return d < 0 ? max(bucket, 0) : 8 + max(bucket, 0)
    }
}
