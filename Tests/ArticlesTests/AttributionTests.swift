import Articles
import Records
import Testing

@Suite("Attribution") struct AttributionTests {
    @Test(
        arguments: [
            ("Two ministers resigned on Friday, Reuters reported.", "Reuters"),
            ("The deal is dead, according to the BBC.", "BBC"),
            ("The New York Times said on Monday that three ships had left.", "The New York Times"),
            ("The plan was first reported by the Washington Post.", "The Washington Post"),
            ("An official told Reuters that the talks would go on.", "Reuters"),
            ("Russia's TASS news agency quoted him as saying that it was over.", "TASS"),
            ("The state-run Xinhua News Agency says six people died.", "Xinhua"),
            ("Iran's semi-official Fars news agency reported the arrest.", "Fars"),
            ("He was quoted by the Interfax agency as saying so.", "Interfax"),
            ("MADRID (AP) — Spain expelled two.", "Associated Press"),
            ("Spain expelled two diplomats on Friday. (AFP)", "Agence France-Presse"),
            ("In an interview with Al-Jazeera, the leader denied it.", "Al Jazeera"),
            ("The Wall Street Journal has reported that the firm is for sale.", "The Wall Street Journal"),
            ("South Korea's Yonhap news agency said the North fired a missile.", "Yonhap"),
            ("The attack killed nine, the Associated Press reported, citing police.", "Associated Press"),
            ("Haaretz newspaper reported on Sunday that the cabinet was split.", "Haaretz"),
            ("According to Kommersant, the bank is to close.", "Kommersant"),
            ("Al Arabiya television, quoting a source, said the plane was shot down.", "Al Arabiya"),
        ] as [(String, String)]
    )
    func `a medium that is named as a source is found`(text: String, medium: String) {
        #expect(Attribution.all(in: text).first?.medium == medium)
    }

    @Test(
        arguments: [
            ("Two were killed, the Daily Planet newspaper reported.", "Daily Planet"),
            ("According to the newspaper Al Watan, he has left the country.", "Al Watan"),
            ("And the London-based Evening Courier newspaper says so.", "Evening Courier"),
            ("The Voice of Karelia radio said that the road was closed.", "Voice of Karelia"),
        ] as [(String, String)]
    )
    func `a medium in no table is named as written`(text: String, name: String) {
        let found = Attribution.all(in: text)
        #expect(found.map(\.name) == [name])
        #expect(found.first?.medium == nil)
    }

    @Test(arguments: [
        "The BBC said it would cut 400 jobs.", "Reuters reported its profits on Tuesday.",
        "He works for the Associated Press in Rome.",
        "Police searched the offices of Kommersant.", "A reporter of the New York Times was arrested.",
        "The Associated Press (AP) and others left the room.", "Bloomberg, the mayor, spoke for an hour.",
        "The minister said on Friday that the talks had failed.", "According to the minister, the talks failed.",
        "The United Nations reported on Monday that 3,000 people had fled.", "The agency said that the dam was safe.",
        "He read about it in the Washington Post.", "CNN was banned from the briefing.",
        "The AP photographer was hurt.",
        "According to the World Health Organization, it is safe.", "", "Mr. Peres told Israeli radio that he would go.",
        "Russian news reports say a court ruled on Monday.",
        "The U.S. space agency NASA said on Tuesday that it saw a galaxy.",
        "The French news agency quotes the police.", "But German news reports say the deal is near.",
    ])
    func `what is no source is not taken for one`(text: String) {
        #expect(Attribution.all(in: text) == [])
    }

    @Test func `each medium is named once, where it comes first`() throws {
        let text = "Two died, Reuters reported. Reuters said so again, and the BBC said the same."
        let found = Attribution.all(in: text)
        #expect(found.map(\.medium) == ["Reuters", "BBC"])
        #expect(found.first?.offset == 10)
        #expect(try article(text).attribution == "Reuters")
        #expect(try article("Nobody said anything.").attribution == nil)
    }

    @Test func `hostile text is read in linear time`() {
        _ = Attribution.all(in: String(repeating: "A", count: 1 << 20))
        _ = Attribution.all(in: String(repeating: "Al ", count: 1 << 18))
        _ = Attribution.all(in: String(repeating: "told the ", count: 1 << 17) + "-'’./&")
        _ = Attribution.all(in: String(repeating: "A-'’./&", count: 1 << 16))
    }
}
