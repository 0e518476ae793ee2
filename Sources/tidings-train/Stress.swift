import ArgumentParser
import Foundation
import Glibc
import Linguistics
import Training

/// Input that nobody means: the language core must end in bounded time and memory, and each token must hold what the text holds.
struct Stress: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the language core on hostile text and checks time, memory and spans.",
        discussion: """
            Each input is run at a tenth of its size and whole; seconds a megabyte may not grow with the size. With --fuzz, random and
            mutated texts are run for so many seconds instead.

            Examples:
              tidings-train stress --model models/english.model
              tidings-train stress --model models/english.model --scale 0.05
              tidings-train stress --model models/english.model --fuzz 600
            """
    )

    @Option(help: "The model.") var model: String
    @Option(help: "Seconds of fuzzing; none when not given.") var fuzz: Int?
    @Option(help: "The part of the full sizes that is run, above 0 to 1.") var scale = 1.0
    @Option(help: "Most seconds for a megabyte.") var secondsPerMegabyte = 30.0
    @Option(help: "Most resident megabytes of the process.") var megabytes = 1000
    @Option(help: "Repeats the texts of a run of --fuzz.") var seed: UInt64 = 1

    func validate() throws {
        guard scale > 0, scale <= 1 else { throw ValidationError("--scale is above 0, at most 1") }
    }

    func run() throws {
        let annotator = Annotator(try LanguageModel(path: model))
        if let fuzz { return try self.fuzz(annotator, seconds: fuzz) }
        print("input                     MB   s/MB small  s/MB whole   tokens  sentences  peak MB")
        for (name, make) in Stress.inputs {
            let whole = Array(make(scale).utf8)
            let small = try measure(name, annotator, Array(make(scale / 10).utf8))
            let large = try measure(name, annotator, whole)
            let peak = Self.peakMegabytes()
            print(
                name.padding(toLength: 22, withPad: " ", startingAt: 0),
                String(
                    format: "%6.1f %11.3f %11.3f %9d %9d %8d",
                    Double(whole.count) / 1e6,
                    small.seconds,
                    large.seconds,
                    large.tokens,
                    large.sentences,
                    peak
                )
            )
            fflush(nil)
            guard large.seconds < secondsPerMegabyte else {
                throw ValidationError("\(name): \(large.seconds) s a megabyte")
            }
            guard large.seconds < small.seconds * 3 + 0.5 else {
                throw ValidationError("\(name): time grows faster than the text")
            }
            guard peak < megabytes else { throw ValidationError("\(name): \(peak) MB resident") }
        }
    }

    private func measure(
        _ name: String,
        _ annotator: Annotator,
        _ text: [UInt8]
    ) throws -> (seconds: Double, tokens: Int, sentences: Int) {
        let start = ContinuousClock.now
        let analysis = annotator.analyze(String(decoding: text, as: UTF8.self))
        let time = (ContinuousClock.now - start) / .seconds(1)
        try check(analysis, name)
        return (time / (Double(text.count) / 1e6), analysis.count, analysis.sentences.count)
    }

    /// Tokens in order and not empty, nothing but white space between them, every head in its sentence, one root a sentence.
    private func check(_ analysis: Analysis, _ name: String) throws {
        var covered = 0
        for token in 0..<analysis.count {
            guard analysis.starts[token] >= covered, analysis.starts[token] < analysis.ends[token] else {
                throw ValidationError("\(name): token \(token) overlaps")
            }
            for byte in analysis.text[covered..<analysis.starts[token]] where byte > 0x20 && byte < 0x7F {
                throw ValidationError("\(name): byte \(byte) lost")
            }
            covered = analysis.ends[token]
        }
        guard analysis.heads.count == analysis.count, analysis.names.count == analysis.count else {
            throw ValidationError("\(name): columns of different length")
        }
        for sentence in analysis.sentences {
            var roots = 0
            for token in sentence {
                if analysis.heads[token] < 0 {
                    roots += 1
                } else if !sentence.contains(Int(analysis.heads[token])) {
                    throw ValidationError("\(name): a head outside")
                }
            }
            guard roots == 1 else { throw ValidationError("\(name): \(roots) roots in a sentence") }
        }
    }

    // MARK: Inputs

    private static let inputs: [(String, @Sendable (Double) -> String)] = [
        ("random UTF-8", { random(Int(10_000_000 * $0), seed: 7) }),
        ("one sentence", { String(repeating: "and the minister of the country said that ", count: Int(24_000 * $0)) }),
        ("one word", { String(repeating: "expulsion", count: Int(111_111 * $0)) }),
        ("full stops", { String(repeating: ".", count: Int(1_000_000 * $0)) }),
        ("mixed marks", { String(repeating: "(\"'.!?)]$", count: Int(100_000 * $0)) }),
        (
            "blank lines",
            {
                String(repeating: "\n", count: Int(100_000 * $0)) + "End."
                    + String(repeating: "\r\n \n", count: Int(100_000 * $0))
            }
        ),
        ("NULs", { String(repeating: "a\0b \0\0", count: Int(200_000 * $0)) }),
        ("emoji", { String(repeating: "👩‍👩‍👧‍👦🇷🇺 ok 👍🏽", count: Int(30_000 * $0)) }),
        ("right to left", { String(repeating: "قال الوزير إن بلاده لن ترد. אמר השר. ", count: Int(15_000 * $0)) }),
        ("combining marks", { "e" + String(repeating: "\u{301}", count: Int(500_000 * $0)) }),
        ("apostrophes", { String(repeating: "n't's're've'll", count: Int(70_000 * $0)) }),
        ("addresses", { String(repeating: "http://a.b/c?d=(e)&f@g.com,", count: Int(40_000 * $0)) }),
    ]

    private static func random(_ bytes: Int, seed: UInt64) -> String {
        var generator = RandomNumbers(seed)
        var text = String.UnicodeScalarView()
        var size = 0
        while size < bytes {
            let limit: UInt32 = [0x80, 0x80, 0x800, 0x3000, 0x11_0000].randomElement(using: &generator)!
            guard let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) else { continue }
            text.append(scalar)
            size += UTF8.width(scalar)
        }
        return String(text)
    }

    static func peakMegabytes() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss / 1024
    }

    // MARK: Fuzzing

    private func fuzz(_ annotator: Annotator, seconds: Int) throws {
        let pieces = [
            "Obama", "U.S.", "St.", "’s", "n't", "\"", "“", "”", "‘", "(", ")", "-", "--", "…", "...", "$1.5m", "35",
            "10am", "http://x.y/z", "a@b.c", "\n",
            "\n\n", " ", "\t", "\u{FEFF}", "\u{200B}", "\u{301}", "👍🏽", "\0", "ß", "İ", "ﬁ", "漢字", "عربي", ".", "!",
            "?!", ";", ":", "/", "9/11", "al-Qaeda",
            "MOSCOW (Reuters) —", "said", "the", "and", "'90s", "#tag", "@user", "&amp;", "%", "\u{10FFFF}", "_", "*",
        ]
        var generator = RandomNumbers(seed)
        let end = ContinuousClock.now + .seconds(seconds)
        var texts = 0
        var bytes = 0
        var next = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            var text = ""
            for _ in 0..<Int.random(in: 0..<400, using: &generator) {
                text +=
                    Int.random(in: 0..<8, using: &generator) == 0
                    ? Self.random(12, seed: generator.next()) : pieces.randomElement(using: &generator)!
                if Bool.random(using: &generator) { text += " " }
            }
            try check(annotator.analyze(text), "text \(texts) of seed \(seed)")
            texts += 1
            bytes += text.utf8.count
            if ContinuousClock.now > next {
                print("\(texts) texts, \(bytes / 1_000_000) MB, nothing found")
                fflush(nil)
                next = ContinuousClock.now + .seconds(60)
            }
        }
        print("fuzzed for \(seconds) s: \(texts) texts, \(bytes / 1_000_000) MB, nothing found")
    }
}
