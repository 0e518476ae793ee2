import Postgres
import Storage

extension Dashboard {
    private struct SystemView {
        struct Dead {
            var article: String
            var title: String
            var attempts: Int
            var reason: String
        }

        struct Service {
            var name: String
            var instance: String
            var seen: String
            var isLate: Bool
        }

        struct Hook {
            var name: String
            var state: String
            var isBroken: Bool
            var delivered: String
            var failures: String
            var lag: String
            var reason: String?
        }

        var facts: [Fact]
        var dead: [Dead]
        var deadMore: Bool
        var services: [Service]
        var webhooks: [Hook]
    }

    func system(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let system = try Reading.system(on: connection).value()
        let queue = system.queue
        let waiting = queue.ready == 0 ? "nothing waits" : "the oldest for \(Dashboard.span(queue.oldestReadySeconds))"
        let view = SystemView(
            facts: [
                Fact(
                    name: "Queue",
                    value: "\(Wording.count(queue.ready, "article")) ready (\(waiting)), \(queue.leased) being coded"
                ),
                Fact(name: "Dead jobs", value: Wording.grouped(queue.dead)),
                Fact(
                    name: "Log",
                    value:
                        "\(Wording.grouped(system.log.head)) records, kept from \(Wording.grouped(system.log.floor + 1))"
                ),
                Fact(
                    name: "These pages",
                    value: system.watch.map {
                        $0.lag == 0
                            ? "up to date"
                            : "\(Wording.count($0.lag, "record")) behind the log, at \(Wording.grouped($0.seq))"
                    } ?? "nothing stored yet"
                ),
                Fact(name: "Epoch", value: system.log.epoch),
            ],
            dead: system.dead.map {
                .init(
                    article: $0.article,
                    title: $0.title ?? "untitled article",
                    attempts: $0.attempts,
                    reason: $0.reason ?? "not known"
                )
            },
            deadMore: queue.dead > system.dead.count,
            services: system.services.map {
                .init(
                    name: $0.name,
                    instance: $0.instance,
                    seen: "\(Dashboard.span($0.secondsAgo)) ago",
                    isLate: $0.secondsAgo > 30
                )
            },
            webhooks: system.webhooks.map {
                .init(
                    name: $0.name,
                    state: $0.state,
                    isBroken: $0.state != "active" || $0.failures > 0,
                    delivered: Wording.grouped($0.delivered),
                    failures: Wording.grouped($0.failures),
                    lag: $0.lag.map(Wording.grouped) ?? "not started",
                    reason: $0.reason
                )
            }
        )
        return .html(templates.page("system", title: "System", place: "/system", view))
    }

    /// `45 s`, `12 min`, `3 h`, `2 d`.
    static func span(_ seconds: Int) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}
