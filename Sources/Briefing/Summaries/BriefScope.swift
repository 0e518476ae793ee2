/// What a brief is about; as text `story:ID`, `article:ID`, `country:RUS` or `dyad:RUS-USA`.
package enum BriefScope: Sendable, Hashable, CustomStringConvertible {
    case story(String)
    case article(String)
    /// ISO 3166-1 alpha-3 or a non-state code.
    case country(String)
    /// What either did to the other.
    case dyad(String, String)

    package var description: String {
        switch self {
        case .story(let id): "story:\(id)"
        case .article(let id): "article:\(id)"
        case .country(let code): "country:\(code)"
        case .dyad(let first, let second): "dyad:\(first)-\(second)"
        }
    }

    /// Countries and dyads have many articles in a period; a story and an article are themselves all there is.
    package var needsPeriod: Bool {
        switch self {
        case .story, .article: false
        case .country, .dyad: true
        }
    }
}
