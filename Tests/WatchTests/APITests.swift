import Briefing
import HTTPSupport
import Postgres
import Records
import ServiceSupport
import TestSupport
import Testing

@testable import Watch

@Suite("API", .timeLimit(.minutes(3)), .serialized) struct APITests {
    private static let nobody = "6f1c2e3a-0b1d-5c2e-8f3a-9b0c1d2e3f40"

    /// A log with something of everything in it.
    private static func filled(_ client: APIClient) throws {
        let log = client.log
        for index in 0..<3 { try log.add(events: 2, source: index == 0 ? "TASS" : "Reuters") }
        try log.add { event, _ in
            event.status = .denied
            event.location = Place(text: "Moscow", name: "Moscow", country: "RUS")
            event.confidence = nil
        }
        let (first, event) = (log.articles[0].id, log.events[0].event.id)
        try log.connection.query(
            """
            with story as (
                insert into story (id, first_seq, last_seq, first_at, last_at, headline, articles, origins, countries, data, state)
                values (\(nobody)::text::uuid, 3, 3, now(), now(), 'Diplomats leave', 1, 1, '{RUS,USA}', '{}', '{}') returning id)
            insert into story_article (article_id, story_id, origin_id, seq, at, day, similarity, terms, digest)
            select \(first)::text::uuid, id, \(first)::text::uuid, 4, now(), now()::date, 1, '', '{}' from story
            """
        )
        try log.connection.query(
            """
            insert into story_change (at, seq, kind, story_id, other_id)
            values (now(), 3, 'split', \(nobody)::text::uuid, \(nobody)::text::uuid)
            """
        )
        try log.connection.query(
            """
            with fired as (
                insert into alert (id, seq, at, rule, severity, key, title, importance, credibility, data)
                values (\(nobody)::text::uuid, 1, now(), 'expulsions', 'warning', 'RUS', 'Diplomats expelled', 0.5, null, '{}')
                returning id)
            insert into alert_delivery (alert_id, sink) select id, 'desk' from fired
            """
        )
        try log.connection.query(
            """
            insert into brief (id, scope, since, until, seq, data)
            values (\(nobody)::text::uuid, 'country:RUS', '-infinity', now(), 3,
                json_build_object('id', \(nobody)::text, 'scope', 'country:RUS', 'title', 'Russia', 'seq', 3, 'summary', '[]'::json,
                    'events', '[]'::json, 'sources', '[]'::json))
            """
        )
        try log.connection.query(
            """
            insert into feedback (id, event_id, article_id, by_whom, wrong, reason)
            values (\(nobody)::text::uuid, \(event)::text::uuid, \(first)::text::uuid, 'desk', 'actor', 'It was the embassy.')
            """
        )
        try log.connection.execute(
            script: """
                insert into service (name, instance, state) values ('hub', 'one', '{"head":3}');
                insert into webhook (name) values ('desk')
                """
        )
    }

    /// Something to ask a route by.
    private static func value(_ parameter: String, _ path: String, _ client: APIClient) throws -> String {
        let log = client.log
        return switch parameter {
        case "id" where path.contains("/events/"), "event": log.events[0].event.id
        case "id" where path.contains("/articles/"), "article": log.articles[0].id
        case "id" where path.contains("/incidents/"), "incident":
            try client.json("/api/v1/incidents")["items"].list.last?["id"].text ?? ""
        case "id" where path.contains("/entities/"), "entity": log.russia.id
        case "id", "story": nobody
        case "code", "country": "RUS"
        case "pair": "RUS-USA"
        case "q": path.contains("entities") ? "rusia" : "diplomats"
        case "where": path.contains("incidents") ? "event=SANCTION" : "event=SANCTION+source!=tass"
        case "since": "2016-12-01"
        case "until": "2016-12-31"
        case "limit": "2"
        case "speaker": "Vladimir%20Putin"
        case "source": "Reuters"
        case "type": "COUNTRY"
        case "rule": "expulsions"
        case "severity": "warning"
        case "scope": "country:RUS"
        case "order": "first"
        case "status": "happened,denied"
        case "before": "1000000"
        case "after": "0"
        default: throw LiveStack.Failure("\(path): nothing is known to ask of \(parameter)")
        }
    }

    @Test func `every route answers as the description says, with each of its parameters`() async throws {
        try await onThread {
            let client = try APIClient()
            try APITests.filled(client)
            let document = try client.json("/api/v1/openapi.json")
            #expect(document["openapi"] == .text("3.1.0"))
            let check = SchemaCheck(named: document["components"]["schemas"].members)
            var described: Set<String> = []
            for (path, item) in document["paths"].members {
                for (method, operation) in item.members {
                    described.insert("\(method.uppercased()) \(path)")
                    guard method == "get", !path.hasSuffix("/stream") else { continue }
                    try APITests.answers(path, operation, check, client)
                }
            }
            #expect(described == Set(API.routes.map { "\($0.method) \(API.base)\($0.path)" }))
            #expect(document["paths"].members.count > 20)
        }
    }

    private static func answers(_ path: String, _ operation: Tree, _ check: SchemaCheck, _ client: APIClient) throws {
        var asked = path
        var required: [String] = []
        var optional: [String] = []
        for parameter in operation["parameters"].list {
            let name = parameter["name"].text ?? ""
            let value = try value(name, path, client)
            if parameter["in"] == .text("path") {
                asked = asked.replacing("{\(name)}", with: value)
            } else if parameter["required"] == .bool(true) {
                required.append("\(name)=\(value)")
            } else {
                optional.append("\(name)=\(value)")
            }
        }
        let schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        for extra in [[]] + optional.map({ [$0] }) {
            let query = (required + extra).joined(separator: "&")
            let answer = try client.get(asked + (query.isEmpty ? "" : "?\(query)"))
            #expect(answer.status == 200, "\(asked)?\(query): \(String(decoding: answer.body, as: UTF8.self))")
            #expect(answer.header("content-type") == "application/json")
            let tree = try JSON.decode(Tree.self, from: answer.body)
            let faults = check.faults(tree, schema)
            #expect(faults.isEmpty, "\(asked)?\(query): \(faults.prefix(5))")
            // A list that is empty without conditions would show nothing.
            if case .list(let items) = tree["items"], extra.first?.hasPrefix("before") != true {
                #expect(!items.isEmpty, "\(asked)?\(query)")
            }
        }
    }

    @Test func `filters and ids choose what is given`() async throws {
        try await onThread {
            let client = try APIClient()
            try APITests.filled(client)
            let log = client.log
            func count(_ path: String) throws -> Int { try client.json("/api/v1/" + path)["items"].list.count }
            #expect(try count("events") == 7)
            #expect(try count("events?where=source%3Dtass") == 2)
            #expect(try count("events?where=status!=denied+confidence%3E=0.8") == 6, "a plus is a space")
            #expect(try count("events?article=\(log.articles[1].id)") == 2)
            #expect(try count("events?entity=\(log.russia.id)") == 7)
            #expect(try count("events?since=2016-12-02&until=2016-12-03") == 4)
            #expect(try count("articles?source=TASS") == 1)
            #expect(try count("articles?story=\(APITests.nobody)") == 1)
            #expect(try count("quotes?code=USA") == 0)
            #expect(try count("stories?country=UKR") == 0)
            #expect(try count("entities?type=PER") == 0)
            #expect(try count("search?q=expelled+-diplomats") == 0)
            let event = try client.json("/api/v1/events/\(log.events[0].event.id.uppercased())")
            #expect(event["article"]["text"].text == log.articles[0].text)
            #expect(event["record"]["evidence"]["rule"].text == "verb expel")
            #expect(event["feedback"].list.first?["reason"].text == "It was the embassy.")
            let index = try client.json("/api/v1/indices/dyads/RUS-USA?since=2016-12-01&until=2016-12-31")
            #expect(index["statuses"].list.compactMap(\.text) == ["happened", "alleged"])
            #expect(index["series"].list[0]["days"].list.count == 3, "the denied one is not counted")
        }
    }

    @Test func `pages hold everything once while more comes, and what came is found from where they began`()
        async throws
    {
        try await onThread {
            let client = try APIClient()
            for _ in 0..<10 { try client.log.add(events: 3) { event, index in event.mode = ["m\(index)"] } }
            let name: (Tree) -> Tree = { $0["seq"] == .null ? $0["id"] : $0["seq"] }
            for list in ["events?where=event%3DSANCTION", "events?", "articles?", "quotes?", "incidents?order=first"] {
                let all = try client.json("/api/v1/\(list)&limit=200")
                #expect(all["items"].list.count > 2 && all["items"].list.count < 200, "\(list)")
                var seen: [Tree] = []
                var added = 0
                var place = ""
                repeat {
                    let page = try client.json("/api/v1/\(list)&limit=4\(place)")
                    seen += page["items"].list
                    place = page["older"].text.map { "&before=\($0)" } ?? ""
                    added += 1
                    try client.log.add(events: 1) { event, _ in event.mode = ["\(list.count)-\(added)"] }
                } while !place.isEmpty
                #expect(seen.map(name) == all["items"].list.map(name), "\(list)")
                var later: [Tree] = []
                var newer = all["newer"].text
                for _ in 0..<added {
                    let page = try client.json("/api/v1/\(list)&limit=2&after=\(newer ?? "")")
                    later += page["items"].list.reversed()
                    newer = page["newer"].text
                }
                #expect(later.count == added && Set(later.map { "\(name($0))" }).count == added, "\(list)")
            }
        }
    }

    @Test func `what cannot be asked is refused with a reason`() async throws {
        try await onThread {
            let client = try APIClient()
            try client.log.add()
            func refused(_ path: String, _ status: Int, _ says: String) throws {
                let answer = try client.get("/api/v1/" + path)
                let text = String(decoding: answer.body, as: UTF8.self)
                #expect(answer.status == status && text.contains(says), "\(path): \(answer.status) \(text)")
                #expect(answer.header("content-type") == "application/problem+json", "\(path)")
            }
            try refused("events?page=2", 400, "'page' is not a parameter; there are where, since")
            try refused("system?a=b", 400, "this takes none")
            try refused("events?limit=201", 400, "a number from 1 to 200")
            try refused("events?limit=0", 400, "limit")
            try refused("events?limit=1&limit=2", 400, "given twice")
            try refused("events?before=x", 400, "place in a list")
            try refused("events?before=1.2", 400, "place in a list")
            try refused("incidents?before=99999999999999999999", 400, "place in a list")
            try refused("events?before=1&after=1", 400, "exclude")
            try refused("events?where=event%3DEXPEL", 400, "no value of event")
            try refused("events?where=%FF", 400, "percent-encoded")
            try refused("incidents?where=source%3Dtass", 400, "incidents have no 'source'")
            try refused("events?since=2016-13-01", 400, "a day such as")
            try refused("events?article=7", 400, "no identifier")
            try refused("events?entity=\(APITests.nobody)", 400, "there is no entity")
            try refused("indices/countries/russia", 400, "three capital letters")
            try refused("indices/dyads/RUS", 400, "RUS-USA")
            try refused("indices/countries/RUS?since=2000-01-01", 400, "days")
            try refused("indices/countries/RUS?status=maybe", 400, "some of happened")
            try refused("search", 400, "q is missing")
            try refused("search?q=the", 400, "no word")
            try refused("entities?q=%00", 400, "text of 1 to 500")
            for thing in ["events", "incidents", "stories", "entities", "articles", "alerts", "briefs"] {
                try refused("\(thing)/\(APITests.nobody)", 404, APITests.nobody)
                try refused("\(thing)/7", 404, "no identifier")
            }
            try refused("nothing", 404, "nothing")
        }
    }

    @Test func `what has not changed is not sent again`() async throws {
        try await onThread {
            let client = try APIClient()
            try client.log.add()
            let first = try client.get("/api/v1/events")
            let tag = try #require(first.header("etag"))
            #expect(first.header("cache-control") == "private, no-cache")
            for known in [tag, "\"other\", \(tag)", "W/\(tag)", "*"] {
                let again = try client.get(
                    "/api/v1/events",
                    [("authorization", APIClient.reader), ("if-none-match", known)]
                )
                #expect(again.status == 304 && again.body.isEmpty && again.header("etag") == tag, "\(known)")
            }
            try client.log.add()
            let later = try client.get("/api/v1/events", [("authorization", APIClient.reader), ("if-none-match", tag)])
            #expect(later.status == 200 && later.header("etag") != tag)
        }
    }

    @Test func `an event that was corrected says what took its place`() async throws {
        try await onThread {
            let client = try APIClient()
            try client.log.add(events: 2)
            let (old, new) = (client.log.events[0].event.id, client.log.events[1].event.id)
            try client.log.connection.query(
                "update record set retracts = \(old)::text::uuid where uuid = \(new)::text::uuid"
            )
            try client.log.connection.query("delete from report where id = \(old)::text::uuid")
            let answer = try client.get("/api/v1/events/\(old)")
            #expect(answer.status == 410 && String(decoding: answer.body, as: UTF8.self).contains(new))
        }
    }

    @Test func `a database that is away is said so, and its return is noticed`() async throws {
        try await onThread {
            let client = try APIClient(database: "host=/nowhere dbname=none")
            let answer = try client.get("/api/v1/events")
            #expect(answer.status == 503 && answer.header("retry-after") == "5")
            #expect(!String(decoding: answer.body, as: UTF8.self).contains("/nowhere"))
        }
        try await onThread {
            let client = try APIClient()
            try client.log.add()
            #expect(try client.get("/api/v1/events").status == 200)
            // The server ends connections that idle here when it is started again.
            try client.log.connection.query(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'tidings-watch%'"
            )
            #expect(try client.get("/api/v1/events").status == 200)
        }
    }

    @Test func `feedback becomes a correction or a retraction, once`() async throws {
        try await onThread {
            let client = try APIClient()
            try client.log.add(events: 2)
            let event = client.log.events[0].event.id
            func send(
                _ body: String,
                to id: String = event,
                as token: String = APIClient.writer
            ) throws -> OutboundClient.Response {
                try client.send(
                    "POST",
                    "/api/v1/events/\(id)/feedback",
                    [("authorization", token), ("content-type", "application/json")],
                    body: Array(body.utf8)
                )
            }
            let note = #"{"by":"desk","wrong":"recipient","reason":"It was the embassy.","set":{"recipient":"GBR"}}"#
            #expect(try send(note, as: APIClient.reader).status == 403)
            #expect(try send(note, to: APITests.nobody).status == 404)
            for (body, says) in [
                ("{", "no JSON object"), ("{}", "by is missing"),
                (#"{"by":"a","wrong":"all","reason":"b"}"#, "is not one of type"),
                (#"{"by":"a","wrong":"actor","reason":"b","why":"c"}"#, "'why' is not a member"),
                (#"{"by":1,"wrong":"actor","reason":"b"}"#, "by is not of the type"),
                (#"{"by":"a","wrong":"actor","reason":""}"#, "a reason has"),
            ] {
                let answer = try send(body)
                let text = String(decoding: answer.body, as: UTF8.self)
                #expect(answer.status == 400 && text.contains(says), "\(body): \(answer.status) \(text)")
            }
            #expect(try send(String(repeating: " ", count: 70_000)).status == 413)
            let stored = try send(note)
            #expect(stored.status == 201, "\(String(decoding: stored.body, as: UTF8.self))")
            let tree = try JSON.decode(Tree.self, from: stored.body)
            let document = try client.json("/api/v1/openapi.json")
            let operation = document["paths"]["/api/v1/events/{id}/feedback"]["post"]
            let schema = operation["responses"]["201"]["content"]["application/json"]["schema"]
            let faults = SchemaCheck(named: document["components"]["schemas"].members).faults(tree, schema)
            #expect(faults.isEmpty, "\(faults)")
            #expect(
                try JSON.decode(Tree.self, from: send(note).body)["record"] == tree["record"],
                "the same note is one"
            )
            let other = try send(#"{"by":"a","wrong":"not-an-event","reason":"b"}"#)
            #expect(other.status == 409, "the event does not hold any more")
            #expect(try client.log.connection.query("select count(*) from outbox")[0].int(0) == 1)
        }
    }

    @Test func `a brief is made of what the log holds, and kept`() async throws {
        try await onThread {
            let client = try APIClient()
            try client.log.add(events: 1)
            func send(_ body: String, as token: String = APIClient.writer) throws -> OutboundClient.Response {
                try client.send("POST", "/api/v1/briefs", [("authorization", token)], body: Array(body.utf8))
            }
            let wanted = #"{"scope":"country:RUS","since":"2016-12-01","until":"2016-12-31","sentences":3}"#
            #expect(try send(wanted, as: APIClient.reader).status == 403)
            for (body, status) in [
                (#"{"scope":"RUS"}"#, 400), (#"{"scope":"country:rus"}"#, 400), (#"{"scope":"dyad:RUS"}"#, 400),
                (#"{"scope":"story:7"}"#, 400), (#"{"scope":"story:\#(APITests.nobody)"}"#, 404),
                (#"{"scope":"country:RUS","since":"2016-12-31","until":"2016-12-01"}"#, 400),
                (#"{"scope":"country:RUS","sentences":51}"#, 400),
                (#"{"scope":"country:RUS","since":"2001-01-01","until":"2001-01-02"}"#, 404),
            ] {
                let answer = try send(body)
                #expect(answer.status == status, "\(body): \(String(decoding: answer.body, as: UTF8.self))")
            }
            let made = try send(wanted)
            #expect(made.status == 201, "\(String(decoding: made.body, as: UTF8.self))")
            let brief = try JSON.decode(Tree.self, from: made.body)
            let document = try client.json("/api/v1/openapi.json")
            let schema = document["paths"]["/api/v1/briefs"]["post"]["responses"]["201"]["content"]["application/json"][
                "schema"
            ]
            let faults = SchemaCheck(named: document["components"]["schemas"].members).faults(brief, schema)
            #expect(faults.isEmpty, "\(faults)")
            #expect(!brief["summary"].list.isEmpty)
            let kept = try client.json("/api/v1/briefs?scope=country:RUS")["items"].list
            #expect(kept.map { $0["id"] } == [brief["id"]])
        }
    }
}
