import ArgumentParser
import Records
import ServiceSupport

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns records into the formats of other systems: PLOVER, GDELT, ICEWS, POLECAT.",
        discussion: """
            Reads JSON lines: what `tidings extract` or `tidings subscribe --output jsonl` prints. Each format loses something:

            \(ExportFormat.allCases.map { "  \($0.rawValue): \($0.loses)" }.joined(separator: "\n"))

            Examples:
              tidings extract --output jsonl news/*.html | tidings export --format icews > events.tsv
              tidings subscribe --from start --idle 2 --output jsonl | tidings export --format plover
            """
    )

    @Argument(help: "A file of JSON lines; standard input when there is none.") var file = "-"
    @Option(help: "plover, gdelt, icews or polecat.") var format: ExportFormat

    private struct CodedLine: Decodable { var events: [Event] }
    private struct Envelope: Decodable {
        var type: String
        var data: Event
    }
    private struct Kind: Decodable {
        var type: String?
        var error: String?
    }

    func run() throws {
        if let header = format.header { tidings.output(Array((header + "\n").utf8)) }
        var lines = try InputLines(file)
        var number = 0
        var leftOut = 0
        while let line = try lines.next() {
            number += 1
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            for event in try events(of: line, number) {
                let rows = format.lines(event)
                if rows.isEmpty { leftOut += 1 }
                for row in rows { tidings.output(Array((row + "\n").utf8)) }
            }
        }
        if leftOut > 0 {
            note(
                "\(leftOut) acts that did not take place (proposed, threatened, denied, negated, hypothetical) left out"
            )
        }
    }

    private func events(of line: [UInt8], _ number: Int) throws -> [Event] {
        let kind: Kind
        do { kind = try JSON.decode(Kind.self, from: line) } catch {
            throw Complaint("\(file):\(number): not a JSON object; give it the lines of tidings extract --output jsonl")
        }
        if kind.error != nil { return [] }
        if let type = kind.type {
            guard type == "tidings.event.v1" else { return [] }
            return [try JSON.decode(Envelope.self, from: line).data]
        }
        do { return try JSON.decode(CodedLine.self, from: line).events } catch {
            throw Complaint("\(file):\(number): no record of tidings: \(error)")
        }
    }
}

extension ExportFormat: ExpressibleByArgument {}
