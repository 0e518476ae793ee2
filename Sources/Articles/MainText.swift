/// The story of a page, by the density of its paragraphs.
///
/// It is what is marked as `articleBody`, else the `article` with the most prose, else the container whose paragraphs
/// score highest, with those beside it that are of the same kind. Of that, headings and paragraphs stay; lists of links,
/// the title, and short lines before and after the prose go.
struct MainText {
    /// Paragraphs, separated by blank lines.
    private(set) var text = ""
    private var page: HTMLPage
    private var containers: [HTMLPage.Container]

    init(of page: HTMLPage, title: String?) {
        self.page = page
        containers = page.containers
        weigh()
        guard let roots = roots() else { return }
        text = paragraphs(in: roots, title: title).joined(separator: "\n\n")
    }

    private static let paragraphs: Set<String> = ["p", "blockquote", "pre", "li", "dd"]
    private static let noise: Set<String> = [
        "advertisement", "story continues below advertisement", "read more", "share this article", "continue reading",
    ]

    /// Whether a block reads like sentences.
    private func isProse(_ block: HTMLPage.Block) -> Bool {
        let size = block.text.utf8.count
        let name = containers[block.container].name
        guard block.linked * 2 < size, !HTMLPage.headings.contains(name) else { return false }
        let ends = block.text.last.map { ".!?…”\"’'»".contains($0) } ?? false
        if ends { return size >= 12 && block.text.contains(" ") }
        return size >= (name == "p" ? 40 : 80)
    }

    /// Adds every block of prose to what it is in.
    private mutating func weigh() {
        for block in page.blocks where isProse(block) {
            let size = block.text.utf8.count
            let score = 1 + Double(block.text.utf8.count { $0 == UInt8(ascii: ",") }) + min(Double(size) / 100, 3)
            let isParagraph = MainText.paragraphs.contains(containers[block.container].name)
            let nearest = isParagraph ? containers[block.container].parent : block.container
            containers[nearest].score += score
            if containers[nearest].parent >= 0 { containers[containers[nearest].parent].score += score / 2 }
            var index = block.container
            while index >= 0 {
                containers[index].prose += size
                index = containers[index].parent
            }
        }
    }

    private func most(_ isCandidate: (HTMLPage.Container) -> Bool) -> Int? {
        containers.indices.filter { containers[$0].prose > 0 && isCandidate(containers[$0]) }
            .max { containers[$0].prose < containers[$1].prose }
    }

    private func roots() -> Set<Int>? {
        let total = containers[0].prose
        if let body = most(\.isBody) { return [body] }
        if let article = most({ $0.name == "article" }) {
            let prose = containers[article].prose
            if prose >= 500 || prose * 5 >= total * 2 { return [article] }
        }
        let main = most { $0.name == "main" }
        func isInMain(_ index: Int) -> Bool {
            guard let main else { return true }
            var index = index
            while index > main { index = containers[index].parent }
            return index == main
        }
        let scored = containers.indices.filter { containers[$0].score > 0 && isInMain($0) }
        guard let top = scored.max(by: { containers[$0].score < containers[$1].score }) else {
            return main.map { [$0] }
        }
        let best = containers[top]
        return Set(
            scored.filter {
                let other = containers[$0]
                return $0 == top
                    || other.parent == best.parent && other.name == best.name && other.style == best.style
                        && other.score >= best.score / 5
            }
        )
    }

    private func paragraphs(in roots: Set<Int>, title: String?) -> [String] {
        var inside = [Bool](repeating: false, count: containers.count)
        for index in containers.indices {
            let parent = containers[index].parent
            inside[index] = roots.contains(index) || parent >= 0 && inside[parent]
        }
        let kept = page.blocks.filter { block in
            guard inside[block.container], block.linked * 2 <= block.text.utf8.count else { return false }
            let name = containers[block.container].name
            return name != "h1" && block.text != title && !MainText.noise.contains(block.text.lowercased())
                && (MainText.paragraphs.contains(name) || HTMLPage.headings.contains(name) || isProse(block))
        }
        guard let first = kept.firstIndex(where: isProse), let last = kept.lastIndex(where: isProse) else { return [] }
        return kept[first...last].map(\.text)
    }
}
