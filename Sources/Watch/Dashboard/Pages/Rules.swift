import Briefing
import Postgres
import Records
import Settings
import Storage

extension Dashboard {
    private struct RulesView {
        struct Line {
            var name: String
            var description: String
            var kind: String
            var severity: String
            var isEnabled: Bool
            var firings: String
            var last: String?
            var lastAlert: String?
            var backtests: [Choice]
        }

        struct Choice {
            var link: String
            var name: String
            var label: String
        }

        var error: String?
        var directory: String?
        var backtest: BacktestView?
        var rules: [Line]
    }

    private struct BacktestView {
        struct Firing {
            var day: String
            var title: String
            var why: String
            var event: String?
            var label: String
        }

        var rule: String
        var days: String
        var count: String
        var firings: [Firing]
        var isCut: Bool
    }

    /// How many days a backtest may look back.
    private static let spans = [1, 7, 30]
    private static let shownFirings = 50

    /// The rules with their last alerts; with `?backtest=NAME&days=7`, what one would have said.
    func rules(_ visit: Visit, _ connection: Connection) throws -> Answer {
        var view = RulesView(directory: rules?.path, rules: [])
        do {
            let all = try rules?.read() ?? []
            let firings = try Reading.firings(on: connection).value()
            view.rules = all.map { rule in line(rule, firings.first { $0.rule == rule.name }) }
            if let name = visit.text("backtest") {
                guard let rule = all.first(where: { $0.name == name }) else {
                    throw NotThere("there is no rule '\(name)'")
                }
                let asked = visit.text("days").flatMap { Int($0) } ?? 7
                view.backtest = try backtest(rule, days: Dashboard.spans.first { $0 >= asked } ?? 30, connection)
            }
        } catch let error as SettingsError {
            // Watch goes on with the rules it had; the page says what is wrong with the files.
            view.error = "\(error)"
        }
        return .html(templates.page("rules", title: "Rules", place: "/rules", view))
    }

    private func line(_ rule: Rule, _ firing: Reading.Firing?) -> RulesView.Line {
        .init(
            name: rule.name,
            description: rule.description,
            kind: rule.kind.name,
            severity: rule.severity.rawValue,
            isEnabled: rule.isEnabled,
            firings: Wording.count(firing?.alerts ?? 0, "alert"),
            last: firing.map { Wording.moment($0.last) },
            lastAlert: firing?.alert,
            backtests: Dashboard.spans.map { days in
                .init(
                    link: "/rules?backtest=\(Visit.escaped(rule.name))&days=\(days)#backtest",
                    name: days == 1 ? "a day" : "\(days) days",
                    label: "Try the rule \(rule.name) on the last \(Wording.count(days, "day"))"
                )
            }
        )
    }

    private func backtest(_ rule: Rule, days: Int, _ connection: Connection) throws -> BacktestView {
        let now = try AlertStore.now(on: connection)
        let start = now - days * 86_400_000
        let backtest = Backtest([rule], since: start)
        let (first, asksWords) = (start - Backtest.lead(of: rule), rule.match.needsSentence)
        try AlertStore.read(since: first, sentences: asksWords, on: connection) { backtest.observe($0) }
        let alerts = backtest.finish(at: now)[0]
        return BacktestView(
            rule: rule.name,
            days: days == 1 ? "day" : "\(days) days",
            count: Wording.count(alerts.count, "time"),
            firings: alerts.suffix(Dashboard.shownFirings).reversed().map { alert in
                .init(
                    day: Wording.moment(Timestamp.text(milliseconds: alert.at)),
                    title: alert.title,
                    why: alert.why,
                    event: alert.evidence.last?.event,
                    label: "the event behind \(alert.title)"
                )
            },
            isCut: alerts.count > Dashboard.shownFirings
        )
    }
}
