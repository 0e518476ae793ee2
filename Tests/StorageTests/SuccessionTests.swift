import Storage
import Testing
import Wire

@Suite("Succession of versions") struct SuccessionTests {
    private func event(
        _ id: String,
        _ event: String,
        _ actor: String,
        _ recipient: String,
        status: String = "happened"
    ) -> (
        RecordHead, [UInt8]
    ) {
        (
            RecordHead(
                id: id,
                type: "event",
                topic: "event/\(event)/\(actor)/\(recipient)/",
                keys: "type=event event=\(event) actor=\(actor)"
            ),
            Array(
                #"{"id":"\#(id)","event":"\#(event)","status":"\#(status)","actor":[{"text":"a","code":"\#(actor)"}],"recipient":[{"text":"\#(recipient)"}]}"#
                    .utf8
            )
        )
    }

    private let closing = RecordDraft(
        head: RecordHead(id: "z", type: "article", topic: "article/", keys: "type=article"),
        data: Array(#"{"id":"z"}"#.utf8)
    )

    @Test
    func
        `what both report is corrected, what only the old one reports is retracted, and the article's record comes last`()
    {
        let old = [event("1", "SANCTION", "RUS", "diplomats"), event("2", "ASSAULT", "RUS", "Kyiv")]
            .map { Succession.Standing(head: $0.0, data: $0.1) }
        let new = [
            event("3", "SANCTION", "RUS", "diplomats", status: "announced"), event("4", "CONSULT", "RUS", "USA"),
        ].map { RecordDraft(head: $0.0, data: $0.1) }
        let result = Succession.records(old: old, new: new + [closing], article: "new")
        #expect(result.map(\.draft.head.type) == ["event.corrected", "event", "event.retracted", "article"])
        #expect(result.map(\.retracts) == ["1", nil, "2", nil])
        #expect(result[0].draft.head.topic == "event/SANCTION/RUS/diplomats/")
        #expect(result[0].draft.head.keys == "type=event.corrected event=SANCTION actor=RUS")
        let corrected = String(decoding: result[0].draft.data, as: UTF8.self)
        #expect(corrected.hasPrefix(#"{"corrects":"1","was":{"id":"1","#))
        #expect(corrected.contains(#"},"id":"3","event":"SANCTION","status":"announced""#))
        #expect(String(decoding: result[2].draft.data, as: UTF8.self).contains(#""retracts":"2""#))
        #expect(result[2].draft.head.id != "2")
    }

    @Test func `the same act twice is corrected twice, not once`() {
        let old = ["1", "2"].map { event($0, "AID", "USA", "UKR") }.map { Succession.Standing(head: $0.0, data: $0.1) }
        let new = ["3", "4", "5"].map { event($0, "AID", "USA", "UKR") }.map { RecordDraft(head: $0.0, data: $0.1) }
        let result = Succession.records(old: old, new: new, article: "new")
        #expect(result.map(\.retracts) == ["1", "2", nil])
    }
}
