// The independent checker of the fault tests. It knows nothing of how Tidings works inside and shares no code with it: it sees
// the files that were dropped and the lines that a subscriber received, and says whether they agree.
//
// Usage: tidings-check DROPPED-DIRECTORY RECEIVED.jsonl
//        tidings-check --streams DIRECTORY                (see Streams.swift)
//
// Every dropped file begins with a line "Title: …" that no other file has. For each there must be exactly one article record with
// that title, and as many event and quote records as that record says; `sequence` and, within a topic, `tseq` must have no gap.
import Foundation

struct Findings {
    var problems: [String] = []
    var lines = 0
    mutating func add(_ problem: String) { if problems.count < 50 { problems.append(problem) } }
}

func titles(in directory: String) throws -> [String: Int] {
    var titles: [String: Int] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
        let text = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
        guard let line = text.split(separator: "\n").first, line.hasPrefix("Title: ") else {
            throw CocoaError(.fileReadCorruptFile, userInfo: [NSFilePathErrorKey: name])
        }
        titles[String(line.dropFirst(7)), default: 0] += 1
    }
    return titles
}

struct Record {
    var sequence: Int
    var tseq: Int
    var topic: String
    var id: String
    var kind: String
    var articleID: String
    var title: String
    var epoch: String
    var data: [String: Any]

    init?(_ line: Substring) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            let sequence = (object["sequence"] as? String).flatMap(Int.init),
            let tseq = (object["tseq"] as? String).flatMap(Int.init),
            let topic = object["topic"] as? String, let id = object["id"] as? String,
            let kind = object["type"] as? String,
            let epoch = object["epoch"] as? String, let data = object["data"] as? [String: Any],
            let article = data["article"] as? [String: Any], let articleID = article["id"] as? String
        else { return nil }
        (self.sequence, self.tseq, self.topic, self.id, self.kind, self.epoch) = (
            sequence, tseq, topic, id, kind, epoch
        )
        (self.data, self.articleID) = (data, articleID)
        title = article["title"] as? String ?? ""
    }
}

func check(dropped: [String: Int], received: String) -> (Findings, records: Int) {
    var findings = Findings()
    var ids: Set<String> = []
    var last = 0
    var topics: [String: Int] = [:]
    var epochs: Set<String> = []
    var counts: [String: [String: Int]] = [:]
    var articles: [String: (title: String, events: Int, quotes: Int, times: Int)] = [:]
    var records = 0
    for line in received.split(separator: "\n") {
        guard let record = Record(line) else {
            findings.add("not a record: \(line.prefix(100))")
            continue
        }
        records += 1
        epochs.insert(record.epoch)
        if record.sequence != last + 1 { findings.add("sequence \(record.sequence) follows \(last)") }
        last = record.sequence
        if record.tseq != topics[record.topic, default: 0] + 1 {
            findings.add("tseq \(record.tseq) of \(record.topic) follows \(topics[record.topic, default: 0])")
        }
        topics[record.topic] = record.tseq
        if !ids.insert(record.id).inserted { findings.add("record \(record.id) came twice") }
        counts[record.articleID, default: [:]][record.kind, default: 0] += 1
        if record.kind == "tidings.article.v1" {
            let times = (articles[record.articleID]?.times ?? 0) + 1
            articles[record.articleID] = (
                record.title, record.data["events"] as? Int ?? -1, record.data["quotes"] as? Int ?? -1, times
            )
        }
    }
    if epochs.count > 1 { findings.add("\(epochs.count) epochs") }
    for (id, article) in articles {
        if article.times != 1 { findings.add("article \(id) was announced \(article.times) times") }
        let events = counts[id]?["tidings.event.v1"] ?? 0
        let quotes = counts[id]?["tidings.quote.v1"] ?? 0
        if events != article.events { findings.add("article \(id) has \(article.events) events, \(events) came") }
        if quotes != article.quotes { findings.add("article \(id) has \(article.quotes) quotes, \(quotes) came") }
    }
    let received = Dictionary(articles.values.map { ($0.title, 1) }, uniquingKeysWith: +)
    let lost = dropped.keys.filter { received[$0] == nil }.sorted()
    let duplicated = received.filter { $0.value > 1 }.keys.sorted()
    let foreign = received.keys.filter { dropped[$0] == nil }.sorted()
    for title in lost { findings.add("lost: \(title)") }
    for title in duplicated { findings.add("duplicated: \(title)") }
    for title in foreign { findings.add("never dropped: \(title)") }
    for id in counts.keys where articles[id] == nil { findings.add("records of \(id), but no article record") }
    print(
        "dropped \(dropped.count), received \(articles.count) articles in \(records) records; lost \(lost.count), duplicated \(duplicated.count)"
    )
    return (findings, records)
}

guard CommandLine.arguments.count == 3 else {
    FileHandle.standardError.write(
        Data("usage: tidings-check DROPPED-DIRECTORY RECEIVED.jsonl | --streams DIRECTORY\n".utf8)
    )
    exit(64)
}
do {
    let findings: Findings
    if CommandLine.arguments[1] == "--streams" {
        findings = try Streams.check(CommandLine.arguments[2])
    } else {
        let dropped = try titles(in: CommandLine.arguments[1])
        let received = try String(contentsOfFile: CommandLine.arguments[2], encoding: .utf8)
        findings = check(dropped: dropped, received: received).0
    }
    for problem in findings.problems { print("  \(problem)") }
    exit(findings.problems.isEmpty ? 0 : 1)
} catch {
    FileHandle.standardError.write(Data("tidings-check: \(error)\n".utf8))
    exit(65)
}
