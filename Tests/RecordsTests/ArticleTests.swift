import Records
import Testing

@Suite("Article") struct ArticleTests {
    @Test func `what a source does not state is left out, and an older article is read`() throws {
        var article = Article(sha256: String(repeating: "0", count: 64), format: .rss, text: "Text.")
        let short = String(decoding: try JSON.encode(article), as: UTF8.self)
        #expect(["item", "agency", "embargo", "usageTerms", "null"].allSatisfy { !short.contains($0) })
        #expect(try JSON.decode(Article.self, from: Array(short.utf8)) == article)
        (article.item, article.itemVersion, article.agency) = ("urn:1", "3", "AP")
        (article.embargo, article.usageTerms) = ("2017-01-01T12:00:00Z", "No archive.")
        #expect(try JSON.decode(Article.self, from: JSON.encode(article)) == article)
    }
}
