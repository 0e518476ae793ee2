import Records
import Testing

@Suite("Export") struct ExportTests {
    private func event(_ type: EventType, _ status: EventStatus) -> Event {
        let article = ArticleReference(Article(sha256: String(repeating: "a", count: 64), format: .text, text: "x"))
        let evidence = Evidence(sentence: 0, text: "x", event: [], actor: [], recipient: [], date: [], rule: "r")
        var event = Event(event: type, evidence: evidence, article: article, coder: "test")
        event.status = status
        event.date = CivilDate(iso: "2016-12-29")
        event.cameo = "161"
        event.actor = [Actor(text: "Obama", name: "Barack Obama", code: "USA", sector: .gov)]
        event.recipient = [
            Actor(text: "a\tspy", code: "RUS", sector: .spy), Actor(text: "diplomats", code: "RUS", sector: .gov),
        ]
        return event
    }

    @Test(arguments: [(ExportFormat.icews, 20), (.gdelt, 61), (.polecat, 40)])
    func `every row has the format's columns, a pair of parties each`(_ format: ExportFormat, _ columns: Int) {
        let rows = format.lines(event(.sanction, .happened))
        #expect(rows.count == 2)
        for row in rows + [format.header].compactMap({ $0 }) {
            #expect(row.split(separator: "\t", omittingEmptySubsequences: false).count == columns, "\(row)")
        }
    }

    @Test(arguments: EventStatus.allCases)
    func `what did not take place is no event elsewhere`(_ status: EventStatus) {
        let tookPlace: Set<EventStatus> = [.happened, .alleged, .announced]
        for format in ExportFormat.allCases {
            #expect(
                format.lines(event(.sanction, status)).isEmpty == !tookPlace.contains(status),
                "\(format) \(status)"
            )
        }
    }

    @Test func `an announced hostile act is a threat, an announced agreement stays one`() {
        #expect(ExportFormat.polecat.lines(event(.sanction, .announced)).allSatisfy { $0.contains("\tTHREATEN\t") })
        #expect(ExportFormat.polecat.lines(event(.agree, .announced)).allSatisfy { $0.contains("\tAGREE\t") })
    }

    @Test func `PLOVER lines are the record itself`() throws {
        let given = event(.sanction, .happened)
        let line = try #require(ExportFormat.plover.lines(given).first)
        #expect(try JSON.decode(Event.self, from: Array(line.utf8)) == given)
    }
}
