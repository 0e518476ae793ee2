import ArgumentParser
import HTTPSupport
import Knowledge
import ServiceSupport
import Watch

@main
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidings-watch",
        abstract:
            "Follows the feed with stored cursors: makes reports, incidents, stories and counts of it, delivers webhooks, serves API and stream over HTTP.",
        discussion: """
            Examples:
              tidings-watch --key keys/watch/curve.key --database 'host=/run/postgresql dbname=tidings user=tidings_watch'
              tidings-watch --key … --webhooks /etc/tidings/webhooks.yaml      read again whenever it changes
              tidings-watch --key … --http 127.0.0.1:7480 --http-token /etc/tidings/keys/http/token
              tidings-watch --key … --http 127.0.0.1:7480 --http-token read.token --http-write-token write.token
            """
    )

    @Option(help: "PostgreSQL: a libpq connection string or URL; the PG* variables when not given.") var database = ""
    @Option(help: "The hub's feed endpoint.") var feed = "tcp://127.0.0.1:7401"
    @Option(help: "The file with watch's key and the hub's public one.") var key: String
    @Option(help: "The directory of the knowledge tables; the one beside this program when not given.")
    var seeds: String?
    @Option(help: "The directory of alert rules, read again whenever it changes; seeds/rules when not given.")
    var rules: String?
    @Option(
        help: "The directory of the rules' sinks: what they write (files/), read (secrets/) and may run (commands/)."
    )
    var alerts: String?
    @Option(help: "The YAML file that names the endpoints of webhooks; none of that name is an empty one.")
    var webhooks: String?
    @Option(help: "Serve API and stream over HTTP at this address, such as 127.0.0.1:7480.")
    var http: ListenAddress?
    @Option(help: "The file with the token that readers over HTTP send; made when missing.") var httpToken: String?
    @Option(
        help:
            "The file with the token for writing, such as feedback; made when missing. Nobody may write when not given."
    )
    var httpWriteToken: String?
    @Option(help: "A host name that readers use besides addresses and localhost; may be repeated.")
    var httpName: [String] = []
    @Option(help: "Readers of the stream at one time.") var httpStreams = 50
    @Option(help: "Requests a second that each token of each address may make.") var httpRate = 50
    @OptionGroup var options: ServiceOptions

    func validate() throws {
        guard http == nil || httpToken != nil else { throw ValidationError("--http needs --http-token FILE") }
        guard (1...1000).contains(httpStreams) else { throw ValidationError("--http-streams is 1 to 1000") }
        guard (1...100_000).contains(httpRate) else { throw ValidationError("--http-rate is 1 to 100000") }
    }

    func run() throws {
        try options.serve("tidings-watch") { logger in
            let seeds = try seeds ?? Installation.seeds()
            let knowledge = try Knowledge(directory: seeds)
            let service = try WatchService(
                .init(
                    feed: FeedSource(feed, keyFile: key),
                    database: database,
                    knowledge: knowledge,
                    rules: RulesDirectory(
                        rules ?? "\(seeds)/rules",
                        knowledge: knowledge,
                        places: alerts.map { AlertPlaces($0) }
                    ),
                    webhooks: webhooks,
                    web: try web()
                ),
                logger: logger
            )
            return { service.shutdown() }
        }
    }

    private func web() throws -> WebServer.Settings? {
        guard let http, let httpToken else { return nil }
        let keys = DoorKeys(
            writer: try httpWriteToken.map { try BearerToken(file: $0) },
            reader: try BearerToken(file: httpToken)
        )
        var settings = WebServer.Settings(address: http, keys: keys, names: httpName, streams: httpStreams)
        settings.rate = .init(perSecond: httpRate)
        return settings
    }
}
