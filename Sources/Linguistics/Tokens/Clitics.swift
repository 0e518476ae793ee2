/// Where UD English cuts one written word into two syntactic words.
enum Clitics {
    /// The byte offset at which a word is cut, its end if it stays whole.
    static func cut(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        let length = end - start
        guard length >= 3, length <= 64 else { return end }
        if let cut = byApostrophe(bytes, start, end) { return cut }
        if bytes[start].isDigit { return unit(bytes, start, end) }
        guard length >= 4, length <= 8 else { return end }
        return listed(bytes, start, end)
    }

    private static func byApostrophe(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
        for back in 2...5 where end - start > back {
            let at = end - back
            let width: Int
            if bytes[at] == 0x27 {
                width = 1
            } else if bytes[at] == 0xE2, at + 2 < end, bytes[at + 1] == 0x80, bytes[at + 2] == 0x99 {
                width = 3
            } else {
                continue
            }
            let tail = bytes[(at + width)..<end]
            guard tail.count <= 2, let first = tail.first?.lowered else { continue }
            let second = tail.count == 2 ? tail[tail.startIndex + 1].lowered : 0
            switch (first, second) {
            case (UInt8(ascii: "s"), 0), (UInt8(ascii: "m"), 0), (UInt8(ascii: "d"), 0): return at
            case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
                (UInt8(ascii: "l"), UInt8(ascii: "l")):
                return at
            case (UInt8(ascii: "t"), 0) where bytes[at - 1].lowered == UInt8(ascii: "n") && at - 1 > start:
                return at - 1
            default: continue
            }
        }
        return nil
    }

    /// A number and its unit: 10am, 35km.
    private static func unit(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var at = end
        while at > start, bytes[at - 1].isLetter { at -= 1 }
        guard at > start, at < end, end - at <= 3, bytes[at - 1].isDigit,
            bytes[start..<at].allSatisfy({ $0.isDigit || ",.:".utf8.contains($0) })
        else { return end }
        return units.contains(String(decoding: bytes[at..<end].map(\.lowered), as: UTF8.self)) ? at : end
    }

    private static let units: Set<String> = [
        "am", "pm", "km", "kg", "mm", "cm", "ml", "mg", "mph", "kph", "hz", "khz", "mhz", "ghz", "gb", "mb", "kb", "tb",
        "ft", "lb",
        "lbs", "oz", "mw", "kw", "gw", "min", "hrs", "hr", "bn",
    ]

    private static func listed(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        let second = bytes[start + 1].lowered
        // All of the list have one of these as their second letter; most words are told apart here.
        guard second == 0x61 || second == 0x6F || second == 0x65 || second == 0x69 || second == 0x73 || second == 0x68
        else { return end }
        guard let cut = whole[String(decoding: bytes[start..<end].map(\.lowered), as: UTF8.self)] else { return end }
        return start + cut
    }

    private static let whole: [String: Int] = [
        "cannot": 3, "gonna": 3, "wanna": 3, "gotta": 3, "gimme": 3, "lemme": 3, "dont": 2, "doesnt": 4, "didnt": 3,
        "isnt": 2,
        "wont": 2, "hasnt": 3, "havent": 4, "couldnt": 5, "wasnt": 3, "whats": 4, "thats": 4,
    ]
}
