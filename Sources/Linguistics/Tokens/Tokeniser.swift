/// Splits text into the words of UD English: possessives and contractions apart, hyphenated words apart unless the first part is a prefix.
///
/// Works on chunks between white space: marks are peeled off both ends, then the core is cut where words meet.
/// Complexity: O(*n*) in the bytes of the text; a chunk is never longer than ``longestChunk``.
struct Tokeniser {
    /// A run without white space that is longer than this is cut here, in bytes.
    static let longestChunk = 1024

    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Appends the tokens of the text.
    func run(into spans: inout TokenSpans) {
        var at = 0
        var breaks: UInt8 = 0
        while at < bytes.count {
            let (kind, width) = ScalarReader.read(bytes, at)
            if kind == .space {
                if bytes[at] == UInt8(ascii: "\n") || isParagraphSeparator(at, width) { breaks = min(breaks + 1, 3) }
                at += width
                continue
            }
            let end = chunkEnd(from: at)
            let first = spans.count
            chunk(at, end, into: &spans)
            if spans.count > first { spans.breaks[first] = breaks }
            breaks = 0
            at = end
        }
    }

    private func isParagraphSeparator(_ at: Int, _ width: Int) -> Bool {
        width == 3 && bytes[at] == 0xE2 && bytes[at + 1] == 0x80 && (bytes[at + 2] == 0xA8 || bytes[at + 2] == 0xA9)
    }

    private func chunkEnd(from start: Int) -> Int {
        var at = start
        while at < bytes.count, at - start < Tokeniser.longestChunk {
            let (kind, width) = ScalarReader.read(bytes, at)
            if kind == .space { break }
            at += width
        }
        return at
    }

    // MARK: Chunks

    private func chunk(_ from: Int, _ to: Int, into spans: inout TokenSpans) {
        guard from < to else { return }
        var start = from
        var end = to
        if isSingleWord(start, end) { return word(start, end, into: &spans) }
        if emoticon(start, end) || address(start, end) { return emit(start, end, into: &spans) }
        start = peelFront(start, end, into: &spans)
        guard start < end else { return }
        if let stop = webAddressEnd(start, end) {
            emit(start, stop, into: &spans)
            return chunk(stop, end, into: &spans)
        }
        var tail: [(Int, Int)] = []
        end = peelBack(start, end, &tail)
        if start < end { core(start, end, into: &spans) }
        for (a, b) in tail.reversed() { emit(a, b, into: &spans) }
    }

    /// The common case, decided in one pass: letters only.
    private func isSingleWord(_ start: Int, _ end: Int) -> Bool {
        for at in start..<end where !bytes[at].isLetter { return false }
        return true
    }

    private func peelFront(_ from: Int, _ end: Int, into spans: inout TokenSpans) -> Int {
        var start = from
        while start < end {
            let (kind, width) = ScalarReader.read(bytes, start)
            if kind.isWord || keepsFront(start, end) { break }
            let stop = markEnd(start, end, width)
            emit(start, stop, into: &spans)
            start = stop
        }
        return start
    }

    /// Marks that belong to the word behind them: decades ('90s), contractions that stand alone, handles, signs before a digit.
    private func keepsFront(_ at: Int, _ end: Int) -> Bool {
        let next = at + 1 < end ? bytes[at + 1] : 0
        switch bytes[at] {
        case UInt8(ascii: "'"):
            return isClitic(at, end) || (next.isDigit && at + 3 < end && bytes[at + 3].lowered == 0x73)
        case UInt8(ascii: "@"): return next.isLetter || next.isDigit || next == 0x5F
        case UInt8(ascii: "#"): return next.isLetter
        case UInt8(ascii: "."): return next.isDigit
        case 0xE2: return isClitic(at, end)
        default: return false
        }
    }

    /// Equal marks in a row are one token, and so are mixed question and exclamation marks.
    private func markEnd(_ start: Int, _ end: Int, _ width: Int) -> Int {
        let byte = bytes[start]
        var stop = start + width
        guard width == 1, !"()[]{}$\"&".utf8.contains(byte) else { return stop }
        let asks = byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?")
        while stop < end, bytes[stop] == byte || (asks && (bytes[stop] == 0x21 || bytes[stop] == 0x3F)) { stop += 1 }
        return stop
    }

    private func peelBack(_ start: Int, _ from: Int, _ tail: inout [(Int, Int)]) -> Int {
        var end = from
        while end > start {
            var at = end - 1
            while at > start, bytes[at] & 0xC0 == 0x80 { at -= 1 }
            let (kind, width) = ScalarReader.read(bytes, at)
            if kind.isWord || at + width != end { break }
            var first = at
            if width == 1, !")]}$\"&".utf8.contains(bytes[at]) {
                let asks = bytes[at] == 0x21 || bytes[at] == 0x3F
                while first > start,
                    bytes[first - 1] == bytes[at] || (asks && (bytes[first - 1] == 0x21 || bytes[first - 1] == 0x3F))
                {
                    first -= 1
                }
            }
            if bytes[at] == UInt8(ascii: "."), end - first == 1, keepsStop(start, at, tail.isEmpty) { break }
            if bytes[at] == UInt8(ascii: "/") || bytes[at] == UInt8(ascii: "'"), first == start { break }
            tail.append((first, end))
            end = first
        }
        return end
    }

    /// Whether the stop at `at` belongs to the word before it.
    private func keepsStop(_ start: Int, _ at: Int, _ isLast: Bool) -> Bool {
        guard at > start else { return false }
        var first = at
        while first > start, bytes[first - 1].isLetter || bytes[first - 1] == UInt8(ascii: ".") { first -= 1 }
        let word = bytes[first..<at]
        guard let byte = word.first, byte.isLetter, word.count <= 8 else { return false }
        if word.count == 1 {
            return byte.isUpper ? (byte != UInt8(ascii: "I") || beginsName(at + 1)) : isLast && nextIsDigit(at + 1)
        }
        if word.contains(UInt8(ascii: ".")), lettersApart(word) { return true }
        let text = String(decoding: word.map(\.lowered), as: UTF8.self)
        if Abbreviations.numbered.contains(text), nextIsDigit(at + 1) { return true }
        if Abbreviations.numbered.contains(text), !Abbreviations.capitalised.contains(text) { return false }
        if Abbreviations.capitalised.contains(text) { return byte.isUpper && followsText(at + 1) }
        return Abbreviations.before.contains(text) || Abbreviations.anywhere.contains(text)
    }

    private func lettersApart(_ word: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var letters = 0
        for byte in word {
            letters = byte == UInt8(ascii: ".") ? 0 : letters + 1
            if letters > 2 { return false }
        }
        return true
    }

    private func firstBehind(_ at: Int) -> UInt8 {
        var next = at
        while next < bytes.count, next < at + 3, bytes[next] == 0x20 || bytes[next] == 0x0A { next += 1 }
        return next < bytes.count && next > at ? bytes[next] : 0
    }

    private func nextIsDigit(_ at: Int) -> Bool { firstBehind(at).isDigit }
    private func followsText(_ at: Int) -> Bool { at < bytes.count && firstBehind(at) != 0 }
    private func beginsName(_ at: Int) -> Bool { at < bytes.count && (bytes[at].isUpper) }

    // MARK: Inside a chunk

    /// Cuts the core of a chunk at the marks inside it.
    private func core(_ from: Int, _ end: Int, into spans: inout TokenSpans) {
        if isNumeric(from, end) { return emit(from, end, into: &spans) }
        var start = from
        var at = from
        while at < end {
            let (kind, width) = ScalarReader.read(bytes, at)
            if kind.isWord || joins(start, at, width, end) || (at == from && keepsFront(at, end)) {
                at += width
                continue
            }
            if at > start { word(start, at, into: &spans) }
            let stop = markEnd(at, end, width)
            emit(at, stop, into: &spans)
            start = stop
            at = stop
        }
        if start < end { word(start, end, into: &spans) }
    }

    /// Dates, times, fractions, telephone numbers: digits with `/`, `:`, `-`, `.` or `,` between them.
    private func isNumeric(_ start: Int, _ end: Int) -> Bool {
        guard bytes[start].isDigit || bytes[start] == UInt8(ascii: "."), bytes[end - 1].isDigit else { return false }
        var dashes = 0
        var lastGroup = 0
        for at in start..<end {
            if bytes[at].isDigit {
                lastGroup += 1
                continue
            }
            guard "/:-.,".utf8.contains(bytes[at]) else { return false }
            if bytes[at] == UInt8(ascii: "-") { dashes += 1 }
            lastGroup = 0
        }
        // One dash is a range unless a telephone number's last group follows; two are a date or a telephone number.
        return dashes != 1 || (lastGroup == 4 && end - start == 8)
    }

    private func joins(_ start: Int, _ at: Int, _ width: Int, _ end: Int) -> Bool {
        guard at > start, at + width < end else { return at + width == end && keepsEnd(start, at) }
        let before = bytes[at - 1]
        let after = bytes[at + width]
        if isApostrophe(at) {
            return (before.isLetter || before.isDigit || before >= 0x80) && (after.isLetter || after >= 0x80)
        }
        switch bytes[at] {
        case UInt8(ascii: "."):
            return (before.isLetter || before.isDigit || before >= 0x80) && joinsByStop(start, at, end)
        case UInt8(ascii: ","): return before.isDigit && after.isDigit
        case UInt8(ascii: ":"): return before.isDigit && after.isDigit
        case UInt8(ascii: "/"): return before.isDigit && after.isDigit
        case UInt8(ascii: "&"): return before.isUpper && after.isUpper && at - start <= 3 && end - at <= 4
        case UInt8(ascii: "_"): return true
        case UInt8(ascii: "$"): return before.isUpper && after.isDigit && at - start <= 3
        case UInt8(ascii: "@"): return before.isLetter && after.isLetter
        case UInt8(ascii: "-"): return joinsByHyphen(start, at)
        default: return false
        }
    }

    private func keepsEnd(_ start: Int, _ at: Int) -> Bool {
        bytes[at] == UInt8(ascii: ".") && keepsStop(start, at, true)
    }

    /// A stop inside a word: decimals, initials, domain names; not the missing space behind a sentence.
    private func joinsByStop(_ start: Int, _ at: Int, _ end: Int) -> Bool {
        let before = bytes[at - 1]
        let after = bytes[at + 1]
        if before.isDigit && after.isDigit { return true }
        guard after.isLetter || after.isDigit else { return false }
        // A small letter, then a capital: two sentences that touch.
        if after.isUpper, !before.isUpper, before.isLetter, at - start > 2 { return false }
        return true
    }

    private func joinsByHyphen(_ start: Int, _ at: Int) -> Bool {
        guard at - start <= 8 else { return false }
        return Abbreviations.prefixes.contains(String(decoding: bytes[start..<at].map(\.lowered), as: UTF8.self))
    }

    private func isApostrophe(_ at: Int) -> Bool {
        bytes[at] == 0x27
            || (at + 2 < bytes.count && bytes[at] == 0xE2 && bytes[at + 1] == 0x80 && bytes[at + 2] == 0x99)
    }

    // MARK: Words

    /// Emits a word; its clitic, its unit or its currency apart.
    private func word(_ start: Int, _ end: Int, into spans: inout TokenSpans) {
        if end - start > 2, end - start < 32, let sign = bytes[start..<end].firstIndex(of: UInt8(ascii: "$")),
            sign + 1 < end
        {
            emit(start, sign + 1, into: &spans)
            return word(sign + 1, end, into: &spans)
        }
        let cut = Clitics.cut(bytes, start, end)
        if cut > start, cut < end {
            emit(start, cut, into: &spans)
            emit(cut, end, into: &spans)
        } else {
            emit(start, end, into: &spans)
        }
    }

    private func isClitic(_ at: Int, _ end: Int) -> Bool {
        guard isApostrophe(at) else { return false }
        let width = bytes[at] == 0x27 ? 1 : 3
        switch end - at - width {
        case 1: return "sdmSDM".utf8.contains(bytes[at + width])
        case 2:
            let pair = [bytes[at + width].lowered, bytes[at + width + 1].lowered]
            return ["re", "ve", "ll", "em"].contains { Array($0.utf8) == pair }
        default: return false
        }
    }

    private func emit(_ start: Int, _ end: Int, into spans: inout TokenSpans) {
        spans.starts.append(Int32(start))
        spans.ends.append(Int32(end))
        spans.breaks.append(0)
    }

    // MARK: Addresses

    private func emoticon(_ start: Int, _ end: Int) -> Bool {
        guard end - start <= 4, end - start >= 2 else { return false }
        return Tokeniser.emoticons.contains(String(decoding: bytes[start..<end], as: UTF8.self))
    }

    private static let emoticons: Set<String> = [
        ":)", ":(", ";)", ":D", ":P", ":p", ":-)", ":-(", ";-)", ":-D", "=)", "=(", ":/", ":-/", "<3", "^_^", ":o)",
        ":]", "xD",
        "XD", ":|", ":'(", "-_-", "o_O", "&amp", "&lt", "&gt",
    ]

    /// An e-mail address and nothing else.
    private func address(_ start: Int, _ end: Int) -> Bool {
        guard let sign = bytes[start..<end].firstIndex(of: UInt8(ascii: "@")), sign > start, sign + 3 < end else {
            return false
        }
        guard bytes[(sign + 1)..<end].contains(UInt8(ascii: ".")), bytes[end - 1].isLetter,
            bytes[start].isLetter || bytes[start].isDigit
        else { return false }
        return bytes[start..<end].allSatisfy { $0.isLetter || $0.isDigit || "@._-+%".utf8.contains($0) }
    }

    /// Where a web address that begins here ends: marks of the sentence around it left out.
    private func webAddressEnd(_ start: Int, _ end: Int) -> Int? {
        let head = bytes[start..<min(end, start + 8)].map(\.lowered)
        let isAddress =
            ["http://", "https://", "ftp://", "www."].contains { head.starts(with: Array($0.utf8)) }
            || isDomain(start, end)
        guard isAddress else { return nil }
        var stop = end
        while stop > start + 4, ".,;:!?)]}>\"'".utf8.contains(bytes[stop - 1]) {
            if bytes[stop - 1] == UInt8(ascii: ")"), bytes[start..<stop].contains(UInt8(ascii: "(")) { break }
            stop -= 1
        }
        return stop
    }

    /// example.com, example.org/path: a known ending behind the only kind of mark.
    private func isDomain(_ start: Int, _ end: Int) -> Bool {
        guard end - start > 5, bytes[start].isLetter || bytes[start].isDigit else { return false }
        var at = start
        var dot = -1
        while at < end,
            bytes[at].isLetter || bytes[at].isDigit || bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: ".")
        {
            if bytes[at] == UInt8(ascii: ".") { dot = at }
            at += 1
        }
        if dot == at - 1 {  // the sentence's stop
            at = dot
            dot = bytes[start..<at].lastIndex(of: UInt8(ascii: ".")) ?? -1
        }
        guard dot > start + 1, at - dot >= 3, at - dot <= 5 else { return false }
        return Tokeniser.domains.contains(String(decoding: bytes[(dot + 1)..<at], as: UTF8.self))
    }

    private static let domains: Set<String> = [
        "com", "org", "net", "gov", "edu", "mil", "info", "co", "uk", "html", "htm", "ru", "de", "tv", "io",
    ]
}
