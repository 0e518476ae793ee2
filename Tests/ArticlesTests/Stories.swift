import Articles
import Foundation
import Records

/// Articles to fill pages with and to make copies of: those of `seeds/`, and where they are beside the repository, more.
struct Story: Sendable {
    var title: String
    var paragraphs: [String]
    var text: String { paragraphs.joined(separator: "\n\n") }

    init(title: String, text: String) {
        self.title = title
        paragraphs = text.split(separator: "\n").map(String.init)
    }

    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardized
    private static let shared = repository.appending(path: "../shared/articles").standardized

    /// The sample articles of the repository.
    static let seeds: [Story] = {
        let folder = repository.appending(path: "seeds/articles")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            guard let data = try? Data(contentsOf: folder.appending(path: name)),
                case .article(let article)? = try? ArticleReader().read(Array(data), name: name).first
            else { return nil }
            return Story(title: article.title ?? name, text: article.text)
        }
    }()

    /// Twenty Wikinews articles without the line with their date; empty when they are not on this machine.
    static let wikinews: [Story] = lines(of: try? Data(contentsOf: shared.appending(path: "wikinews.jsonl"))).map {
        var story = Story(title: $0.title ?? "", text: $0.text)
        if let first = story.paragraphs.first, first.utf8.count < 40, first.hasSuffix(".") == false {
            story.paragraphs.removeFirst()
        }
        return story
    }

    /// Newswire of many reports each; empty when it is not on this machine.
    static let newswire: [Story] = {
        let file = shared.appending(path: "newswire.jsonl.gz").path
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "--decompress", "--stdout", file]
        let pipe = Pipe()
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return [] }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return lines(of: data).map { Story(title: $0.title ?? "", text: $0.text) }
    }()

    private struct Line: Decodable {
        var title: String?
        var text: String
    }

    private static func lines(of data: Data?) -> [Line] {
        (data ?? Data()).split(separator: 0x0A).compactMap { try? JSONDecoder().decode(Line.self, from: $0) }
    }
}
