import TestSupport
import Testing

/// `tidings parse` as a person runs it: the real program with the model that is shipped.
@Suite("Parse") struct ParseTests {
    private func parse(_ arguments: [String], _ input: String) throws -> LiveStack.Run {
        try LiveStack.tool(["parse"] + arguments, input: input)
    }

    /// The words' columns, sentence by sentence.
    private func sentences(_ output: String) -> [[[Substring]]] {
        output.split(separator: "\n\n").map { block in
            block.split(separator: "\n").filter { $0.first != "#" }.map {
                $0.split(separator: "\t", omittingEmptySubsequences: false)
            }
        }
    }

    @Test func `running text becomes CoNLL-U with tags, lemmas, a tree and names`() throws {
        let run = try parse([], "Angela Merkel visited Paris on Monday. She won't return.\n")
        #expect(run.status == 0, "\(run.output)")
        let found = sentences(run.output)
        #expect(found.map(\.count) == [7, 5])
        #expect(found.allSatisfy { $0.allSatisfy { $0.count == 10 } })
        let first = try #require(found.first)
        #expect(first.map { String($0[1]) } == ["Angela", "Merkel", "visited", "Paris", "on", "Monday", "."])
        #expect(first[2][2] == "visit" && first[2][3] == "VERB" && first[2][6] == "0" && first[2][7] == "root")
        #expect(first[0][9].hasPrefix("NER=B-PER") && first[1][9].hasPrefix("NER=I-PER"))
        #expect(first[3][9].hasPrefix("NER=B-LOC"))
        #expect(first[5][9].contains("SpaceAfter=No"), "the full stop stands against the word before it")
        #expect(found[1].map { String($0[1]) } == ["She", "wo", "n't", "return", "."])
        #expect(run.output.contains("# text = She won't return."))
    }

    @Test func `given tokens and sentences are kept as they are`() throws {
        let run = try parse(["--input", "tokens"], "can not\tx\nwait\tx\n\nU.S.\nforces\nleft\n")
        #expect(run.status == 0, "\(run.output)")
        #expect(
            sentences(run.output).map { $0.map { String($0[1]) } } == [
                ["can not", "wait"], ["U.S.", "forces", "left"],
            ]
        )
    }

    @Test func `a treebank keeps its comments and its ranges of words`() throws {
        let word = "\t_\t_\t_\t_\t_\t_\t_\t_"
        let run = try parse(
            ["--input", "conllu"],
            "# sent_id = a-1\n1-2\tdon't\(word)\n1\tdo\(word)\n2\tn't\(word)\n3\tgo\(word)\n\n"
        )
        #expect(run.status == 0, "\(run.output)")
        let lines = run.output.split(separator: "\n")
        #expect(lines[0] == "# sent_id = a-1")
        #expect(lines[1].hasPrefix("1-2\tdon't\t"))
        #expect(lines[2...4].map { $0.split(separator: "\t")[1] } == ["do", "n't", "go"])
    }

    @Test func `a tree is drawn with one line a word`() throws {
        let run = try parse(["--output", "pretty"], "Troops left.")
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("Troops") && run.output.contains("nsubj") && run.output.contains("root"))
    }

    @Test func `wrong input is refused with its place and what to do`() throws {
        let columns = try parse(["--input", "conllu"], "1\tonly\n")
        #expect(columns.status != 0 && columns.output.contains("-:1: CoNLL-U has 10 columns"), "\(columns.output)")
        let missing = try parse(["/no/such/file"], "")
        #expect(missing.status != 0 && missing.output.contains("/no/such/file"), "\(missing.output)")
        let model = try parse(["--model", "/dev/null"], "Text.")
        #expect(model.status != 0 && model.output.contains("/dev/null"), "\(model.output)")
    }
}
