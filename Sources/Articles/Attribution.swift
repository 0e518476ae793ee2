/// A medium that a text names as its source.
///
/// Found are a medium with a verb of reporting (“Reuters reported”, “the New York Times said on Monday”, “was quoted by
/// the BBC”), after “according to” or “told”, and alone in brackets as a credit. A medium is one of a table, or a
/// capitalised name beside a word such as “newspaper” or “news agency”. What a medium says of itself (“the BBC said it would
/// cut jobs”) is no source.
package struct Attribution: Sendable, Equatable {
    /// The name as written.
    package var name: String
    /// The medium it is; nil when it is in no table.
    package var medium: String?
    /// Its first byte in the text.
    package var offset: Int

    /// Bytes of a text that are read.
    private static let horizon = 64 << 10

    /// The sources that a text names, in order, each once.
    ///
    /// - Complexity: O(n) in the first 64 KiB.
    package static func all(in text: String) -> [Attribution] {
        var reader = AttributionReader(text.utf8.prefix(horizon))
        reader.read()
        return reader.found
    }
}

private struct AttributionReader {
    private(set) var found: [Attribution] = []
    private let tokens: [Token]

    private struct Token {
        var text: Substring
        var offset: Int
        /// Whether it begins a line or ends one.
        var beginsLine = false
        var isCapital: Bool
    }

    init(_ bytes: Substring.UTF8View) {
        tokens = AttributionReader.tokens(of: String(decoding: bytes, as: UTF8.self))
    }

    /// Words with inner hyphens, dots, slashes and apostrophes, and every other sign alone.
    private static func tokens(of text: String) -> [Token] {
        var tokens: [Token] = []
        var start: String.Index?
        var beginsLine = true
        func end(_ index: String.Index) {
            guard let first = start else { return }
            var word = text[first..<index]
            var stops = 0
            while let last = word.last, "-'’./&".contains(last) {
                word.removeLast()
                stops += 1
            }
            add(word, at: first)
            for sign in text[word.endIndex..<index].indices { add(text[sign...sign], at: sign) }
            start = nil
        }
        func add(_ word: Substring, at index: String.Index) {
            if word.isEmpty { return }
            tokens.append(
                Token(
                    text: word,
                    offset: text.utf8.distance(from: text.startIndex, to: index),
                    beginsLine: beginsLine,
                    isCapital: word.first?.isUppercase ?? false
                )
            )
            beginsLine = false
        }
        for index in text.indices {
            let character = text[index]
            if character.isLetter || character.isNumber || start != nil && "-'’./&".contains(character) {
                if start == nil { start = index }
                continue
            }
            end(index)
            if character.isNewline {
                beginsLine = true
            } else if !character.isWhitespace {
                add(text[index...index], at: index)
            }
        }
        end(text.endIndex)
        return tokens
    }

    private func word(_ index: Int) -> String {
        tokens.indices.contains(index) && !tokens[index].beginsLine ? tokens[index].text.lowercased() : ""
    }

    /// The word before a token on its line, `steps` back.
    private func word(_ steps: Int, before index: Int) -> String {
        guard steps <= index, !(index - steps + 1...index).contains(where: { tokens[$0].beginsLine }) else { return "" }
        return tokens[index - steps].text.lowercased()
    }

    mutating func read() {
        var index = 0
        while index < tokens.count {
            guard let (end, medium) = name(at: index), let next = take(index..<end, medium: medium) else {
                index += 1
                continue
            }
            index = next
        }
    }

    /// A medium's name that begins at a token: of the table, else capitalised words beside what says that it is a medium.
    private func name(at index: Int) -> (end: Int, medium: String?)? {
        let first = bare(tokens[index].text)
        for form in Media.forms[first] ?? [] {
            let end = index + form.words.count
            guard end <= tokens.count, !(index + 1..<end).contains(where: { tokens[$0].beginsLine }) else { continue }
            if (index..<end).allSatisfy({ bare(tokens[$0].text) == form.words[$0 - index] }),
                !(end < tokens.count && tokens[end].isCapital && !isMediumWord(word(end)) && !tokens[end].beginsLine)
            {
                return (end, form.medium)
            }
        }
        guard tokens[index].isCapital, !isArticle(word(index)), !AttributionReader.noNames.contains(first.lowercased())
        else { return nil }
        let before = word(1, before: index)
        if isDescribed(first) { return nil }
        if !before.isEmpty, tokens[index - 1].isCapital, !isArticle(before), !isDescribed(tokens[index - 1].text) {
            return nil
        }
        var end = index
        while end < tokens.count, end < index + 5, end == index || !tokens[end].beginsLine,
            tokens[end].isCapital || end > index && ["of", "de", "del", "della", "la", "al"].contains(word(end))
        {
            end += 1
        }
        while end > index, !tokens[end - 1].isCapital { end -= 1 }
        // Of “Russia’s TASS news agency” the name begins behind the genitive.
        if tokens[index..<max(index, end - 1)].contains(where: { bare($0.text) != $0.text }) { return nil }
        guard end > index, !isOfPeople(tokens[end - 1].text) else { return nil }
        return isNamed(index..<end) ? (end, nil) : nil
    }

    /// Whether words behind or before an unknown name say that it is a medium; “news” and “agency” do so together alone.
    private func isNamed(_ range: Range<Int>) -> Bool {
        let behind = word(range.upperBound)
        if behind == "news" { return isMediumWord(word(range.upperBound + 1)) }
        let before = word(1, before: range.lowerBound)
        if before == "agency" { return word(2, before: range.lowerBound) == "news" }
        return isMediumWord(behind) && behind != "agency" || isMediumWord(before) && before != "news"
    }

    /// `London-based`, `U.N.-funded`.
    private func isDescribed(_ word: Substring) -> Bool {
        ["-based", "-funded", "-run", "-owned", "-language", "-backed"].contains(where: word.hasSuffix)
    }

    /// `Russian`, `Danish`, `Chinese`: whose a medium is, and not its name.
    private func isOfPeople(_ word: Substring) -> Bool {
        [
            "ian", "ean", "can", "yan", "man", "ish", "ese", "nch", "eek", "utch", "eli", "raqi", "tani", "udi", "Hong",
            "Kong",
        ]
        .contains(where: word.hasSuffix)
    }

    /// A word without the genitive.
    private func bare(_ word: Substring) -> Substring {
        word.hasSuffix("'s") || word.hasSuffix("’s") ? word.dropLast(2) : word
    }

    private func isArticle(_ word: String) -> Bool { word == "the" || word == "a" || word == "an" }

    private static let noNames: Set<String> = [
        "the", "a", "an", "according", "local", "state", "one", "another", "this", "that", "in", "on", "it", "he",
        "she",
        "many", "some", "most", "and", "but", "while", "as", "mr", "mrs", "ms", "dr", "monday", "tuesday", "wednesday",
        "thursday", "friday", "saturday", "sunday",
    ]
    private static let mediumWords: Set<String> = [
        "newspaper", "newspapers", "daily", "weekly", "magazine", "broadcaster", "agency", "news", "tv", "television",
        "radio", "website", "tabloid", "station", "channel",
    ]
    private func isMediumWord(_ word: String) -> Bool { AttributionReader.mediumWords.contains(word) }

    private static let verbs: Set<String> = [
        "reported", "reports", "report", "said", "says", "wrote", "writes", "quoted", "quotes", "cited", "cites",
        "reporting", "revealed", "quoting", "citing", "reported:", "published",
    ]
    /// What may stand between a medium and its verb.
    private static let between: Set<String> = [
        "newspaper", "daily", "weekly", "magazine", "news", "agency", "website", "tv", "television", "radio", "tabloid",
        "broadcaster", "station", "channel", "has", "have", "had", "also", "first", "earlier", "later", "is", "was",
        "on",
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "initially", "correspondent",
        "correspondents", "service", "and", ",", "online", "state", "today", "yesterday",
    ]
    /// Words behind which a medium speaks of its own affairs.
    private static let own: Set<String> = [
        "it", "its", "it's", "it’s", "we", "our", "profit", "profits", "loss", "losses", "revenue", "revenues",
        "earnings",
    ]

    /// Notes a name when its neighbours say that it is a source; gives the token to go on with.
    private mutating func take(_ range: Range<Int>, medium: String?) -> Int? {
        var end = range.upperBound
        while end < tokens.count, isMediumWord(word(end)) { end += 1 }
        guard isCredit(range, medium) || isNamedBefore(range.lowerBound) || reports(after: range.upperBound) else {
            return nil
        }
        let first = tokens[range.lowerBound]
        let name = range.map { String(tokens[$0].text) }.joined(separator: " ")
        let entry = Attribution(name: trimmed(name), medium: medium, offset: first.offset)
        if !found.contains(where: { $0.medium != nil ? $0.medium == entry.medium : $0.name == entry.name }) {
            found.append(entry)
        }
        return end
    }

    private func trimmed(_ name: String) -> String {
        name.hasSuffix("'s") || name.hasSuffix("’s") ? String(name.dropLast(2)) : name
    }

    /// `(AP)`, or `(Reuters/AFP)`: alone in brackets behind a dateline or at the end of a line.
    private func isCredit(_ range: Range<Int>, _ medium: String?) -> Bool {
        guard medium != nil, word(1, before: range.lowerBound) == "(", word(range.upperBound) == ")" else {
            return false
        }
        let behind = range.upperBound + 1
        let endsLine = behind >= tokens.count || tokens[behind].beginsLine
        let opens = ["-", "–", "—"].contains(word(behind))
        // “the Associated Press (AP) and” only explains the short name.
        let explains = range.lowerBound >= 2 && tokens[range.lowerBound - 2].isCapital
        return endsLine && !explains || opens
    }

    /// “according to the state-run”, “told the”, “as quoted by”, “in an interview with” before the name.
    private func isNamedBefore(_ start: Int) -> Bool {
        var steps = 1
        while steps <= 4, isModifier(word(steps, before: start)) { steps += 1 }
        let last = word(steps, before: start)
        let before = word(steps + 1, before: start)
        switch last {
        case "to": return before == "according" || before == "interview"
        case "told": return true
        case "by":
            return ["reported", "quoted", "cited", "published", "obtained", "seen", "report", "interviewed", "reports"]
                .contains(before)
        case "with", "from": return before == "interview" || before == "report" || before == "reports"
        case "in": return before == "reported" || before == "published"
        case "quoting", "citing": return true
        default: return false
        }
    }

    /// An article, or a describing word such as “state-run”, “official”, “Russia’s”, “newspaper”.
    private func isModifier(_ word: String) -> Bool {
        let described: Set<String> = [
            "the", "a", "an", "local", "state", "state-run", "state-owned", "official", "semi-official", "semiofficial",
            "independent", "private", "privately-owned", "pro-government", "opposition", "financial", "business",
            "israeli",
            "russian", "chinese", "british", "german", "french", "iranian", "turkish", "arabic", "u.s", "us",
            "american",
            "japanese", "korean", "south", "north", "italian", "spanish", "indian", "pakistani", "saudi", "egyptian",
            "leading",
        ]
        return described.contains(word) || isMediumWord(word) || word.hasSuffix("'s") || word.hasSuffix("’s")
    }

    /// A verb of reporting behind the name that is not about the medium itself.
    private func reports(after end: Int) -> Bool {
        var index = end
        var steps = 0
        while steps < 5, AttributionReader.between.contains(word(index)) {
            index += 1
            steps += 1
        }
        guard AttributionReader.verbs.contains(word(index)) else { return false }
        if word(index - 1) == "was" && word(index) != "reporting" { return false }
        if word(index) == "report" || word(index) == "reports", isArticle(word(index + 1)) == false,
            word(index) == "report"
        {
            return ["said", "says", "claimed", "that"].contains(word(index + 1))
        }
        if ["quoted", "quotes", "quoting", "cited", "cites", "citing"].contains(word(index)) { return true }
        for offset in 1...4 {
            let next = word(index + offset)
            if next == "," || next == "." || next == "" { break }
            if AttributionReader.own.contains(next) { return false }
        }
        return true
    }
}
