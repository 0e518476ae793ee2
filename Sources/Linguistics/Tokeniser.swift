/// Words, numbers and marks: possessives and contractions apart as in UD English, hyphenated words together.
struct Tokeniser {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func run(into analysis: inout Analysis) {
        var at = 0
        while at < bytes.count {
            let scalar = scalar(at: at)
            if scalar.properties.isWhitespace || scalar.value < 0x20 {
                at += width(at: at)
            } else if isWord(scalar) {
                let end = wordEnd(from: at)
                emitWord(at, end, into: &analysis)
                at = end
            } else {
                let end = markEnd(from: at, scalar)
                emit(at, end, mark(scalar), into: &analysis)
                at = end
            }
        }
    }

    // MARK: Extent

    /// A word goes on over letters and digits, and over marks that stand between them.
    private func wordEnd(from start: Int) -> Int {
        var at = start
        while at < bytes.count {
            let scalar = scalar(at: at)
            if isWord(scalar) {
                at += width(at: at)
            } else if joins(scalar, at: at, wordFrom: start) {
                at += width(at: at)
            } else {
                break
            }
        }
        return at
    }

    private func joins(_ scalar: Unicode.Scalar, at: Int, wordFrom start: Int) -> Bool {
        let next = at + width(at: at)
        let followed = next < bytes.count && isWord(self.scalar(at: next))
        switch scalar {
        case "-", "\u{2011}", "'", "’", "&", "_", "@": return followed
        case ",": return followed && bytes[at - 1].isDigit && bytes[next].isDigit
        case ".": return followed || isAbbreviation(start, at)
        case "/", ":": return followed && (bytes[start..<at].starts(with: Array("http".utf8)) || bytes[at - 1].isDigit)
        default: return false
        }
    }

    /// Whether the word before a full stop keeps it: an initial, letters with stops between them, or a listed word.
    private func isAbbreviation(_ start: Int, _ stop: Int) -> Bool {
        let word = bytes[start..<stop]
        if word.count == 1, let letter = word.first { return letter.isLetter && letter != UInt8(ascii: "I") }
        if word.contains(UInt8(ascii: ".")), word.split(separator: UInt8(ascii: ".")).allSatisfy({ $0.count == 1 }) {
            return true
        }
        return word.count <= 6 && Abbreviations.all.contains(String(decoding: word, as: UTF8.self))
    }

    /// Repeated stops and dashes are one mark.
    private func markEnd(from start: Int, _ scalar: Unicode.Scalar) -> Int {
        var end = start + width(at: start)
        guard scalar == "." || scalar == "-" || scalar == "`" || scalar == "'" else { return end }
        while end < bytes.count, bytes[end] == bytes[start] { end += 1 }
        return end
    }

    // MARK: Emission

    /// Cuts off a possessive or a contraction.
    private func emitWord(_ start: Int, _ end: Int, into analysis: inout Analysis) {
        let cut = clitic(start, end)
        emit(start, cut, shape(start, cut), into: &analysis)
        if cut < end { emit(cut, end, .lower, into: &analysis) }
    }

    private func clitic(_ start: Int, _ end: Int) -> Int {
        let word = String(decoding: bytes[start..<end], as: UTF8.self).replacing("’", with: "'").lowercased()
        let wide = bytes[start..<end].contains(0xE2) ? 2 : 0
        for ending in ["n't", "'s", "'re", "'ve", "'ll", "'d", "'m"] where word.hasSuffix(ending) {
            let cut = end - ending.utf8.count - wide
            if cut > start { return cut }
        }
        return end
    }

    private func emit(_ start: Int, _ end: Int, _ shape: Analysis.Shape, into analysis: inout Analysis) {
        analysis.starts.append(start)
        analysis.ends.append(end)
        analysis.shapes.append(shape)
    }

    private func shape(_ start: Int, _ end: Int) -> Analysis.Shape {
        let first = scalar(at: start)
        if bytes[start].isDigit { return .number }
        guard first.properties.isUppercase else { return .lower }
        let letters = bytes[start..<end].filter(\.isLetter)
        return letters.count > 1 && letters.allSatisfy { $0 < 0x61 } ? .upper : .capitalised
    }

    private func mark(_ scalar: Unicode.Scalar) -> Analysis.Shape {
        switch scalar {
        case "\"": .straightQuote
        case "“", "„", "«", "‹": .openQuote
        case "”", "»", "›": .closeQuote
        default: .punctuation
        }
    }

    // MARK: Scalars

    private func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 { return UInt8(scalar.value).isLetter || UInt8(scalar.value).isDigit }
        return scalar.properties.isAlphabetic || scalar.properties.generalCategory == .nonspacingMark
    }

    private func width(at index: Int) -> Int {
        switch bytes[index] {
        case 0..<0x80: 1
        case 0xC0..<0xE0: 2
        case 0xE0..<0xF0: 3
        default: 4
        }
    }

    private func scalar(at index: Int) -> Unicode.Scalar {
        let width = width(at: index)
        guard width > 1 else { return Unicode.Scalar(bytes[index]) }
        var value = UInt32(bytes[index]) & (0xFF >> UInt32(width + 1))
        for offset in 1..<width { value = value << 6 | UInt32(bytes[index + offset] & 0x3F) }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
}

/// Words that keep the full stop behind them.
enum Abbreviations {
    /// Before a name: no sentence ends here.
    static let titles: Set<String> = [
        "Mr", "Mrs", "Ms", "Dr", "Prof", "Gen", "Lt", "Col", "Sgt", "Capt", "Maj", "Adm", "Sen", "Rep", "Gov", "Rev",
        "Hon",
        "St", "Mt", "Ft", "Pres", "Atty", "Amb", "Fr", "Sr", "Jr", "vs", "No", "Nos",
    ]
    static let all = titles.union([
        "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec", "Inc", "Corp", "Ltd", "Co",
        "etc", "Bros",
    ])
}
