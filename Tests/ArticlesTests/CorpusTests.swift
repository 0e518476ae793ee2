import Articles
import FoundationEssentials
import Records
import Testing

/// The seeds of the fuzzer: one small input of every format.
///
/// TIDINGS_WRITE_CORPUS=1 writes them again from the samples.
@Suite("The fuzzer's corpus") struct CorpusTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fuzz/corpus/articles").standardized

    private static let seeds: [(String, [UInt8])] = {
        let sample = Sample(paragraphs: ["MADRID (Reuters) — Spain expelled two, he said in Málaga."])
        let mixed = Sample.multipart(
            "mixed",
            [Sample.multipart("alternative", [sample.plainPart, sample.htmlPart], boundary: "a"), sample.plainPart]
        )
        return [
            ("text", Array(sample.plain.utf8)), ("html", Array(sample.html().utf8)),
            ("json-ld", Array(sample.linkedDataHTML.utf8)),
            ("json", Array(sample.jsonObject.utf8)), ("jsonl", Array("\(sample.jsonObject)\n{\"text\": \"b\"}\n".utf8)),
            ("json-array", Array("[\(sample.jsonObject), {\"text\": \"b\"}]".utf8)),
            ("rss", Array(sample.rss(sample.rssItem()).utf8)),
            ("atom", Array(sample.atom(sample.atomEntry()).utf8)),
            ("jsonfeed", Array(sample.jsonFeed(sample.jsonFeedItem()).utf8)),
            (
                "newsml",
                Array(
                    sample.newsMessage(
                        sample.newsItem(sample.xhtml, embargo: "<embargoed>2017-01-01T12:00:00Z</embargoed>")
                    ).utf8
                )
            ),
            ("newsml-nitf", Array(sample.newsItem("<inlineXML>\(sample.inlineNITF)</inlineXML>").utf8)),
            ("nitf", Array(sample.nitf.utf8)),
            ("mail", Array(sample.mail(mixed).utf8)), ("warc", sample.warc()),
            ("gzip", Packing.gzip(Array(sample.plain.utf8))),
            (
                "zip",
                Packing.zip([
                    Packing.Member("a", Array("Text a.".utf8), stored: true),
                    Packing.Member("b", Array(sample.jsonObject.utf8)),
                ])
            ),
            ("utf-16", Packing.utf16(sample.plain, mark: false)), ("utf-32", Packing.utf32(sample.plain)),
            ("windows-1252", Packing.windows1252(sample.plain)),
            ("latin-1-page", Packing.windows1252(sample.html(charset: "iso-8859-1"))),
        ]
    }()

    @Test func `every seed is an input that is read`() throws {
        if ProcessInfo.processInfo.environment["TIDINGS_WRITE_CORPUS"] != nil {
            for (name, bytes) in CorpusTests.seeds {
                try Data(bytes).write(to: CorpusTests.directory.appending(path: name))
            }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: CorpusTests.directory.path())
        #expect(Set(names).isSuperset(of: CorpusTests.seeds.map(\.0)))
        for (name, _) in CorpusTests.seeds {
            let bytes = Array(try Data(contentsOf: CorpusTests.directory.appending(path: name)))
            #expect(
                try ArticleReader().read(bytes, name: name).contains { if case .article = $0 { true } else { false } }
            )
        }
    }
}
