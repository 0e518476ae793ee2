package import Records
package struct ArticleError: Error { package var code = "", message = ""; package var offset: Int?, line: Int? }
package enum ReadItem { case article(Article), failure(ArticleError) }
package struct ArticleReader: Sendable {
    package struct Limits: Sendable { package var fileBytes = 64 << 20 }
    package let limits = Limits()
    package init() {}
    package func read(_ bytes: [UInt8], name: String) throws(ArticleError) -> [ReadItem] {
        guard !bytes.isEmpty else { throw ArticleError() }
        return [.article(Article(sha256: sha256(of: bytes), format: .text, text: String(decoding: bytes, as: UTF8.self)))]
    }
}
