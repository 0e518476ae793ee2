import Articles
import Postgres
import Records
import Storage

/// Finds for new articles the earliest report with nearly the same text: wire copy, cut or touched up.
enum Origins {
    /// Makes arrivals of articles and the names of their files, with fingerprints and origins.
    ///
    /// Two processes that store the same report at the same moment may both take theirs for the origin.
    static func arrivals(
        _ articles: [(Article, fileName: [UInt8])],
        on connection: Connection
    ) throws(PostgresError) -> [ArticleStore.Arrival] {
        let prints = articles.map { Fingerprint($0.0.text) }
        let wanted = Set(prints.flatMap(\.bands)).map { Int($0) }
        var known = Known()
        for candidate in try ArticleStore.candidates(bands: wanted, on: connection) {
            guard let print = Fingerprint(values: candidate.fingerprint.map(Int64.init)) else { continue }
            known.add(candidate.id, origin: candidate.origin, print)
        }
        return zip(articles, prints).map { entry, print in
            var article = entry.0
            article.origin = known.origin(of: print, except: article.id)
            known.add(article.id, origin: article.origin ?? article.id, print)
            return .init(
                article: article,
                fileName: entry.fileName,
                fingerprint: print.values.map { Int($0) },
                bands: print.bands.map { Int($0) }
            )
        }
    }

    /// Articles by their bands, the earliest first.
    private struct Known {
        private var articles: [(id: String, origin: String, print: Fingerprint)] = []
        private var places: [Int64: [Int]] = [:]

        mutating func add(_ id: String, origin: String, _ print: Fingerprint) {
            for band in Set(print.bands) { places[band, default: []].append(articles.count) }
            articles.append((id, origin, print))
        }

        func origin(of print: Fingerprint, except id: String) -> String? {
            let candidates = Set(print.bands.flatMap { places[$0] ?? [] }).sorted()
            return candidates.lazy.map { articles[$0] }
                .first { $0.id != id && $0.print.isNearDuplicate(of: print) }?.origin
        }
    }
}
