import ArgumentParser
import FoundationEssentials
import Records
import Storage

struct FeedbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feedback",
        abstract:
            "Says what is wrong with an event: the log gets a correction or a retraction, and the mistake does not come back.",
        discussion: """
            With --set the event is corrected. Without it, a wrong date, place or actor becomes unknown (a recipient too, where its type
            needs none); an event that is none, or whose type or status is wrong, is retracted.

            Examples:
              tidings feedback add 018d… --wrong status --because "she only asked for it" --set status=proposed
              tidings feedback add 018d… --wrong type --because "they marched" --set event=PROTEST mode=demo recipient=POL/GOV
              tidings feedback add 018d… --wrong not-an-event --because "a film is reviewed"
              tidings feedback list
              tidings feedback export > cases.jsonl       a test case each: the sentence, what was coded, what is right
            """,
        subcommands: [Add.self, List.self, Export.self]
    )
}

extension Correction.Wrong: ExpressibleByArgument {}

extension FeedbackCommand {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Corrects or retracts an event.",
            discussion: """
                Slots and values of --set: event=TYPE, mode=MODE, status=STATUS, actor=CODE or CODE/SECTOR or /SECTOR (several with +),
                recipient= likewise, date=YYYY-MM-DD, place=NAME or NAME/CODE.

                Examples:
                  tidings feedback add 018d… --wrong actor --because "the army of Chad" --set actor=TCD/MIL
                  tidings feedback add 018d… --wrong date --because "the year before"
                """
        )

        @Argument(help: "The event's id.") var event: String
        @Option(help: "What is wrong.") var wrong: Correction.Wrong
        @Option(help: "Why, for whoever reads it later.") var because: String
        @Option(parsing: .upToNextOption, help: "The right values, slot=value.") var set: [String] = []
        @Option(help: "Who says so; the name of your account when not given.") var by: String?
        @OptionGroup var stack: StackOptions

        func run() throws {
            var values: [String: String] = [:]
            for text in set {
                guard let sign = text.firstIndex(of: "=") else { throw Complaint("--set \(text): not slot=value") }
                values[String(text[..<sign])] = String(text[text.index(after: sign)...])
            }
            let note = FeedbackStore.Note(
                event: event.lowercased(),
                by: by ?? ProcessInfo.processInfo.environment["USER"] ?? "unnamed",
                wrong: wrong,
                reason: because,
                set: values
            )
            switch try FeedbackStore.add(note, on: stack.connect()) {
            case .success(let stored):
                output("\(stored.correction == nil ? "retracted" : "corrected"): record \(stored.record)\n")
            case .failure(let refusal): throw Complaint(refusal.description)
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The last notes, newest first.")

        @Option(help: "How many.") var limit = 50
        @Flag(help: "As JSON lines.") var json = false
        @OptionGroup var stack: StackOptions

        func validate() throws {
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit is 1 to 10000") }
        }

        func run() throws {
            let notes = try FeedbackStore.list(limit: limit, on: stack.connect())
            for stored in notes {
                if json {
                    output(try JSON.encode(stored) + [UInt8(ascii: "\n")])
                    continue
                }
                let values = stored.correction?.set.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } ?? []
                let unknown = stored.correction?.unknown.map { "\($0) unknown" } ?? []
                let outcome = stored.correction == nil ? "retracted" : (values + unknown).joined(separator: " ")
                output("\(stored.at)  \(stored.event)  \(stored.wrong): \(outcome)  \(stored.by): \(stored.reason)\n")
            }
            if notes.isEmpty, !json { note("none") }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All notes as test cases, a JSON object a line, oldest first.",
            discussion: """
                text is the sentence, before what the article says before it; coded is what was found, wanted what is to be found and never
                what must not be, as TYPE/mode ACTOR>RECIPIENT status.

                Examples:
                  tidings feedback export > cases.jsonl
                """
        )

        @OptionGroup var stack: StackOptions

        func run() throws {
            try FeedbackStore.cases(on: stack.connect()) { entry in
                output(((try? JSON.encode(entry)) ?? []) + [UInt8(ascii: "\n")])
            }
        }
    }
}
