import ArgumentParser
import Records
import Storage
import Supervision
import Wire

struct Cursor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The places in the log that the hub keeps for its subscribers.",
        discussion: """
            A subscriber that names a cursor begins where it stands, and moves it with what it acknowledges.

            Examples:
              tidings cursor list
              tidings subscribe --cursor desk
              tidings cursor remove desk
            """,
        subcommands: [CursorList.self, CursorRemove.self],
        defaultSubcommand: CursorList.self
    )
}

struct CursorList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "One line each: place, how many entries of the log it is behind, when it last moved."
    )

    enum Output: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Option(help: "text or json.") var output: Output = .text
    @OptionGroup var stack: StackOptions

    func run() throws {
        let cursors = try CursorStore.list(on: stack.connect())
        if output == .json { return tidings.output(try JSON.encode(cursors) + [UInt8(ascii: "\n")]) }
        for cursor in cursors {
            let lag = cursor.lag.map { "\($0) behind" } ?? "in a log that is no more"
            tidings.output(
                "\(cursor.name) of \(cursor.owner)  at \(cursor.seq), \(lag), moved \(cursor.secondsAgo) s ago by \(cursor.client)\n"
            )
        }
        if cursors.isEmpty { note("none") }
    }
}

struct CursorRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Forgets a cursor; whoever reads with it is sent away, and the next to name it begins anew."
    )

    @Argument(help: "The cursor's name.") var name: String
    @Option(help: "The client whose it is, as 'tidings cursor list' shows it.") var owner = Keys.Party.operator.rawValue
    @OptionGroup var stack: StackOptions

    func run() throws {
        guard try CursorStore.remove(FeedCursor(owner: owner, name: name), on: stack.connect()) else {
            throw Complaint("no cursor \(name) of \(owner); 'tidings cursor list' shows them")
        }
        output("removed \(name) of \(owner)\n")
    }
}
