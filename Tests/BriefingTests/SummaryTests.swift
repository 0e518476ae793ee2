import Briefing
import Records
import Testing

/// Summaries of whole articles: what they are made of, and how near they come to those that others wrote.
@Suite("Summaries") struct SummaryTests {
    private static func source(_ article: Texts.Article) -> SourceText {
        SourceText(id: article.id, title: article.title, text: article.text)
    }

    private static func summary(_ source: SourceText, _ length: Extractor.Length) -> [CitedSentence] {
        Extractor().choose(from: [source], length: length).map { CitedSentence(of: source, $0.spans) }
    }

    // MARK: Citations

    @Test func `every sentence of every summary is the bytes that it cites`() throws {
        let articles = Texts.seeds + Texts.wikinews + Texts.newswire
        #expect(Texts.seeds.count >= 6)
        var sentences = 0
        for article in articles {
            let source = Self.source(article)
            let bytes = Array(article.text.utf8)
            for sentence in Self.summary(source, .sentences(4)) {
                sentences += 1
                try #require(sentence.citations.count == 1)
                guard case .article(article.id, let spans) = sentence.citations[0] else {
                    Issue.record("\(article.id): \(sentence)")
                    continue
                }
                let cited = String(decoding: spans.flatMap { bytes[$0.start..<$0.end] }, as: UTF8.self)
                #expect(cited == sentence.text && !cited.isEmpty)
                #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.end <= $1.start }, "\(article.id): \(spans)")
            }
        }
        print("\(articles.count) articles, \(sentences) sentences of summaries, each the bytes that it cites")
        #expect(sentences >= 3 * articles.count)
    }

    @Test func `the same text gives the same summary, and an empty one none`() {
        let text =
            "Putin, who took office in 2000, met Merkel in Moscow. He thanked her. They spoke of gas (and of little else)."
        let source = SourceText(id: "a", title: "Putin meets Merkel", text: text)
        let once = Self.summary(source, .sentences(2))
        #expect(once == Self.summary(source, .sentences(2)) && once.count == 2)
        #expect(Self.summary(SourceText(id: "a", title: nil, text: ""), .sentences(3)).isEmpty)
        #expect(Self.summary(source, .words(1)).count == 1)
    }

    @Test(arguments: [
        ("Putin, who took office in 2000, met Angela Merkel in Moscow.", "Putin met Angela Merkel in Moscow."),
        ("The army (about 3,000 men) crossed the border near the town.", "The army crossed the border near the town."),
        ("The council met on Tuesday in the old town hall of Bern.", "The council met in the old town hall of Bern."),
        (
            "The minister resigned from the cabinet, which had lost its majority.",
            "The minister resigned from the cabinet."
        ),
        // What says on whose word, under what condition, or that not, stays.
        ("The mayor, who allegedly took bribes from builders, was arrested.", nil),
        ("The bridge fell into the river (according to two witnesses).", nil),
        ("The court, which did not convict him, was closed to the public.", nil),
        ("The minister, according to the police, has fled the country.", nil),
        ("“The army (about 3,000 men) is ours,” the new president said.", nil),
        // A list is no addition to a name, and a weekday with its date stays.
        ("He visited France, the Netherlands, and Belgium in one week.", nil),
        ("The council met on Tuesday, May 3, in the old town hall.", nil),
    ])
    func `what can be left out of a sentence, and what cannot`(text: String, short: String?) {
        let source = SourceText(id: "a", title: nil, text: text)
        #expect(source.string(source.sentences[0].shortest) == short ?? text)
    }

    @Test func `what the reader has been told before comes last`() {
        let text =
            "Floods closed the port of Basra. The port of Basra was closed by floods. A new dam will open in Mosul."
        let source = SourceText(id: "a", title: nil, text: text)
        let known = SourceText(id: "", title: nil, text: "Floods closed the port of Basra.")
        let chosen = Extractor().choose(from: [source], length: .sentences(1), known: [known])
        #expect(chosen.map(\.sentence) == [2])
    }
}
