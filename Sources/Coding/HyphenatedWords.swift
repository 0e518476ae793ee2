import Linguistics

extension Analysis {
    /// The same text with hyphenated words as one token each: the tables of knowledge and the rules of this coder read them so.
    func joiningHyphenatedWords() -> Analysis {
        var spans: [Range<Int>] = []
        var ends: [Int] = []
        for sentence in sentences {
            var token = sentence.lowerBound
            while token < sentence.upperBound {
                var last = token
                while last + 2 < sentence.upperBound, isHyphen(last + 1), touch(last), touch(last + 1) { last += 2 }
                spans.append(starts[token]..<self.ends[last])
                token = last + 1
            }
            ends.append(spans.count)
        }
        return Analysis(text, tokens: spans, sentenceEnds: ends, beginsParagraph: beginsParagraph)
    }

    private func isHyphen(_ token: Int) -> Bool {
        self.ends[token] - starts[token] == 1 && text[starts[token]] == UInt8(ascii: "-")
    }
    private func touch(_ token: Int) -> Bool { starts[token + 1] == self.ends[token] }
}
