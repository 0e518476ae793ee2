import Foundation
import Linguistics
import Testing

@testable import Training

/// A model file that is removed again.
final class TemporaryModel {
    let path: String

    init(_ bytes: [UInt8]) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "tidings-\(UUID().uuidString).model").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite("Model files") struct ModelTests {
    private static let good: [UInt8] = {
        let (network, _) = Toy.network()
        return ModelWriter.bytes(
            network,
            lemmas: LemmaTables(Toy.sentences, xpos: network.vocabulary.xpos, upos: network.vocabulary.upos)
        )
    }()

    private func code(_ bytes: [UInt8]) throws -> ModelError.Code? {
        let file = try TemporaryModel(bytes)
        do throws(ModelError) {
            _ = try LanguageModel(path: file.path)
            return nil
        } catch {
            #expect(error.description.hasPrefix(file.path))
            return error.code
        }
    }

    @Test func `a written model opens`() throws { #expect(try code(Self.good) == nil) }

    @Test func `a missing file is said`() {
        #expect(throws: ModelError.self) { try LanguageModel(path: "/nonexistent/english.model") }
    }

    @Test func `something else is no model`() throws {
        var bytes = Self.good
        bytes[0] = 0x58
        #expect(try code(bytes) == .notAModel)
        #expect(try code(Array("hello".utf8)) == .truncated)
    }

    @Test func `another version is refused`() throws {
        var bytes = Self.good
        bytes[8] = 9
        #expect(try code(bytes) == .version)
    }

    @Test func `a cut file is refused`() throws { #expect(try code(Array(Self.good.dropLast(64))) == .truncated) }

    @Test(arguments: 0..<64)
    func `one changed byte anywhere is found`(_ part: Int) throws {
        var bytes = Self.good
        let index = 64 + (bytes.count - 64) * part / 64 + part
        bytes[min(index, bytes.count - 1)] ^= 0x10
        #expect(try code(bytes) == .damaged)
    }

    @Test func `two annotators on two threads give the same`() async throws {
        let file = try TemporaryModel(Self.good)
        let model = try LanguageModel(path: file.path)
        let text = "Obama ordered an expulsion. Russian spies left New York, he said on Friday.\n\nGo!"
        let runs = await withTaskGroup(of: [Int32].self) { group in
            for _ in 0..<4 { group.addTask { Annotator(model).analyze(text).heads } }
            return await group.reduce(into: [[Int32]]()) { $0.append($1) }
        }
        #expect(runs.count == 4 && runs.allSatisfy { $0 == runs[0] })
    }

    @Test func `what a sentence gets does not depend on its neighbours`() throws {
        let file = try TemporaryModel(Self.good)
        let annotator = Annotator(try LanguageModel(path: file.path))
        let words = ["Russian", "spies", "left", "New", "York"]
        let alone = annotator.analyze([words])
        let among = annotator.analyze([["Go", "!"], Array(repeating: "left", count: 300), words, ["He"]])
        let range = among.sentences[2]
        #expect(
            range.map { among.heads[$0] < 0 ? -1 : among.heads[$0] - Int32(range.lowerBound) } == Array(alone.heads)
        )
        #expect(Array(among.xpos[range]) == alone.xpos)
    }

    @Test func `a sentence longer than a tree is one tree all the same`() throws {
        let file = try TemporaryModel(Self.good)
        let annotator = Annotator(try LanguageModel(path: file.path))
        let analysis = annotator.analyze([Array(repeating: "spies", count: 1000)])
        #expect(analysis.sentences.count == 1)
        #expect(analysis.heads.filter { $0 < 0 }.count == 1)
        #expect(analysis.heads.indices.allSatisfy { reachesRoot($0, analysis.heads) })
    }

    private func reachesRoot(_ token: Int, _ heads: [Int32]) -> Bool {
        var at = token
        for _ in 0...heads.count {
            if heads[at] < 0 { return true }
            at = Int(heads[at])
        }
        return false
    }
}
