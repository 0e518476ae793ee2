import Foundation

/// One sentence of a corpus: words and whatever the corpus says of them; an empty array is a layer that the corpus lacks.
package struct GoldSentence: Sendable {
    package var words: [String] = []
    package var lemmas: [String] = []
    package var upos: [String] = []
    package var xpos: [String] = []
    package var features: [String] = []
    /// Head of each word, counted from 1; 0 is the root.
    package var heads: [Int32] = []
    package var relations: [String] = []
    /// IOB2 labels in our types.
    package var names: [String] = []
    /// How sure the annotator was of each head, 0...1; empty where a person annotated.
    package var certainty: [Float] = []
    /// The sentence as it was written.
    package var text = ""
    /// Whether a paragraph begins here.
    package var beginsParagraph = false
    /// The document that begins here, nil inside of one.
    package var document: String?

    package init() {}
}

/// What went wrong while a corpus was read.
package struct CorpusError: Error, CustomStringConvertible {
    package let description: String
}

/// Reads treebanks in CoNLL-U (https://universaldependencies.org/format.html), plain or gzipped.
package enum Treebank {
    /// The sentences of a file: multiword ranges and empty nodes are left out, names are read from `NER=` in MISC.
    ///
    /// - Throws: ``CorpusError`` with file and line for a line that is no CoNLL-U.
    package static func read(_ path: String) throws -> [GoldSentence] {
        var sentences: [GoldSentence] = []
        var current = GoldSentence()
        var number = 0
        try forEachLine(of: path) { line in
            number += 1
            if line.isEmpty {
                if !current.words.isEmpty { sentences.append(current) }
                current = GoldSentence()
            } else if line.hasPrefix("#") {
                comment(line, &current)
            } else {
                try word(line, &current, "\(path):\(number)")
            }
        }
        if !current.words.isEmpty { sentences.append(current) }
        return sentences
    }

    private static func comment(_ line: Substring, _ sentence: inout GoldSentence) {
        if line.hasPrefix("# text = ") { sentence.text = String(line.dropFirst(9)) }
        if line.hasPrefix("# newpar") && !line.hasPrefix("# newpar_block") { sentence.beginsParagraph = true }
        if line.hasPrefix("# newdoc") {
            sentence.document = line.split(separator: "=").last.map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    private static func word(_ line: Substring, _ sentence: inout GoldSentence, _ place: String) throws {
        let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard columns.count == 10 else {
            throw CorpusError(description: "\(place): \(columns.count) columns instead of 10")
        }
        guard Int(columns[0]) != nil else { return }
        guard let head = Int32(columns[6]) else {
            throw CorpusError(description: "\(place): no head in column 7: \(columns[6])")
        }
        sentence.words.append(String(columns[1]))
        sentence.lemmas.append(String(columns[2]))
        sentence.upos.append(String(columns[3]))
        sentence.xpos.append(String(columns[4]))
        sentence.features.append(String(columns[5]))
        sentence.heads.append(head)
        sentence.relations.append(String(columns[7]))
        for field in columns[9].split(separator: "|") {
            if field.hasPrefix("NER=") { sentence.names.append(String(field.dropFirst(4))) }
            if field.hasPrefix("Sure=") { sentence.certainty.append(Float(field.dropFirst(5)) ?? 1) }
        }
    }

    /// Calls back with each line of a plain or gzipped file.
    static func forEachLine(of path: String, _ body: (Substring) throws -> Void) throws {
        let text = try contents(of: path)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            try body(line.hasSuffix("\r") ? line.dropLast() : line)
        }
    }

    package static func contents(of path: String) throws -> String {
        guard path.hasSuffix(".gz") else {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CorpusError(description: "\(path): no such file")
            }
            return String(decoding: data, as: UTF8.self)
        }
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw CorpusError(description: "\(path): no such file")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CorpusError(description: "\(path): gzip cannot read it") }
        return String(decoding: data, as: UTF8.self)
    }
}
