import Foundation

/// Compares what subscribers received with what the log holds.
///
/// For each NAME.received in a directory: NAME.expected has a line `seq id` for every event that it had to get, in order;
/// NAME.received a line `seq prev id committed received` for each that it got, and a line `resume` where a client that promises
/// "at least once" began again; NAME.until, if there is one, the time after which it may get nothing, until when it got everything.
struct Streams {
    private struct Line {
        var seq: Int
        var prev: Int?
        var id: Substring
        var delay: Double
        var received: Int

        init?(_ text: Substring) {
            let parts = text.split(separator: " ")
            guard parts.count == 5, let seq = Int(parts[0]), let committed = Int(parts[3]), let received = Int(parts[4])
            else { return nil }
            (self.seq, prev, id, self.received) = (seq, Int(parts[1]), parts[2], received)
            delay = Double(received - committed) / 1000
        }
    }

    var findings = Findings()

    static func check(_ directory: String) throws -> Findings {
        var streams = Streams()
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            .filter { $0.hasSuffix(".received") }.map { String($0.dropLast(9)) }.sorted()
        print(
            "stream        received  of the log's  lost  doubled  again after resume   ms from commit: p50       p99       most"
        )
        for name in names { try streams.check(name, in: directory) }
        if names.isEmpty { streams.findings.add("no streams in \(directory)") }
        return streams.findings
    }

    private mutating func check(_ name: String, in directory: String) throws {
        func lines(_ ending: String) throws -> [Substring] {
            try String(contentsOfFile: "\(directory)/\(name).\(ending)", encoding: .utf8).split(separator: "\n")
        }
        let expected = try lines("expected").map { $0.split(separator: " ") }.map { (seq: Int($0[0]) ?? -1, id: $0[1]) }
        let index = Dictionary(expected.enumerated().map { ($0.element.seq, $0.offset) }) { first, _ in first }
        let until = try? lines("until").first.flatMap { Int($0) }
        // The place that has to come next, and the one behind the furthest that came.
        var (next, end) = (0, 0)
        var hasResumed = false
        var (doubled, again) = (0, 0)
        var delays: [Double] = []
        for text in try lines("received") {
            if text == "resume" {
                hasResumed = true
                continue
            }
            guard let line = Line(text), let place = index[line.seq], expected[place].id == line.id else {
                findings.add("\(name): the log does not hold for it: \(text)")
                continue
            }
            if let until, line.received > until { findings.add("\(name): received too late: \(text)") }
            if place < next {
                if hasResumed { again += next - place } else { doubled += 1 }
                if !hasResumed { findings.add("\(name): came again: \(text)") }
            } else if place > next {
                findings.add("\(name): \(place - next) missing before \(text)")
            }
            // It says that nothing that matches stands between prev and seq.
            if let prev = line.prev, prev >= line.seq || place > 0 && prev < expected[place - 1].seq {
                findings.add("\(name): prev does not join: \(text)")
            }
            if place >= end { delays.append(line.delay) }
            next = place + 1
            end = max(end, next)
            hasResumed = false
        }
        if until == nil, next != expected.count { findings.add("\(name): \(expected.count - next) missing at the end") }
        if until != nil, next == 0 { findings.add("\(name): received nothing, even before it had to leave") }
        delays.sort()
        func share(_ part: Double) -> String {
            delays.isEmpty
                ? "-" : String(format: "%.1f", delays[min(delays.count - 1, Int(Double(delays.count) * part))])
        }
        let lost = until == nil ? expected.count - delays.count : 0
        let columns = [
            (name, -12), ("\(delays.count)", 10), ("\(expected.count)", 14), ("\(lost)", 6), ("\(doubled)", 9),
            ("\(again)", 20),
            (share(0.5), 21), (share(0.99), 10), (share(1), 11),
        ]
        print(
            columns.map { text, width in
                let fill = String(repeating: " ", count: max(0, abs(width) - text.count))
                return width < 0 ? text + fill : fill + text
            }.joined()
        )
    }
}
