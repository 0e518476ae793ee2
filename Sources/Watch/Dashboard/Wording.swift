import Records

/// An event in words for a person.
struct Wording {
    private let event: Event

    init(_ event: Event) { self.event = event }

    var actor: String { Wording.parties(event.actor, none: "nobody named") }
    var recipient: String { Wording.parties(event.recipient, none: "nobody named") }
    /// `SANCTION expel`.
    var act: String { Wording.act(event.event.rawValue, event.mode.first) }
    /// `USA sanction expel RUS`, without the status.
    var sentence: String { "\(actor) \(act) \(recipient)" }

    /// The status, and on whose word.
    var status: String {
        let claimants = event.claimedBy.map { $0.name ?? $0.text }.joined(separator: " and ")
        let word = Wording.status(event.status.rawValue)
        return claimants.isEmpty ? word : "\(word) by \(claimants)"
    }

    static func act(_ type: String, _ mode: String?) -> String { mode.map { "\(type) \($0)" } ?? type }

    static func parties(_ parties: [Actor], none: String) -> String {
        guard !parties.isEmpty else { return none }
        let names = parties.prefix(3).map { party in
            let name = party.name ?? party.text
            return party.code.map { name.contains($0) ? name : "\(name) (\($0))" } ?? name
        }
        return names.joined(separator: ", ") + (parties.count > 3 ? " and \(parties.count - 3) more" : "")
    }

    /// A status as a reader takes it: the record's word where it is plain.
    static func status(_ status: String) -> String { status == "negated" ? "did not happen" : status }

    /// Classes that tell at a glance what happened from what did not.
    static func standing(_ status: String) -> String {
        switch status {
        case "happened": "s-happened"
        case "denied", "negated": "open not"
        default: "open"
        }
    }

    static func quad(_ code: Int) -> String {
        switch code {
        case 1: "Verbal cooperation"
        case 2: "Material cooperation"
        case 3: "Verbal conflict"
        default: "Material conflict"
        }
    }

    /// `1 report`, `12 reports`.
    static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(grouped(number)) \(number == 1 ? one : many ?? one + "s")"
    }

    /// `1,234,567`.
    static func grouped(_ number: Int) -> String {
        let digits = Array("\(number.magnitude)")
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    /// `0.84`, or nil.
    static func decimal(_ number: Double?, places: Int = 2) -> String? {
        guard let number, number.magnitude < 1e12 else { return nil }
        let power = (0..<places).reduce(1) { power, _ in power * 10 }
        let scaled = Int((number.magnitude * Double(power)).rounded())
        let sign = number < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % power)
        return "\(sign)\(scaled / power).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
    }

    /// `35`, `2.5`.
    static func plain(_ number: Double) -> String {
        number.isFinite && number == number.rounded() && number.magnitude < 1e15 ? "\(Int(number))" : "\(number)"
    }

    /// `30 Dec 2016 08:15` of `2016-12-30T08:15:00.123Z`.
    static func moment(_ time: String) -> String {
        let parts = time.split(separator: "T", maxSplits: 1)
        guard parts.count == 2, let date = CivilDate(iso: parts[0]) else { return time }
        return "\(day(date)) \(parts[1].prefix(5))"
    }

    /// `30 Dec 2016`.
    static func day(_ date: CivilDate) -> String {
        let parts = date.parts
        return "\(parts.day) \(months[parts.month - 1]) \(parts.year)"
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
