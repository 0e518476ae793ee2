import ArgumentParser
import FoundationEssentials
import Postgres
import Records
import Storage

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows one article with what was found in it, or one event.",
        discussion: """
            Examples:
              tidings show article 0c1e…        by id, or by the SHA-256 of its bytes
              tidings show event 018d…
            """,
        subcommands: [ShowArticle.self, ShowEvent.self]
    )
}

struct ShowArticle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "article",
        abstract: "An article, its quotes and its events."
    )

    @Argument(help: "The article's id or SHA-256.") var id: String
    @OptionGroup var stack: StackOptions

    func run() throws {
        guard let found = try OperatorStore.article(id.lowercased(), on: stack.connect()) else {
            throw Complaint("no article \(id); ids stand in each record under article.id")
        }
        output(found + [UInt8(ascii: "\n")])
    }
}

struct ShowEvent: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "event", abstract: "One event's record.")

    @Argument(help: "The event's id.") var id: String
    @OptionGroup var stack: StackOptions

    func run() throws {
        guard let found = try OperatorStore.event(id.lowercased(), on: stack.connect()) else {
            throw Complaint("no event \(id)")
        }
        output(found + [UInt8(ascii: "\n")])
    }
}

struct Dead: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, shows and revives articles that could not be coded.",
        discussion: """
            An article is given up at once when coding it fails for a reason of its own, and after five deliveries otherwise.

            Examples:
              tidings dead list
              tidings dead show 0c1e…
              tidings dead retry --all
            """,
        subcommands: [DeadList.self, DeadShow.self, DeadRetry.self],
        defaultSubcommand: DeadList.self
    )
}

struct DeadList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "One line each, with the reason.")

    @Option(help: "At most so many.") var limit = 100
    @OptionGroup var stack: StackOptions

    func run() throws {
        let jobs = try OperatorStore.dead(limit: limit, on: stack.connect())
        for job in jobs {
            output(
                "\(job.article)  \(job.file ?? "?")  after \(job.attempts) deliveries: \(job.reason ?? "no reason given")\n"
            )
        }
        if jobs.isEmpty { note("none") }
    }
}

struct DeadShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "The article and its last error.")

    @Argument(help: "The article's id.") var id: String
    @OptionGroup var stack: StackOptions

    func run() throws {
        guard let found = try OperatorStore.article(id.lowercased(), on: stack.connect()) else {
            throw Complaint("no article \(id)")
        }
        output(found + [UInt8(ascii: "\n")])
    }
}

struct DeadRetry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Puts dead jobs back into the queue."
    )

    @Argument(help: "The article's id.") var id: String?
    @Flag(help: "All of them.") var all = false
    @OptionGroup var stack: StackOptions

    func validate() throws {
        guard (id == nil) == all else { throw ValidationError("name an article, or say --all") }
    }

    func run() throws {
        let count = try OperatorStore.retry(article: id?.lowercased(), on: stack.connect())
        guard count > 0 || all else { throw Complaint("no dead job of article \(id ?? "")") }
        output("\(count) back in the queue\n")
    }
}
