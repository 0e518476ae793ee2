import FoundationEssentials
import Testing
import Wire

/// The seeds of the fuzzer: one message of every kind, its frames separated by 0x1E, and a filter with keys.
@Suite("The fuzzer's messages") struct CorpusTests {
    @Test func `every seed is a message or a filter`() throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzz/corpus/wire")
            .standardized
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path())
        #expect(names.count >= 14)
        for name in names {
            let bytes = Array(try Data(contentsOf: directory.appending(path: name)))
            let frames = bytes.split(separator: 0x1E, omittingEmptySubsequences: false).map { Array($0) }
            let filter = try? Filter(String(decoding: frames[0], as: UTF8.self))
            #expect(
                FeedMessage(frames) != nil || WorkMessage(frames) != nil || filter?.matches(frames[1]) == true,
                "\(name)"
            )
        }
    }
}
