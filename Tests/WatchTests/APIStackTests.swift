import HTTPSupport
import Records
import ServiceSupport
import Supervision
import TestSupport
import Testing

@Suite("API over a whole stack", .timeLimit(.minutes(3))) struct APIStackTests {
    @Test func `an article that is dropped is read over HTTP`() async throws {
        try await onThread {
            let stack = try LiveStack("api", arguments: ["--http"])
            let token = try SecretFile.read(stack.layout.keys.httpToken)
            func get(_ path: String) throws -> Tree {
                let url = try OutboundURL("http://127.0.0.1:\(stack.portBase + 3)/api/v1/\(path)")
                let header = (name: "authorization", value: "Bearer \(token)")
                let answer = try OutboundClient(allowPrivate: true).send(.init("GET", url, headers: [header]))
                guard answer.status == 200 else { throw LiveStack.Failure("\(path): \(answer.status)") }
                return try JSON.decode(Tree.self, from: answer.body)
            }
            #expect(try get("events")["items"].list.isEmpty)
            let text =
                "Russia expelled 35 American diplomats on Friday. \"We had no choice,\" Sergei Lavrov told reporters."
            try stack.drop("Title: Diplomats\nDate: 2016-12-30\nSource: Tests\n\n\(text)\n", as: "report.txt")
            let deadline = Monotonic.milliseconds() + 30_000
            // The article's own record is the last that watch reads of it.
            while try get("articles")["items"].list.isEmpty, Monotonic.milliseconds() < deadline {
                Monotonic.sleep(milliseconds: 50)
            }
            let event = try #require(try get("events?where=event%3DSANCTION+actor%3DRUS")["items"].list.first)
            #expect(event["record"]["recipient"].list.first?["code"].text == "USA")
            let id = try #require(event["record"]["id"].text)
            let article = try #require(event["record"]["article"]["id"].text)
            #expect(try get("events/\(id)")["article"]["text"].text?.contains("35 American diplomats") == true)
            #expect(try get("articles/\(article)")["quotes"].list.count == 1)
            #expect(try get("quotes?article=\(article)")["items"].list.count == 1)
            let incident = try #require(event["incident"].text)
            #expect(try get("incidents/\(incident)")["incident"]["reports"].number == 1)
            #expect(try get("entities?q=lavrov")["items"].list.first?["name"].text == "Sergei Lavrov")
            #expect(try get("search?q=diplomats")["items"].list.first?["snippet"].text?.contains("⟦diplomats⟧") == true)
            #expect(try get("stories")["items"].list.count == 1)
            let index = try get("indices/dyads/RUS-USA?since=2016-12-01&until=2016-12-31")
            #expect(index["series"].list.first?["days"].list.first?["events"].number == 1)
            let system = try get("system")
            #expect(system["watch"]["lag"].number == 0 && system["services"].list.count >= 3)
        }
    }
}
