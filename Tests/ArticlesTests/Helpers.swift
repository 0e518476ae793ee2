import Articles
import Records
import Testing

func items(_ text: String, name: String = "sample", limits: ArticleReader.Limits = .standard) throws -> [ReadItem] {
    try ArticleReader(limits: limits).read(Array(text.utf8), name: name)
}

/// The only article of an input.
func article(_ text: String) throws -> Article {
    let found = try items(text)
    guard found.count == 1, case .article(let article) = found[0] else {
        throw ArticleError(.nothingReadable, "expected one article, not \(found)")
    }
    return article
}

func failure(_ bytes: [UInt8], limits: ArticleReader.Limits = .standard) -> ArticleError? {
    do throws(ArticleError) {
        _ = try ArticleReader(limits: limits).read(bytes, name: "sample")
        return nil
    } catch { return error }
}

func failure(_ text: String) -> ArticleError? { failure(Array(text.utf8)) }
