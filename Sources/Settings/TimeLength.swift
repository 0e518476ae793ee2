/// Lengths of time as people write them.
package enum TimeLength {
    private static let units: [(name: Character, seconds: Int)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

    /// The seconds of `90s`, `15m`, `2h` or `7d`; nil when the text is something else.
    package static func seconds(_ text: String) -> Int? {
        guard let unit = units.first(where: { $0.name == text.last }), let count = Int(text.dropLast()),
            (0...1_000_000).contains(count)
        else { return nil }
        return count * unit.seconds
    }

    /// In the largest units that divide it, as a person writes it: `90m` is `1h 30m`.
    package static func text(seconds: Int) -> String {
        guard seconds > 0 else { return "0s" }
        var rest = seconds
        var parts: [String] = []
        for unit in units {
            let (count, left) = rest.quotientAndRemainder(dividingBy: unit.seconds)
            if count > 0 { parts.append("\(count)\(unit.name)") }
            rest = left
        }
        return parts.joined(separator: " ")
    }
}
