/// Who acts on whom, as a table; a view for the template `matrix`.
struct ActionMatrix {
    /// Acts of one party on another.
    struct Cell {
        var actor: String
        var recipient: String
        var events: Int
        /// The kind of act with the most events.
        var quad: Int
    }

    struct Entry {
        var events: String
        var shade: String
        var link: String?
        var label: String
    }

    struct Row {
        var name: String
        var entries: [Entry]
    }

    let parties: [String]
    let rows: [Row]

    /// - Parameter limit: at most so many parties, those with the most events.
    init(_ cells: [Cell], limit: Int = 8) {
        var weight: [String: Int] = [:]
        for cell in cells {
            weight[cell.actor, default: 0] += cell.events
            weight[cell.recipient, default: 0] += cell.events
        }
        let parties = weight.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(limit).map(\.key)
        let most = cells.map(\.events).max() ?? 0
        var found: [String: Cell] = [:]
        for cell in cells { found["\(cell.actor)>\(cell.recipient)"] = cell }
        self.parties = parties
        rows = parties.map { actor in
            Row(
                name: actor,
                entries: parties.map { recipient in
                    guard let cell = found["\(actor)>\(recipient)"], cell.events > 0 else {
                        return Entry(events: "·", shade: "h0", link: nil, label: "none")
                    }
                    let shade = 1 + min(2, cell.events * 3 / (most + 1))
                    return Entry(
                        events: Wording.grouped(cell.events),
                        shade: "q\(cell.quad) h\(shade)",
                        link: actor == recipient ? nil : "/dyads/\(actor)-\(recipient)",
                        label:
                            "\(actor) on \(recipient): \(Wording.count(cell.events, "event")), most of it \(Wording.quad(cell.quad).lowercased())"
                    )
                }
            )
        }
    }
}
