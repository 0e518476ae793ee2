import ArgumentParser
import Storage

struct Rebuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Empties the tables that watch makes of the log; it makes them again from the log's beginning.",
        discussion: """
            For a new version that makes more of the log, or after a restore. What is not made of the log stays: briefs, feedback, and the
            alerts that were raised, with what became of their delivery. A watch that runs notices within seconds; until it has caught up,
            searches and the dashboard show less ('tidings status' shows how far it is behind).

            Examples:
              tidings rebuild
              tidings rebuild --database 'host=db dbname=tidings user=tidings_operator'
            """
    )

    @OptionGroup var stack: StackOptions

    func run() throws {
        let head = try WatchStore.reset(on: stack.connect())
        output("emptied; \(head) entries of the log to read again\n")
    }
}
