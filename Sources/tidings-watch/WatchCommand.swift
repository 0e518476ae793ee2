import ArgumentParser
import ServiceSupport
import Watch

@main
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidings-watch",
        abstract: "Follows the feed with a stored cursor and counts events a day and dyad.",
        discussion:
            "Example: tidings-watch --key keys/watch/curve.key --database 'host=/run/postgresql dbname=tidings user=tidings_watch'"
    )

    @Option(help: "PostgreSQL: a libpq connection string or URL; the PG* variables when not given.") var database = ""
    @Option(help: "The hub's feed endpoint.") var feed = "tcp://127.0.0.1:7401"
    @Option(help: "The file with watch's key and the hub's public one.") var key: String
    @OptionGroup var options: ServiceOptions

    func run() throws {
        try options.serve("tidings-watch") { logger in
            let service = WatchService(.init(feed: feed, keyFile: key, database: database), logger: logger)
            return { service.shutdown() }
        }
    }
}
