import Briefing
import Records
import Testing

@Suite("Sentences of events") struct EventSentenceTests {
    private static let countries = ["USA": "United States", "RUS": "Russia"]

    private static func event(
        _ type: EventType,
        _ mode: String? = nil,
        _ status: EventStatus = .happened,
        actor: [Actor] = [Actor(text: "Washington", name: "United States", code: "USA")],
        recipient: [Actor] = [Actor(text: "35 Russian diplomats", code: "RUS")],
        by claimants: [Actor] = []
    ) -> Event {
        let evidence = Evidence(sentence: 0, text: "x", event: [], actor: [], recipient: [], date: [], rule: "test")
        let article = Article(sha256: String(repeating: "0", count: 64), format: .text, text: "x")
        var event = Event(event: type, evidence: evidence, article: ArticleReference(article), coder: "test")
        event.mode = mode.map { [$0] } ?? []
        (event.status, event.actor, event.recipient, event.claimedBy) = (status, actor, recipient, claimants)
        return event
    }

    private static let lavrov = Actor(text: "Lavrov", name: "Sergei Lavrov", code: "RUS")

    @Test(arguments: [
        (event(.sanction, "expel"), "The United States expelled 35 Russian diplomats"),
        (event(.sanction, "expel", actor: []), "35 Russian diplomats were expelled"),
        (event(.sanction, "expel", .negated), "The United States did not expel 35 Russian diplomats"),
        (event(.sanction, "expel", .negated, actor: []), "35 Russian diplomats were not expelled"),
        (event(.sanction, "expel", .announced), "The United States announced plans to expel 35 Russian diplomats"),
        (event(.sanction, "expel", .threatened), "The United States threatened to expel 35 Russian diplomats"),
        (
            event(.sanction, "expel", .alleged, by: [lavrov]),
            "Sergei Lavrov says that the United States expelled 35 Russian diplomats"
        ),
        (event(.sanction, "expel", .alleged), "It is alleged that the United States expelled 35 Russian diplomats"),
        (
            event(.sanction, "expel", .proposed, by: [lavrov]),
            "Sergei Lavrov urged the United States to expel 35 Russian diplomats"
        ),
        (
            event(.sanction, "expel", .proposed, actor: [], by: [lavrov]),
            "Sergei Lavrov called for 35 Russian diplomats to be expelled"
        ),
        (event(.sanction, "expel", .proposed), "It was proposed that the United States expel 35 Russian diplomats"),
        (
            event(.sanction, "expel", .denied, by: [lavrov]),
            "Sergei Lavrov denies that the United States expelled 35 Russian diplomats"
        ),
        (
            event(.coerce, "cyber", .denied, actor: [lavrov], recipient: [Actor(text: "a bank")], by: [lavrov]),
            "Sergei Lavrov denies having carried out a cyberattack on a bank"
        ),
        (
            event(.sanction, "expel", .hypothetical),
            "It is only possible that the United States might expel 35 Russian diplomats"
        ),
        (
            event(.consult, "phone", recipient: [lavrov, Actor(text: "He", code: "RUS")]),
            "The United States spoke with Sergei Lavrov and Russia by telephone"
        ),
        // Was "denies that an unnamed party made allegations against Sergei Lavrov", who had denied what he was accused of.
        (
            event(.accuse, "allege", .denied, actor: [], recipient: [lavrov], by: [lavrov]),
            "Sergei Lavrov denies accusations"
        ),
        // Was "criticised American", of "the American sanctions".
        (
            event(
                .accuse,
                "disapprove",
                actor: [lavrov],
                recipient: [Actor(text: "American", code: "USA", sector: .gov)]
            ),
            "Sergei Lavrov criticised the United States"
        ),
        (event(.assault, "beat", actor: [], recipient: [Actor(text: "A protester")]), "A protester was beaten"),
        (event(.retreat, "resign", actor: [lavrov], recipient: []), "Sergei Lavrov resigned"),
        (
            event(.protest, "demo", actor: [Actor(text: "Thousands of people")], recipient: []),
            "Thousands of people demonstrated"
        ),
        (event(.mobilize, "troops", actor: [], recipient: []), "An unnamed party deployed troops"),
    ])
    func `each status has its words`(event: Event, sentence: String) {
        #expect(EventSentence(event, countries: Self.countries).text == sentence)
    }

    @Test func `every type, mode and status makes a sentence, and only what happened is told as a fact`() {
        for type in EventType.allCases {
            for mode in [nil] + type.modes.keys.sorted().map(Optional.some) {
                for recipient in [[], [Self.lavrov]] {
                    let texts = EventStatus.allCases.map { status in
                        EventSentence(
                            Self.event(
                                type,
                                mode,
                                status,
                                recipient: recipient,
                                by: status == .happened ? [] : [Self.lavrov]
                            ),
                            countries: Self.countries
                        ).text
                    }
                    #expect(Set(texts).count == texts.count, "\(type)/\(mode ?? "-"): \(texts)")
                    for text in texts {
                        #expect(!text.contains("{}") && !text.contains("  ") && !text.hasSuffix(" "), "\(text)")
                    }
                    // Alleged, proposed and denied.
                    #expect([1, 3, 5].allSatisfy { texts[$0].hasPrefix("Sergei Lavrov") }, "\(texts)")
                    #expect(texts.dropFirst().allSatisfy { !$0.hasPrefix(texts[0]) }, "\(texts)")
                }
            }
        }
    }
}
