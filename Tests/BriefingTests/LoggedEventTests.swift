import Briefing
import Records
import Testing

@Suite struct LoggedEventTests {
    @Test func theDayIsOfTheActThenOfPublicationThenOfTheLog() {
        var article = Article(sha256: String(repeating: "0", count: 64), format: .text, text: "x")
        let evidence = Evidence(sentence: 0, text: "x", event: [], actor: [], recipient: [], date: [], rule: "test")
        func event() -> Event {
            Event(event: .consult, evidence: evidence, article: ArticleReference(article), coder: "t")
        }
        let at = CivilDate(year: 2020, month: 1, day: 3)!.daysSinceEpoch * 86_400_000 + 5
        #expect("\(LoggedEvent(seq: 1, at: at, event: event()).day)" == "2020-01-03")
        article.published = "2020-01-02T10:00:00Z"
        #expect("\(LoggedEvent(seq: 1, at: at, event: event()).day)" == "2020-01-02")
        var dated = event()
        dated.date = CivilDate(year: 2020, month: 1, day: 1)
        #expect("\(LoggedEvent(seq: 1, at: at, event: dated).day)" == "2020-01-01")
    }
}
