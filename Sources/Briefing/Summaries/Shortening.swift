import Records

/// Parts of a sentence that a reader can do without: brackets, what is added to a name between commas (“, who took office in May,”), lists of
/// examples at the end, and weekdays, which mean nothing without the day of publication.
///
/// It goes by the words alone and only where they leave no doubt. A part that says on whose word, under what condition, or that not,
/// is never left out, and nothing is left out of a sentence with speech in it: what stays must claim no more than the whole.
enum Shortening {
    /// The longest part, in tokens.
    private static let longest = 25

    /// - Parameters:
    ///   - tokens: the sentence's, as byte spans.
    ///   - words: the same in lower case.
    static func omissible(_ tokens: [Span], _ words: [String]) -> [Span] {
        guard !words.contains(where: SummaryWords.quotes.contains) else { return [] }
        var parts: [Span] = []
        var at = 1
        while at < tokens.count {
            guard let end = partEnd(at, words[...]) else {
                at += 1
                continue
            }
            if end - at <= longest, !words[at..<end].contains(where: SummaryWords.binding.contains) {
                // The space before goes with it, the one behind stays.
                parts.append(Span(tokens[at - 1].end, tokens[end - 1].end))
            }
            at = end
        }
        return parts
    }

    /// The token behind the part that begins at a token, or nil when none begins there.
    private static func partEnd(_ at: Int, _ words: ArraySlice<String>) -> Int? {
        switch words[at] {
        case "(": bracketEnd(at, words)
        case "on": weekdayEnd(at, words)
        case ",": additionEnd(at, words)
        default: nil
        }
    }

    private static func bracketEnd(_ at: Int, _ words: ArraySlice<String>) -> Int? {
        guard let close = words[at...].firstIndex(of: ")"), close + 1 < words.count,
            !words[(at + 1)..<close].contains("(")
        else { return nil }
        return close + 1
    }

    /// “on Tuesday”, “on Tuesday night”; not “on Tuesday, May 3” or “on Tuesday and Friday”.
    private static func weekdayEnd(_ at: Int, _ words: ArraySlice<String>) -> Int? {
        guard at + 2 < words.count, weekdays.contains(words[at + 1]) else { return nil }
        let end = timesOfDay.contains(words[at + 2]) && at + 3 < words.count ? at + 3 : at + 2
        let next = words[end]
        return ["and", "or", ",", "to", "through", "-", "–"].contains(next)
            || next.utf8.first.map { $0 < 0x3A } ?? true && next != "."
            ? nil : end
    }

    private static func additionEnd(_ at: Int, _ words: ArraySlice<String>) -> Int? {
        guard at + 2 < words.count else { return nil }
        let opener = words[at + 1]
        guard openers.contains(opener) else { return nil }
        guard let comma = words[(at + 1)...].firstIndex(of: ",") else {
            // To the end, up to the stop; “, a member of the party.” may close a list instead.
            return !articles.contains(opener) && words.last == "." && at + 3 < words.count ? words.count - 1 : nil
        }
        // “Putin, who took office, said”: only a verb behind the second comma shows that the addition ends there.
        return comma + 1 < words.count && verbs.contains(words[comma + 1]) ? comma + 1 : nil
    }

    private static let articles: Set<String> = ["a", "an", "the"]
    private static let openers: Set<String> = articles.union(["who", "which", "whose", "where", "including"])
    private static let weekdays: Set<String> = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]
    private static let timesOfDay: Set<String> = ["morning", "afternoon", "evening", "night"]
    private static let verbs: Set<String> = Set(
        """
        is are was were has have had will would did does said says told called urged met ordered announced asked rejected accused \
        visited signed killed won lost took made went came agreed denied criticised criticized condemned warned
        """.split(separator: " ").map(String.init)
    )
}
