import ArgumentParser
import Briefing
import FoundationEssentials
import Knowledge
import Postgres
import Records
import ServiceSupport
import Settings
import Storage
import Supervision
import Watch

struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Alert rules: checks them, tries them on one event, and shows what they would have said.",
        discussion: """
            Rules are YAML files in DATA/rules/, or in seeds/rules/ where there is no such directory; tidings-watch reads them whenever
            they change. docs/rules.md is the manual.

            Examples:
              tidings rules check
              tidings rules list
              tidings rules test 018d…
              tidings rules backtest --since 30d --rule expulsions
            """,
        subcommands: [Check.self, List.self, Test.self, Backtesting.self]
    )
}

/// Where rules stand.
private struct RulesOptions: ParsableArguments {
    @Option(help: "The directory of rules; DATA/rules, else seeds/rules.") var rules: String?
    @Option(help: "The directory of the knowledge tables; the one beside this program when not given.")
    var seeds: String?

    func directory(_ stack: StackOptions, _ named: String? = nil) throws -> RulesDirectory {
        let seeds = try seeds ?? Installation.seeds()
        var isDirectory: Bool { FileManager.default.fileExists(atPath: stack.layout.rules) }
        let path = named ?? rules ?? (isDirectory ? stack.layout.rules : "\(seeds)/rules")
        return RulesDirectory(
            path,
            knowledge: try Knowledge(directory: seeds),
            places: AlertPlaces(stack.layout.alerts)
        )
    }

    /// The rules, or one of them.
    func read(_ stack: StackOptions, only name: String? = nil) throws -> [Rule] {
        let directory = try directory(stack)
        let rules = try directory.read()
        guard let name else { return rules }
        guard let rule = rules.first(where: { $0.name == name }) else {
            throw Complaint("\(directory.path) has no rule '\(name)'; 'tidings rules list' shows what there is")
        }
        return [rule]
    }
}

extension RulesCommand {
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads all rules; says file and line of what is wrong.",
            discussion: "Examples:\n  tidings rules check\n  tidings rules check my-rules/"
        )

        @Argument(help: "The directory; DATA/rules, else seeds/rules, when not given.") var directory: String?
        @OptionGroup private var options: RulesOptions
        @OptionGroup var stack: StackOptions

        func run() throws {
            let directory = try options.directory(stack, directory)
            let rules = try directory.read()
            note("\(directory.path): \(rules.count) rule\(rules.count == 1 ? "" : "s"), all right")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One line a rule: name, kind, severity, and what it is about.",
            discussion: "Example:\n  tidings rules list"
        )

        @OptionGroup private var options: RulesOptions
        @OptionGroup var stack: StackOptions

        func run() throws {
            let rules = try options.read(stack)
            let width = rules.map(\.name.count).max() ?? 0
            for rule in rules {
                let state = rule.isEnabled ? rule.severity.rawValue : "off"
                output(
                    "\(rule.name.padded(width))  \(rule.kind.name.padded(11))  \(state.padded(8))  \(rule.description)\n"
                )
            }
            if rules.isEmpty { note("no rules") }
        }
    }

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Which rules one event matches, and why not the others.",
            discussion: """
                An event of the database has its incident's independent reports; one from standard input counts as the only one.

                Examples:
                  tidings rules test 018d…
                  tidings extract --output jsonl report.txt | head -1 | tidings rules test -
                """
        )

        @Argument(help: "The event's id, or - for its record, one line of JSON, on standard input.") var event: String
        @Option(help: "Only this rule.") var rule: String?
        @OptionGroup private var options: RulesOptions
        @OptionGroup var stack: StackOptions

        func run() throws {
            let event = try event == "-" ? piped() : stored()
            for rule in try options.read(stack, only: rule) {
                let failures = rule.match.failures(event)
                let groups = RuleEngine(rule).groups(of: event)
                if !failures.isEmpty {
                    output("no   \(rule.name)\n" + failures.map { "       \($0)\n" }.joined())
                } else if groups.isEmpty {
                    let missing = rule.groupBy.filter { $0.values(in: event).isEmpty }.map(\.rawValue)
                    output("no   \(rule.name)\n       group_by: the event has no \(missing.joined(separator: ", "))\n")
                } else {
                    let key = groups == [""] ? "" : "  \(groups.joined(separator: "; "))"
                    output("yes  \(rule.name)  (\(rule.kind.name))\(key)\n")
                }
            }
        }

        private func piped() throws -> RuleEvent {
            var lines = try InputLines("-")
            guard let line = try lines.next() else {
                throw Complaint("standard input is empty; an event's JSON is wanted")
            }
            let record: Event
            do { record = try JSON.decode(Event.self, from: line) } catch {
                throw Complaint("the first line is no event: \(error); 'tidings show event ID' prints one")
            }
            var event = RuleEvent(LoggedEvent(seq: 0, at: 0, event: record))
            let knowledge = try Knowledge(directory: options.seeds ?? Installation.seeds())
            event.point = record.location.flatMap { knowledge.coordinates(of: $0.name, country: $0.country) }
            return event
        }

        private func stored() throws -> RuleEvent {
            guard let found = try AlertStore.event(event.lowercased(), on: stack.connect()) else {
                throw Complaint("no event \(event) that holds; ids stand in each record under id")
            }
            return found
        }
    }

    struct Backtesting: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backtest",
            abstract: "What rules would have said of the events that are there.",
            discussion: """
                It reads the reports that hold now: corrected events as they were corrected, retracted ones not at all.

                Examples:
                  tidings rules backtest --since 30d
                  tidings rules backtest --since 2024-01-01 --rule expulsions
                  tidings rules backtest --rules my-rules/ --since 7d --output jsonl
                """
        )

        enum Output: String, ExpressibleByArgument, CaseIterable { case text, jsonl }

        @Option(help: "From when on: 30d, 12h, or a day such as 2024-01-31 (UTC).") var since = "30d"
        @Option(help: "Only this rule.") var rule: String?
        @Option(help: "text or jsonl: one alert a line.") var output: Output = .text
        @Option(help: "Show at most so many alerts of each rule.") var limit = 20
        @OptionGroup private var options: RulesOptions
        @OptionGroup var stack: StackOptions

        func run() throws {
            let rules = try options.read(stack, only: rule)
            let connection = try stack.connect()
            let now = try AlertStore.now(on: connection)
            let start = try start(now)
            let lead = rules.map(Backtest.lead).max() ?? 0
            let backtest = Backtest(rules, since: start)
            let asksWords = rules.contains { $0.match.needsSentence }
            var count = 0
            let piece = 100_000
            try AlertStore.read(since: start - lead, sentences: asksWords, piece: piece, on: connection) { events in
                backtest.observe(events)
                count += events.count
                if count.isMultiple(of: piece) { note("\(count) events read") }
            }
            if count == 0 { note("no events since \(Timestamp.text(milliseconds: start - lead))") }
            for (rule, alerts) in zip(rules, backtest.finish(at: now)) {
                switch output {
                case .jsonl: for alert in alerts { tidings.output(try JSON.encode(alert) + [UInt8(ascii: "\n")]) }
                case .text: tidings.output(Plot.text(rule, alerts, since: start, until: now, limit: limit))
                }
            }
        }

        private func start(_ now: Int) throws -> Int {
            if let seconds = TimeLength.seconds(since), seconds > 0 { return now - 1000 * seconds }
            guard let day = CivilDate(iso: since), since.utf8.count == 10 else {
                throw Complaint(
                    "--since is a length of time such as 30d, or a day such as 2024-01-31; '\(since)' is neither"
                )
            }
            return day.daysSinceEpoch * 86_400_000
        }
    }

    /// What a backtest shows of a rule.
    private enum Plot {
        static func text(_ rule: Rule, _ alerts: [Alert], since: Int, until: Int, limit: Int) -> String {
            let fired = alerts.filter { $0.kind != "digest" }
            let times = fired.count == 1 ? "once" : "\(fired.count) times"
            let held = fired.count { $0.held != nil }
            let waits = held > 0 ? ", \(held) of them held back" : ""
            guard !fired.isEmpty else { return "\(rule.name): would not have fired\n\n" }
            let days = Backtest.days(fired, since: min(since, fired[0].at), until: until)
            let bars = days.count <= 62 ? lines(days) : lines(weeks(days))
            let shown = fired.prefix(max(0, limit)).map { alert in
                "  \(Timestamp.text(milliseconds: alert.at))  \(alert.title)\n      \(alert.why)\n"
            }
            let more = fired.count > shown.count ? "  and \(fired.count - shown.count) more; --limit shows them\n" : ""
            return "\(rule.name): would have fired \(times)\(waits)\n" + bars + shown.joined() + more + "\n"
        }

        private static func weeks(_ days: [(day: CivilDate, count: Int)]) -> [(day: CivilDate, count: Int)] {
            stride(from: 0, to: days.count, by: 7).map { start in
                (days[start].day, days[start..<min(start + 7, days.count)].reduce(0) { $0 + $1.count })
            }
        }

        /// A bar a day, or a week where days are many; days without alerts at both ends are left out.
        private static func lines(_ days: [(day: CivilDate, count: Int)]) -> String {
            let busy = days.indices.filter { days[$0].count > 0 }
            guard let first = busy.first, let last = busy.last, let most = days.map(\.count).max() else { return "" }
            return days[first...last].map { day, count in
                let width = count == 0 ? 0 : max(1, count * 40 / max(most, 40))
                let bar = String(repeating: "█", count: width)
                return "  \(day)  \(bar)\(bar.isEmpty ? "·" : " ")\(count == 0 ? "" : "\(count)")\n"
            }.joined()
        }
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
