import ArgumentParser
import ServiceSupport
import Watch

@main
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidings-watch",
        abstract: "Follows the feed with stored cursors: counts events a day and dyad, and delivers webhooks.",
        discussion: """
            Examples:
              tidings-watch --database 'host=/run/postgresql dbname=tidings user=tidings_watch'
              tidings-watch --webhooks /etc/tidings/webhooks.yaml      read again whenever it changes
            """
    )

    @Option(help: "PostgreSQL: a libpq connection string or URL; the PG* variables when not given.") var database = ""
    @Option(help: "The hub's feed endpoint.") var feed = "tcp://127.0.0.1:7401"
    @Option(help: "The YAML file that names the endpoints of webhooks; none of that name is an empty one.")
    var webhooks: String?
    @OptionGroup var options: ServiceOptions

    func run() throws {
        try options.serve("tidings-watch") { logger in
            let service = WatchService(.init(feed: FeedSource(feed), database: database, webhooks: webhooks), logger: logger)
            return { service.shutdown() }
        }
    }
}
