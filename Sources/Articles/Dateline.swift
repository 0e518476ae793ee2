/// The place, date and agency that open a wire story: `LONDON, March 3 (AP) - `.
struct Dateline: Equatable {
    /// `WASHINGTON, D.C.`, as written.
    var place: String?
    /// `Reuters`.
    var agency: String?
    /// Set when a date is stated; without its year it is a reason only.
    var date: StatedDate?

    private static let longest = 120
    private static let dashes = ["—", "–", " -- ", " - "]

    /// Reads the dateline of a text's first line; nil when it has none.
    ///
    /// A place is in capitals, or capitalised with an agency behind it, and the story behind the dash begins with a
    /// capital, a digit or a quotation mark: “NATO — the alliance — said” has no dateline.
    init?(_ text: String) {
        let line = String(decoding: text.utf8.prefix { $0 != 0x0A }.prefix(Dateline.longest + 20), as: UTF8.self)
        let found = Dateline.dashes.compactMap { line.firstRange(of: $0) }.min { $0.lowerBound < $1.lowerBound }
        guard let dash = found, line[..<dash.lowerBound].utf8.count <= Dateline.longest else { return nil }
        let story = line[dash.upperBound...].drop { $0 == " " }
        guard let first = story.first, !first.isLowercase, first.isLetter || first.isNumber || "“\"‘'«„".contains(first)
        else { return nil }
        var head = line[..<dash.lowerBound].drop { $0 == " " }
        while head.last == " " { head.removeLast() }
        if head.last == ")", let open = head.lastIndex(of: "(") {
            let inner = head[head.index(after: open)...].dropLast()
            guard let letter = inner.first, letter.isUppercase, inner.utf8.count <= 40 else { return nil }
            agency = String(inner)
            head = head[..<open]
            while head.last == " " { head.removeLast() }
        }
        takePlace(head)
        if place == nil && !(head.isEmpty && agency != nil) { return nil }
    }

    /// Reads a dateline that a format keeps apart from the story: `London, March 3 (AP) -`; nil when it is blank.
    init?(apart text: String?) {
        guard var line = Metadata.line(text, limit: Dateline.longest)?[...] else { return nil }
        while let last = line.last, " -–—:".contains(last) { line.removeLast() }
        guard !line.isEmpty else { return nil }
        let hasAgency = line.last == ")"
        // With an agency behind it a place need not be in capitals.
        if let whole = Dateline(line + (hasAgency ? "" : " (X)") + " — X"), whole.place != nil || hasAgency {
            self = whole
            if !hasAgency { agency = nil }
        } else {
            place = String(line)
        }
    }

    private mutating func takePlace(_ head: Substring) {
        var parts = head.split(separator: ",").map { $0.drop { $0 == " " } }
        if let last = parts.last, parts.count > 1 {
            let dated = parts.count > 2 ? "\(parts[parts.count - 2]), \(last)" : String(last)
            if let day = Dateline.dayAndMonth(last) {
                date = StatedDate(reason: "the dateline states “\(day)” without a year")
                parts.removeLast()
            } else if let whole = StatedDate(String(last)), whole.value != nil {
                date = whole
                parts.removeLast()
            } else if let whole = StatedDate(dated), whole.value != nil {
                date = whole
                parts.removeLast(2)
            }
        }
        let words = parts.joined(separator: " ").split(separator: " ")
        guard let first = parts.first, words.count <= 8, Dateline.isPlace(first, inCapitals: agency == nil) else {
            return
        }
        place = parts.map(String.init).joined(separator: ",").isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// `March 3` or `3 March`, without a year.
    private static func dayAndMonth(_ text: Substring) -> String? {
        let words = text.split(separator: " ")
        guard words.count == 2 else { return nil }
        let isDate =
            StatedDate.month(words[0]) != nil && StatedDate.dayNumber(words[1]) != nil
            || StatedDate.month(words[1]) != nil && StatedDate.dayNumber(words[0]) != nil
        return isDate ? String(text) : nil
    }

    private static func isPlace(_ name: Substring, inCapitals: Bool) -> Bool {
        let letters = name.filter(\.isLetter)
        guard letters.count >= 2, name.allSatisfy({ $0.isLetter || " .'’-/".contains($0) }) else { return false }
        if inCapitals { return letters.allSatisfy(\.isUppercase) }
        return name.split(separator: " ").allSatisfy { $0.first?.isUppercase ?? false || $0.count <= 3 }
            && name.first?.isUppercase == true
    }
}
