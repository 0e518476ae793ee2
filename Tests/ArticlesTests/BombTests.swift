import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Small inputs that want to become large, as the real program meets them: refused with a reason, in time, and in memory.
@Suite("Bombs", .serialized) struct BombTests {
    /// What the program did with a file.
    private struct Run {
        var output: String
        var seconds: Double
        /// The most memory that it held, in KiB.
        var memory: Int
    }

    private static let directory = FileManager.default.temporaryDirectory.appending(path: "tidings-bombs-\(getpid())")

    private static func run(_ bytes: [UInt8]) throws -> Run {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let file = directory.appending(path: "bomb").path()
        try Data(bytes).write(to: URL(filePath: file))
        return try run(file: file)
    }

    private static func run(file: String) throws -> Run {
        let output = directory.appending(path: "output").path()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let words = [LiveStack.binary("tidings"), "extract", "--output", "jsonl", file]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        let start = ContinuousClock.now
        var child: pid_t = 0
        let failed = posix_spawn(&child, words[0], &actions, nil, &arguments, environ)
        try #require(failed == 0)
        var memory = 0
        var status: Int32 = 0
        // The high-water mark only grows: what was read last before the end is nearly the peak.
        var usage = rusage()
        while wait4(child, &status, WNOHANG, &usage) == 0 {
            memory = max(memory, peak(of: child))
            if ContinuousClock.now - start > .seconds(60) { kill(child, SIGKILL) }
            usleep(1000)
        }
        let text = try String(contentsOf: URL(filePath: output), encoding: .utf8)
        // Processor time: what else the machine does must not decide.
        let seconds = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }
        return Run(output: text, seconds: seconds.reduce(0, +), memory: memory)
    }

    private static func peak(of process: pid_t) -> Int {
        guard let status = try? String(contentsOf: URL(filePath: "/proc/\(process)/status"), encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
        else { return 0 }
        return Int(line.split { !$0.isNumber }.first ?? "") ?? 0
    }

    /// What the program needs for itself: its tables and its model.
    private static let baseline = Result { try run([]) }

    /// - Parameter code: A part of the reason.
    private func expectRefusal(_ name: String, _ bytes: [UInt8], _ reason: String) throws {
        let baseline = try BombTests.baseline.get()
        try expect(name, BombTests.run(bytes), baseline, reason)
    }

    private func expect(_ name: String, _ run: Run, _ baseline: Run, _ reason: String) {
        let megabytes = (run.memory - baseline.memory) / 1024
        let seconds = run.seconds - baseline.seconds
        print("bomb \(name): \(Int(seconds * 1000)) ms, \(megabytes) MiB beyond an empty file")
        #expect(run.output.contains(reason), "\(name): \(run.output.prefix(300))")
        #expect(seconds < 2, "\(name)")
        #expect(megabytes < 200, "\(name)")
    }

    private func repeated(_ text: String, _ count: Int) -> [UInt8] {
        // By doubling: a loop over sixty million elements takes long without optimisation.
        var result = Array(text.utf8)
        let size = result.count * count
        while result.count * 2 <= size { result += result }
        result += result[..<(size - result.count)]
        return result
    }

    @Test func `packed bombs`() throws {
        let story = Array("Spain expelled two, he said.".utf8)
        let zeros = [UInt8](repeating: 0x61, count: 60 << 20)
        let bomb = Packing.gzip(zeros)
        try expectRefusal("gzip", bomb, "100 times its size")
        try expectRefusal("gzip of gzip", Packing.gzip(bomb), "100 times its size")
        let member = Packing.Member("a", zeros)
        try expectRefusal("zip", Packing.zip([member]), "100 times its size")
        // Under the ratio: bytes that pack little, many times over.
        var random = Seeded(state: 1)
        let noise = (0..<(1 << 20)).map { _ in UInt8.random(in: 0x61...0x70, using: &random) }
        let many = Packing.Member("a", [0x89] + Array("PNG".utf8) + noise)
        try expectRefusal(
            "zip of many",
            Packing.zip([Packing.Member("s", story)] + Array(repeating: many, count: 90)),
            "67108864 bytes"
        )
        try expectRefusal(
            "overlapping zip",
            Packing.zip(Array(repeating: member, count: 5000), overlapping: true),
            "overlap"
        )
    }

    /// A gzip file has itself as content when it is made with care; a zip of a zip of a zip is refused in the same way.
    @Test func `a zip that has no end`() throws {
        var bytes = Array("Spain expelled two, he said.".utf8)
        for level in 0..<50 {
            bytes = Packing.zip([("r\(level)", bytes), ("s", bytes)].prefix(level < 8 ? 2 : 1).map { $0 })
        }
        try expectRefusal("nested zip", bytes, "inside 3 others")
    }

    @Test func `deep documents`() throws {
        try expectRefusal("deep XML", Array("<rss>".utf8) + repeated("<a>", 5_000_000), "inside one another")
        try expectRefusal("deep HTML", repeated("<div>", 3_000_000), "inside one another")
        try expectRefusal("deep JSON", repeated("[", 60_000_000), "nested too deep")
        try expectRefusal("deep JSON objects", repeated("{\"a\":", 12_000_000), "nested too deep")
    }

    @Test func `wide documents`() throws {
        try expectRefusal("wide XML", Array("<rss>".utf8) + repeated("<a/>", 12_000_000), "400000 elements")
        let names = (0..<100_000).map { " a\($0)=\"\"" }.joined()
        try expectRefusal("XML of attributes", Array("<rss\(names)/>".utf8), "1024 attributes")
        let spaces = (0..<100_000).map { " xmlns:a\($0)=\"u\"" }.joined()
        try expectRefusal("XML of namespaces", Array("<rss\(spaces)/>".utf8), "1024 attributes or namespaces")
        try expectRefusal("wide HTML", repeated("<p>a", 4_000_000), "400000 elements")
        let tag = "<b" + (0..<900).map { " \(String($0, radix: 36))" }.joined() + "></b>"
        try expectRefusal("HTML of attributes", repeated(tag, (15 << 20) / tag.utf8.count), "400000 elements")
        try expectRefusal("HTML of comments", repeated("<!---->", 2_300_000), "400000 elements")
        try expectRefusal(
            "wide JSON",
            Array("{\"a\":[0".utf8) + repeated(",0", 30_000_000) + Array("]}".utf8),
            "500000 values"
        )
        try expectRefusal(
            "JSON of names",
            Array("{\"text\": \"a\"".utf8) + (0..<1_000_000).flatMap { Array(",\"\($0)\":0".utf8) } + [0x7D],
            "500000 values"
        )
    }

    @Test func `entities`() throws {
        let laughs = (1..<10).map {
            "<!ENTITY l\($0) \"&l\($0 - 1);&l\($0 - 1);&l\($0 - 1);&l\($0 - 1);&l\($0 - 1);\">"
        }.joined()
        try expectRefusal(
            "billion laughs",
            Array("<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY l0 \"lol\">\(laughs)]><rss>&l9;</rss>".utf8),
            "declares entities"
        )
        let secret = BombTests.directory.appending(path: "secret").path()
        try FileManager.default.createDirectory(at: BombTests.directory, withIntermediateDirectories: true)
        try Data("a secret".utf8).write(to: URL(filePath: secret))
        for declaration in ["<!ENTITY x SYSTEM \"file://\(secret)\">", "<!ENTITY % x SYSTEM \"file://\(secret)\"> %x;"]
        {
            let bytes = Array(
                "<!DOCTYPE rss [\(declaration)]><rss><channel><item><description>&x;</description></item></channel></rss>"
                    .utf8
            )
            try expectRefusal("external entity", bytes, "declares entities")
            #expect(try !BombTests.run(bytes).output.contains("a secret"))
        }
        let quadratic = "<!DOCTYPE rss [<!ATTLIST a " + (0..<1000).map { "b\($0) CDATA \"x\" " }.joined() + ">]><rss>"
        try expectRefusal(
            "attributes by default",
            Array(quadratic.utf8) + repeated("<a/>", 300_000),
            "declares entities"
        )
    }

    @Test func `long lines`() throws {
        let baseline = try BombTests.baseline.get()
        let file = BombTests.directory.appending(path: "line").path()
        _ = try BombTests.run([])
        let handle = try #require(fopen(file, "w"))
        let chunk = repeated("word ", 1 << 18)
        for _ in 0..<160 { fwrite(chunk, 1, chunk.count, handle) }
        fclose(handle)
        defer { unlink(file) }
        expect("200 MiB line", try BombTests.run(file: file), baseline, "more than 64 MiB")
        let line = repeated("word ", 12 << 20)
        try expectRefusal("60 MiB line", line, "is the limit")
        try expectRefusal("60 MiB JSON string", Array("{\"text\": \"".utf8) + line + Array("\"}".utf8), "8388608 bytes")
        try expectRefusal("60 MiB XML text", Array("<rss><a>".utf8) + line + Array("</a></rss>".utf8), "8388608 bytes")
        try expectRefusal("60 MiB XML attribute", Array("<rss a=\"".utf8) + line + Array("\"/>".utf8), "XML")
        try expectRefusal("60 MiB HTML", Array("<p>".utf8) + line, "is the limit")
        try expectRefusal(
            "60 MiB mail header",
            Array("From: a\nDate: b\nTo: c\n".utf8) + repeated("X: y\n", 12 << 20),
            "has more than 262144 bytes"
        )
    }
}
