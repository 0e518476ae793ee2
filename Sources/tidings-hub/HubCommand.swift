import ArgumentParser
import Hub
import ServiceSupport

@main
struct HubCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidings-hub",
        abstract: "Leases jobs to extractors, stores what they find, and serves the log as feed and tap.",
        discussion: """
            Without --database the usual PG* variables say where PostgreSQL is. Only clients whose key is in the directory of keys get in;
            'tidings client add' puts it there.

            Example: tidings-hub --keys /srv/tidings/keys --database 'host=/run/postgresql dbname=tidings user=tidings_hub'
            """
    )

    @Option(help: "PostgreSQL: a libpq connection string or URL.") var database = ""
    @Option(help: "The directory that holds hub/curve.key and clients/, as 'tidings keys init' makes it.") var keys:
        String
    @Option(help: "Where extractors and ingest connect.") var work = "tcp://127.0.0.1:7400"
    @Option(help: "Where subscribers of the reliable feed connect.") var feed = "tcp://127.0.0.1:7401"
    @Option(help: "Where subscribers of the live tap connect.") var tap = "tcp://127.0.0.1:7402"
    @OptionGroup var options: ServiceOptions

    func run() throws {
        try options.serve("tidings-hub") { logger in
            let service = try HubService(
                .init(
                    database: database,
                    keys: keys,
                    workEndpoint: work,
                    feedEndpoint: feed,
                    tapEndpoint: tap
                ),
                logger: logger
            )
            return { service.shutdown() }
        }
    }
}
