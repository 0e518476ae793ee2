import ArgumentParser
import Records
import Storage

struct Unknown: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists actors whose country is not known, the most frequent first: what the tables of seeds/ lack.",
        discussion: """
            Columns: events, articles, name, sector, a sentence. After a row is added, `tidings seeds check` tries the tables and
            SIGHUP makes running extractors read them again.

            Examples:
              tidings unknown
              tidings unknown --limit 200 > review.tsv
            """
    )

    @Option(help: "How many, at most.") var limit = 50
    @OptionGroup var stack: StackOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit is 1 to 100,000") }
    }

    func run() throws {
        let found = try OperatorStore.unknownActors(limit, on: stack.connect())
        if found.isEmpty { note("every actor so far has a country or a code") }
        for actor in found {
            let sentence = actor.example.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            output(
                Array("\(actor.events)\t\(actor.articles)\t\(actor.name)\t\(actor.sector ?? "")\t\(sentence)\n".utf8)
            )
        }
    }
}
