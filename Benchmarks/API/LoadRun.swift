import Glibc
import ServiceSupport
import TestSupport

/// Where the load goes.
struct LoadTarget: Sendable {
    var port: Int
    /// Lines that each request carries, each with its line break.
    var headers: String
}

/// What one route took.
struct LoadResult: Encodable, Sendable {
    var route: String
    var requests: Int
    var perSecond: Double
    /// Milliseconds.
    var p50: Double
    var p99: Double
    var most: Double
    /// Bytes of an answer's body, the median.
    var bytes: Int
    /// The service's resident memory afterwards.
    var megabytes: Double
    /// What went wrong, each kind once.
    var faults: [String]

    static let head = """
        | route | requests/s | p50 ms | p99 ms | most ms | KB | watch MB |
        |---|---|---|---|---|---|---|
        """

    var row: String {
        "| `\(route)` | \(decimal(perSecond)) | \(decimal(p50)) | \(decimal(p99)) | \(decimal(most)) "
            + "| \(decimal(Double(bytes) / 1024)) | \(decimal(megabytes)) |"
            + (faults.isEmpty ? "" : " **\(faults[0])**")
    }

    static func total(_ results: [LoadResult]) -> String {
        let slow = results.filter { $0.p99 > 100 }
        return """
            \(results.count) routes, \(results.reduce(0) { $0 + $1.requests }) requests; p99 over 100 ms: \
            \(slow.isEmpty ? "none" : slow.map(\.route).joined(separator: ", ")); \
            most memory \(decimal(results.map(\.megabytes).max() ?? .nan)) MB
            """
    }
}

/// Clients that ask one route for some seconds, each again as soon as it is answered.
struct LoadRun {
    private struct Tally {
        var milliseconds: [Double] = []
        var bytes: [Double] = []
        var faults: [String: String] = [:]
    }

    private let route: LoadRoute
    private let target: LoadTarget
    private let values: SampleValues
    private let clients: Int
    private let seconds: Int

    init(_ route: LoadRoute, _ target: LoadTarget, _ values: SampleValues, clients: Int, seconds: Int) {
        self.route = route
        self.target = target
        self.values = values
        self.clients = clients
        self.seconds = seconds
    }

    func result(watching process: pid_t?) -> LoadResult {
        let tallies = Locked<[Tally]>([])
        let start = microseconds()
        let workers = (0..<clients).map { [route, target, values, seconds] number in
            Worker(name: "client \(number)") {
                let tally = LoadRun.ask(route, target, values, UInt64(number + 1), until: start + seconds * 1_000_000)
                tallies.withLock { $0.append(tally) }
            }
        }
        for worker in workers { worker.join() }
        let elapsed = Double(microseconds() - start) / 1e6
        let all = tallies.withLock { $0 }
        let times = Sample(all.flatMap(\.milliseconds))
        return LoadResult(
            route: route.name,
            requests: all.reduce(0) { $0 + $1.milliseconds.count },
            perSecond: Double(all.reduce(0) { $0 + $1.milliseconds.count }) / elapsed,
            p50: times.median,
            p99: times.percentile(0.99),
            most: times.last,
            bytes: Int(Sample(all.flatMap(\.bytes) + [0]).median),
            megabytes: process.map(residentMegabytes) ?? .nan,
            faults: all.reduce(into: [:]) { $0.merge($1.faults) { first, _ in first } }.values.sorted()
        )
    }

    private static func ask(
        _ route: LoadRoute,
        _ target: LoadTarget,
        _ values: SampleValues,
        _ seed: UInt64,
        until end: Int
    ) -> Tally {
        var tally = Tally()
        var random = Seeded(state: seed)
        var client = LoadClient(port: target.port, headers: target.headers)
        var path = route.path(values, &random)
        while microseconds() < end {
            let start = microseconds()
            do throws(LoadClient.Failure) {
                let answer = try client.get(path)
                tally.milliseconds.append(Double(microseconds() - start) / 1000)
                tally.bytes.append(Double(answer.body.count))
                if answer.status != 200 {
                    let text = String(decoding: answer.body.prefix(200), as: UTF8.self)
                    tally.faults["\(answer.status)"] = "\(answer.status) for \(path): \(text)"
                }
                let older = Bool.random(using: &random) ? route.older(path, answer.body) : nil
                path = older ?? route.path(values, &random)
            } catch {
                tally.faults["connection"] = "\(path): \(error)"
                path = route.path(values, &random)
            }
        }
        return tally
    }
}
