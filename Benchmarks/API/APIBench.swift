import ArgumentParser
import FoundationEssentials
import Glibc
import Postgres
import Records
import ServiceSupport
import Supervision
import TestSupport

struct APIBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "What each list of the API and each page of the dashboard takes over a database of years.",
        discussion: """
            Fills a private PostgreSQL with Benchmarks/API/fill.sql, starts the whole stack on it, and lets clients ask one route after
            another, each again as soon as it is answered, over connections that stay open. The routes of the API and their parameters
            are those of /api/v1/openapi.json; what they are asked for varies from rare to common, and half of the lists are read on
            page by page.

            Examples:
              tidings-bench api
              tidings-bench api --events 50000 --articles 5000 --seconds 1
              tidings-bench api --data /srv/bench --route /search       fills the directory once, and uses it again
            """
    )

    @Option(help: "Articles in the database.") var articles = 100_000
    @Option(help: "Events in the database, about.") var events = 1_000_000
    @Option(help: "Clients at one time.") var clients = 20
    @Option(help: "Seconds a route.") var seconds = 10
    @Option(help: "A data directory of 'tidings up' to fill and keep; a temporary one when not given.") var data:
        String?
    @Option(help: "Ask only routes that contain this.") var route: String?
    @Option(help: "Write the figures as JSON into this file.") var json: String?

    func run() throws {
        let stack = try LiveStack("bench-api", arguments: ["--http-rate", "100000"], directory: data, rules: true)
        let filled = try Filling(stack, articles: articles, events: events).run()
        print("database: \(filled)")
        let token = try SecretFile.read(stack.layout.keys.httpToken)
        let target = LoadTarget(port: stack.portBase + 3, headers: "Authorization: Bearer \(token)\r\n")
        let values = try SampleValues(Connection(stack.layout.database(.operator), application: "bench"))
        let routes = try LoadRoute.all(of: target, values).filter { route == nil || $0.name.contains(route ?? "") }
        let process = stack.process("watch")
        var results: [LoadResult] = []
        print(LoadResult.head)
        for route in routes {
            let result = LoadRun(route, target, values, clients: clients, seconds: seconds).result(watching: process)
            print(result.row)
            results.append(result)
        }
        print(LoadResult.total(results))
        if let json { try Data(JSON.encode(results)).write(to: URL(filePath: json)) }
        for result in results { for fault in result.faults { print("\(result.route): \(fault)") } }
        if !results.allSatisfy(\.faults.isEmpty) { throw ExitCode.failure }
    }
}

/// Brings a stack's database to the wanted size, unless it has it already.
struct Filling {
    private let stack: LiveStack
    private let articles: Int
    private let events: Int

    init(_ stack: LiveStack, articles: Int, events: Int) {
        self.stack = stack
        self.articles = articles
        self.events = events
    }

    /// - Returns: what there is now.
    func run() throws -> String {
        if try figure("select count(*) from article") == 0 {
            try stack.end(signal: SIGTERM)
            try fill()
            try stack.start()
        }
        let reports = try figure("select count(*) from report")
        let size = try figure("select pg_database_size(current_database()) / 1048576")
        return "\(try figure("select count(*) from article")) articles, \(reports) events, \(size) MiB"
    }

    private func figure(_ query: SQL) throws -> Int {
        try Connection(stack.layout.database(.operator), application: "bench").query(query)[0].int(0)
    }

    /// No service of ours runs meanwhile: the log grows behind the hub's back.
    private func fill() throws {
        let cluster = PostgresCluster(directory: stack.layout.postgres)
        try cluster.start(settings: ["fsync": "off", "max_wal_size": "8GB"])
        defer { try? cluster.stop() }
        let connection = try Connection(stack.layout.database(.admin), application: "bench")
        let file = try Installation.directory("Benchmarks/API", holding: "fill.sql") + "/fill.sql"
        let sizes = "set bench.articles = \(articles); set bench.events = \(events);"
        try connection.execute(script: sizes + String(contentsOf: URL(filePath: file), encoding: .utf8))
        // What autovacuum would have done meanwhile.
        try connection.execute(script: "vacuum")
    }
}
