import Linguistics

/// The words that have a row of their own, and the inventories of labels.
struct Vocabulary {
    /// Normalised words; row *i* + 1 of the table belongs to word *i*, row 0 to the unknown word.
    var words: [String] = []
    var index: [String: Int32] = [:]
    /// Normalised words that are in lists of names.
    var lists: [String: NameLists] = [:]
    var counts: [Int] = []
    var xpos: [String] = []
    var upos: [String] = []
    var names: [String] = []
    var relations: [String] = []

    var rows: Int { words.count + 1 }

    /// Words that occur often enough, most frequent first, and all labels.
    init(_ sentences: [GoldSentence], minimum: Int, labels: [GoldSentence], lists: [String: NameLists] = [:]) {
        self.lists = lists
        var counts: [String: Int] = [:]
        for sentence in sentences {
            for word in sentence.words { counts[Self.key(word), default: 0] += 1 }
        }
        let kept = counts.filter { $0.value >= minimum }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        words = kept.map(\.key)
        self.counts = kept.map(\.value)
        for (row, word) in words.enumerated() { index[word] = Int32(row + 1) }
        xpos = Set(labels.flatMap(\.xpos)).sorted()
        upos = Set(labels.flatMap(\.upos)).sorted()
        relations = Set(labels.flatMap(\.relations)).sorted()
        names = Vocabulary.nameLabels
    }

    static let nameLabels = ["O"] + ["PER", "ORG", "LOC", "NORP", "TIME", "MISC"].flatMap { ["B-" + $0, "I-" + $0] }

    static func key(_ word: String) -> String {
        var buffer = [UInt8](repeating: 0, count: 64)
        let bytes = Array(word.utf8)
        let count = bytes.withUnsafeBufferPointer { form in
            buffer.withUnsafeMutableBufferPointer { WordFeatures.normalise(form, into: $0) }
        }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// The rows of a word in the table: its own first, then the hashed ones behind all words.
    func rows(of word: String) -> [Int32] {
        let key = Self.key(word)
        let lists = self.lists[key] ?? []
        var hashed = [Int32](repeating: 0, count: WordFeatures.count - 1)
        Array(word.utf8).withUnsafeBufferPointer { form in
            Array(key.utf8).withUnsafeBufferPointer { key in
                hashed.withUnsafeMutableBufferPointer { WordFeatures.hashed(form, key: key, lists: lists, into: $0) }
            }
        }
        return [index[key] ?? 0] + hashed.map { $0 + Int32(rows) }
    }
}
