import Messaging
import Postgres
import Records
import Storage
import TidingsClient

/// Whether a stack does its work: the hub answers and knows its log, an extractor is there, ingest and watch have shown life.
struct Readiness {
    /// The hub's account of itself, as far as it is needed here.
    struct Hub: Codable {
        struct Worker: Codable {
            var name: String
            var coder: String
            var jobs: Int
            var stored: Int
        }
        struct Subscriber: Codable {
            var client: String
            var lag: Int
        }
        var epoch: String?
        var head: Int
        var floor: Int
        var stale_answers: Int
        var workers: [Worker]
        var subscribers: [Subscriber]
    }

    /// What a service says is wrong with its surroundings.
    private struct Trouble: Decodable {
        var trouble: String

        init?(of life: OperatorStore.Life) {
            guard let found = try? JSON.decode(Trouble.self, from: Array(life.state.utf8)) else { return nil }
            self = found
        }
    }

    /// How one stack is.
    struct Report: Codable {
        var ready: Bool
        /// What is missing, each with what to do.
        var missing: [String]
        var figures: OperatorStore.Figures?
        var hub: Hub?
        var services: [OperatorStore.Life]
    }

    /// A sign of life is this many seconds old at most.
    private static let fresh = 15

    let database: String
    let feed: String
    let keyFile: String
    var without: Set<String> = []

    func missing(patience: Int) -> [String] { report(patience: patience).missing }

    /// - Throws: with the reason when the hub does not answer.
    func hub(patience: Int) throws(Complaint) -> Hub {
        let answer: [UInt8]?
        do { answer = try HubStatus.ask(feed, keyFile: keyFile, milliseconds: patience) } catch {
            throw Complaint(error.description)
        }
        guard let answer, let hub = try? JSON.decode(Hub.self, from: answer) else {
            throw Complaint("the hub does not answer at \(feed)")
        }
        return hub
    }

    func report(patience: Int) -> Report {
        var report = Report(ready: false, missing: [], figures: nil, hub: nil, services: [])
        do {
            let connection = try Connection(database, application: "tidings status")
            report.figures = try OperatorStore.figures(on: connection)
            report.services = try OperatorStore.lives(on: connection)
        } catch {
            report.missing.append("no database: \(error.message)")
        }
        do {
            let hub = try hub(patience: patience)
            report.hub = hub
            if hub.epoch == nil {
                report.missing.append("the hub does not know its log yet: it waits for the database")
            }
            if hub.workers.isEmpty, !without.contains("extract") {
                report.missing.append("no extractor has come to the hub")
            }
        } catch { report.missing.append(error.description) }
        if report.figures != nil {
            for name in ["ingest", "watch"] where !without.contains(name) {
                let alive = report.services.contains { $0.name == name && $0.secondsAgo <= Readiness.fresh }
                for life in report.services where life.name == name && life.secondsAgo <= Readiness.fresh {
                    if let trouble = Trouble(of: life) { report.missing.append("\(name): \(trouble.trouble)") }
                }
                if !alive { report.missing.append("\(name) has not shown life for \(Readiness.fresh) s") }
            }
        }
        report.ready = report.missing.isEmpty
        return report
    }
}
