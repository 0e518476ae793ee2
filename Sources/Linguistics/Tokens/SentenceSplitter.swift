/// Ends sentences at full stops, question and exclamation marks, at blank lines, and where a headline, a dateline or a list item ends.
struct SentenceSplitter {
    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Sets the sentence ends of the tokens.
    ///
    /// Complexity: O(*n*) in the number of tokens.
    func run(on spans: inout TokenSpans) {
        var start = 0
        for index in 0..<spans.count {
            let next = index + 1
            let isEnd =
                next == spans.count || spans.breaks[next] > 1 || endsLine(spans, start, index)
                || endsSentence(spans, index) || endsDateline(spans, start, index)
            if isEnd {
                spans.sentenceEnds.append(Int32(next))
                start = next
            }
        }
    }

    /// Whether a line break behind this token ends a sentence: a short line without a stop, a new line with a capital or a bullet.
    private func endsLine(_ spans: TokenSpans, _ start: Int, _ index: Int) -> Bool {
        let next = index + 1
        guard spans.breaks[next] == 1 else { return false }
        if isBullet(spans, next) { return true }
        guard first(spans, next).isUpper || first(spans, next).isDigit || isOpening(spans, next) else { return false }
        // A line of wrapped text is long; a headline, a byline or a list item is not.
        return Int(spans.ends[index]) - lineStart(Int(spans.starts[index])) < 60
            && !",;-".utf8.contains(first(spans, index))
    }

    /// Whether this token is the dash behind `ISTANBUL, July 22 —`, `WASHINGTON (AP) -` or `St. Louis (Reuters) --` at the start of a line.
    ///
    /// A place without agency or date is one in capitals before a long dash; what follows begins with a capital, a digit or a quotation mark.
    private func endsDateline(_ spans: TokenSpans, _ start: Int, _ index: Int) -> Bool {
        let next = index + 1
        let isHyphen = length(spans, index) == 1
        guard index > start, index - start <= SentenceSplitter.longestDateline, start == 0 || spans.breaks[start] > 0,
            first(spans, index) == UInt8(ascii: "-") && length(spans, index) <= 2 || isDash(spans, index),
            length(spans, start) > 1, spans.starts[index] > spans.ends[index - 1],
            first(spans, next).isUpper || first(spans, next).isDigit || isOpening(spans, next)
        else { return false }
        var end = index
        if first(spans, index - 1) == UInt8(ascii: ")") {
            end = (start..<index).first { first(spans, $0) == UInt8(ascii: "(") } ?? start
        }
        let hasAgency = end > start && end < index
        var isDated = false
        for at in start..<end {
            let word = bytes[Int(spans.starts[at])..<Int(spans.ends[at])]
            if word.allSatisfy(\.isDigit) {
                isDated = isDated || at > start
            } else if !SentenceSplitter.months.contains(String(decoding: word.prefix(3), as: UTF8.self)) || at == start
            {
                guard word.allSatisfy({ $0.isUpper || ",.'-".utf8.contains($0) || hasAgency && $0.isLetter }),
                    word[word.startIndex].isUpper || word.count == 1
                else { return false }
            }
        }
        return end > start && (hasAgency || isDated || !isHyphen && length(spans, start) > 3)
    }

    private func lineStart(_ at: Int) -> Int {
        var start = at
        while start > 0, at - start < 80, bytes[start - 1] != 0x0A { start -= 1 }
        return start
    }

    private func isBullet(_ spans: TokenSpans, _ index: Int) -> Bool {
        let byte = first(spans, index)
        return length(spans, index) == 1 && "*-".utf8.contains(byte)
            || byte == 0xE2 && bytes[Int(spans.starts[index]) + 1] == 0x80
                && bytes[Int(spans.starts[index]) + 2] == 0xA2
    }

    /// Whether a sentence ends with this token: closing marks belong to the sentence whose stop they follow.
    private func endsSentence(_ spans: TokenSpans, _ index: Int) -> Bool {
        let next = index + 1
        if isClosing(spans, next), spans.starts[next] == spans.ends[index], closes(spans, next) { return false }
        var stop = index
        while stop > 0, index - stop < 3, isClosing(spans, stop) { stop -= 1 }
        let mark = first(spans, stop)
        switch mark {
        case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"):
            guard !isWordLike(spans, stop) else { return false }
            return begins(spans, next, behindQuote: stop < index, mark: mark)
        case 0xE2 where isEllipsis(spans, stop): return begins(spans, next, behindQuote: stop < index, mark: 0x2E)
        default:
            return stop == index && last(spans, index) == UInt8(ascii: ".") && length(spans, index) > 1
                && endsWithAbbreviation(spans, index)
        }
    }

    private func isWordLike(_ spans: TokenSpans, _ index: Int) -> Bool {
        length(spans, index) > 1
            && (bytes[Int(spans.starts[index]) + 1].isLetter || bytes[Int(spans.starts[index]) + 1].isDigit)
    }

    private func isEllipsis(_ spans: TokenSpans, _ index: Int) -> Bool {
        let at = Int(spans.starts[index])
        return length(spans, index) == 3 && bytes[at + 1] == 0x80 && bytes[at + 2] == 0xA6
    }

    /// Whether the next token can begin a sentence.
    private func begins(_ spans: TokenSpans, _ next: Int, behindQuote: Bool, mark: UInt8) -> Bool {
        var at = next
        while at < spans.count, at - next < 2, isOpening(spans, at) { at += 1 }
        guard at < spans.count else { return true }
        let byte = first(spans, at)
        if byte.isLetter && !byte.isUpper {
            // “Go!” she said; but a stop and a space before a small letter end a sentence in careless text.
            return !behindQuote && mark == UInt8(ascii: ".") && length(spans, next - 1) == 1
                && spans.starts[next] > spans.ends[next - 1]
        }
        if ",;:)-".utf8.contains(byte) || byte == 0xE2 && isDash(spans, at) { return false }
        if mark != UInt8(ascii: "."), behindQuote || spans.starts[next] == spans.ends[next - 1] {
            return byte.isUpper || byte >= 0x80 || byte.isDigit || at > next
        }
        return true
    }

    private func isDash(_ spans: TokenSpans, _ index: Int) -> Bool {
        let at = Int(spans.starts[index])
        return length(spans, index) == 3 && bytes[at + 1] == 0x80 && (bytes[at + 2] == 0x93 || bytes[at + 2] == 0x94)
    }

    /// An abbreviation's stop ends a sentence when what follows begins one and the abbreviation is no title.
    private func endsWithAbbreviation(_ spans: TokenSpans, _ index: Int) -> Bool {
        let next = index + 1
        let start = Int(spans.starts[index])
        let end = Int(spans.ends[index]) - 1
        let word = String(decoding: bytes[start..<end].map(\.lowered), as: UTF8.self)
        guard end - start > 1, !Abbreviations.before.contains(word) else { return false }
        var at = next
        while at < spans.count, isOpening(spans, at) { at += 1 }
        guard at < spans.count, first(spans, at).isUpper else { return false }
        let following = String(decoding: bytes[Int(spans.starts[at])..<Int(spans.ends[at])], as: UTF8.self)
        return at > next || SentenceSplitter.openers.contains(following)
    }

    private static let longestDateline = 14
    private static let months: Set<String> = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    // MARK: Tokens

    private func first(_ spans: TokenSpans, _ index: Int) -> UInt8 { bytes[Int(spans.starts[index])] }
    private func last(_ spans: TokenSpans, _ index: Int) -> UInt8 { bytes[Int(spans.ends[index]) - 1] }
    private func length(_ spans: TokenSpans, _ index: Int) -> Int { Int(spans.ends[index] - spans.starts[index]) }

    private func isClosing(_ spans: TokenSpans, _ index: Int) -> Bool {
        switch first(spans, index) {
        case UInt8(ascii: ")"), UInt8(ascii: "]"): return true
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return length(spans, index) <= 2 && index > 0 && spans.starts[index] == spans.ends[index - 1]
        default:
            return ScalarReader.read(bytes, Int(spans.starts[index])).kind == .closeQuote && length(spans, index) <= 3
        }
    }

    /// A straight quote that touches the stop before it closes, unless it touches the word behind it too.
    private func closes(_ spans: TokenSpans, _ index: Int) -> Bool {
        guard first(spans, index) == UInt8(ascii: "\""), index + 1 < spans.count else { return true }
        return spans.starts[index + 1] > spans.ends[index] || !first(spans, index + 1).isLetter
    }

    private func isOpening(_ spans: TokenSpans, _ index: Int) -> Bool {
        switch first(spans, index) {
        case UInt8(ascii: "("), UInt8(ascii: "["): return true
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            return length(spans, index) <= 2 && index + 1 < spans.count && spans.starts[index + 1] == spans.ends[index]
        default:
            return ScalarReader.read(bytes, Int(spans.starts[index])).kind == .openQuote && length(spans, index) <= 3
        }
    }

    /// Words that, with a capital, begin sentences rather than names.
    private static let openers: Set<String> = [
        "The", "A", "An", "He", "She", "It", "They", "We", "I", "You", "But", "And", "In", "On", "At", "This", "That",
        "These",
        "Those", "His", "Her", "Their", "Its", "Our", "My", "However", "Meanwhile", "Earlier", "After", "Before",
        "When", "While",
        "If", "As", "For", "There", "Last", "Since", "Some", "Many", "Most", "Both", "Also", "With", "By", "From", "To",
        "So",
        "Although", "Though", "During", "Under", "Despite", "Officials", "Police", "What", "Who", "Why", "How", "Now",
        "Then",
        "No", "Not", "Yet", "According", "Another", "Other", "One", "Two", "Three",
    ]
}
