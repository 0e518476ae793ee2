import Foundation
import FoundationEssentials

/// Articles to summarise: the repository's samples, and those beside the repository, where they are.
enum Texts {
    struct Article: Decodable, Sendable {
        var id: String
        var title: String?
        var text: String
        var summaries: [String]?
    }

    static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    private static let shared: URL = {
        let place = ProcessInfo.processInfo.environment["TIDINGS_SHARED"].map { URL(filePath: $0) }
        return (place ?? repository.appending(path: "../shared")).appending(path: "articles").standardized
    }()

    /// Without the lines of their header.
    static let seeds: [Article] = {
        let folder = repository.appending(path: "seeds/articles")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            guard let data = try? Data(contentsOf: folder.appending(path: name)) else { return nil }
            let parts = String(decoding: data, as: UTF8.self).split(separator: "\n\n", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return Article(
                id: name,
                title: String(parts[0].split(separator: "\n")[0].dropFirst(7)),
                text: String(parts[1])
            )
        }
    }()

    /// Twenty Wikinews articles with five reference summaries each.
    static let wikinews = lines(of: try? Data(contentsOf: shared.appending(path: "wikinews.jsonl")))

    static let newswire: [Article] = {
        let file = shared.appending(path: "newswire.jsonl.gz").path
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "--decompress", "--stdout", file]
        let pipe = Pipe()
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return [] }
        return lines(of: pipe.fileHandleForReading.readDataToEndOfFile())
    }()

    private static func lines(of data: Data?) -> [Article] {
        String(decoding: data ?? Data(), as: UTF8.self).split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Article.self, from: Data($0.utf8))
        }
    }
}
