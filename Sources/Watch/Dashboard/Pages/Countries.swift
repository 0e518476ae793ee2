import Postgres
import Records
import Storage

extension Dashboard {
    /// The days that an overview counts.
    struct Window {
        struct Choice {
            var name: String
            var link: String
            var isHere: Bool
        }

        let days: Int
        let since: CivilDate
        let until: CivilDate
        /// The days in words.
        let period: String
        let choices: [Choice]

        static let usual = [(30, "30 days"), (365, "a year"), (3650, "ten years")]

        /// The days that are asked for, up to the newest article.
        ///
        /// - Parameter lengths: that may be chosen, the usual one first.
        init(_ visit: Visit, lengths: [(Int, String)] = usual, on connection: Connection) throws {
            let asked = visit.text("days").flatMap { Int($0) } ?? lengths[0].0
            days = min(max(asked, 1), 3650)
            let newest = try Reading.newestDay(on: connection)
            // Without an article there is nothing to count in any time.
            until = newest ?? CivilDate(daysSinceEpoch: 0)
            since = until.adding(days: 1 - days)
            period = newest == nil ? "no article yet" : "\(Wording.day(since)) to \(Wording.day(until))"
            let days = days
            choices = lengths.map { length, name in
                Choice(name: name, link: visit.address(["days": "\(length)"]), isHere: length == days)
            }
        }
    }

    private struct CountriesView {
        struct Row {
            var code: String
            var name: String
            var events: String
            var acted: String
            var suffered: String
            var conflict: String
            var partner: Partner?
        }

        struct Partner {
            var pair: String
            var name: String
        }

        var period: String
        var choices: [Window.Choice]
        var rows: [Row]
        var matrix: ActionMatrix?
    }

    func countries(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let window = try Window(visit, on: connection)
        let rows = try Reading.countries(since: window.since, until: window.until, limit: 200, on: connection).value()
        let view = CountriesView(
            period: window.period,
            choices: window.choices,
            rows: rows.map { row in
                .init(
                    code: row.code,
                    name: names[row.code],
                    events: Wording.grouped(row.acted + row.suffered),
                    acted: Wording.grouped(row.acted),
                    suffered: Wording.grouped(row.suffered),
                    conflict: Wording.grouped(row.conflict),
                    partner: row.partner.map { .init(pair: "\(row.code)-\($0)", name: names[$0]) }
                )
            },
            matrix: try matrix(around: nil, window, connection)
        )
        return .html(templates.page("countries", title: "Countries", place: "/countries", view))
    }

    /// Who acts on whom; nil when nobody does.
    func matrix(around code: String?, _ window: Window, _ connection: Connection) throws -> ActionMatrix? {
        let rows = try Reading.matrix(
            around: code,
            since: window.since,
            until: window.until,
            parties: 6,
            on: connection
        )
        .value()
        guard !rows.isEmpty else { return nil }
        return ActionMatrix(
            rows.map { row in
                let most = row.quads.indices.max { row.quads[$0] < row.quads[$1] } ?? 0
                return .init(actor: row.actor, recipient: row.recipient, events: row.events, quad: most + 1)
            }
        )
    }
}
