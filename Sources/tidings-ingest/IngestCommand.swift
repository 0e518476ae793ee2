import ArgumentParser
import HTTPSupport
import Ingest
import ServiceSupport

@main
struct IngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidings-ingest",
        abstract: "Takes article files from an inbox, stores them, and rings the hub.",
        discussion: """
            The directory holds inbox/, done/ and failed/. Write a file under a name that ends in .part and rename it to have it
            taken at once; any other file is taken when it has not changed for the settle time. No file is ever deleted.
            Folders inside inbox/ are read too: the first one names the source, whose defaults stand in sources.yaml. Feeds that
            feeds.yaml lists are polled, and with --http articles are taken at POST /articles; both go through the inbox.

            Examples:
              tidings-ingest --directory /srv/news --key keys/ingest/curve.key --database 'host=/run/postgresql dbname=tidings user=tidings_ingest'
              tidings-ingest --directory /srv/news --key … --sources /etc/tidings/sources.yaml --feeds /etc/tidings/feeds.yaml
              tidings-ingest --directory /srv/news --key … --http 127.0.0.1:7410 --token-file /etc/tidings/article-token
              curl --data-binary @report.html -H "Authorization: Bearer $(cat /etc/tidings/article-token)" \\
                'http://127.0.0.1:7410/articles?source=reuters'
            """
    )

    @Option(help: "The directory that holds inbox/, done/ and failed/.") var directory: String
    @Option(help: "PostgreSQL: a libpq connection string or URL; the PG* variables when not given.") var database = ""
    @Option(help: "The hub's work endpoint, for the doorbell.") var hub = "tcp://127.0.0.1:7400"
    @Option(help: "The file with ingest's key and the hub's public one.") var key: String
    @Option(help: "Milliseconds without change after which a file is whole.") var settle = 2000
    @Option(help: "Milliseconds between full listings of the inbox.") var scan = 5000
    @Option(help: "Defaults by source, YAML; by default sources.yaml in the directory, when there is one.")
    var sources: String?
    @Option(help: "Feeds to poll, YAML; by default feeds.yaml in the directory, when there is one.") var feeds: String?
    @Option(help: "Take articles over HTTP at this address, such as 127.0.0.1:7410.") var http: ListenAddress?
    @Option(help: "The file of the token that HTTP requests carry; made with mode 0600 when it is missing.")
    var tokenFile: String?
    @OptionGroup var options: ServiceOptions

    func validate() throws {
        guard settle >= 0, scan >= 10 else {
            throw ValidationError("--settle is at least 0 and --scan at least 10 milliseconds")
        }
        guard (http == nil) == (tokenFile == nil) else {
            throw ValidationError("--http and --token-file go together: nobody may send articles without a token")
        }
    }

    func run() throws {
        try options.serve("tidings-ingest") { logger in
            let service = try IngestService(
                .init(
                    directory: directory,
                    database: database,
                    hub: hub,
                    keyFile: key,
                    settle: settle,
                    scan: scan,
                    sources: sources,
                    feeds: feeds,
                    http: http,
                    tokenFile: tokenFile ?? ""
                ),
                logger: logger
            )
            return { service.shutdown() }
        }
    }
}
