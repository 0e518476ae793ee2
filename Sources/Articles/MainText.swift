/// The story of a page: structure first, then where its prose lies.
///
/// What a class or an element's name sets apart is left out, unless the headline is in it. Of the rest the story is what
/// is marked as `articleBody`; else the walk goes down from the page into the part that holds most of the prose, where
/// the part with the headline, or the one behind it, counts three times, and stops where the paragraphs are. Parts of the
/// same kind side by side are one story, unless each has a headline of its own. Within the story go boxes of another
/// kind than its paragraphs, lists of links, invitations, credits, and short lines before and after the prose.
///
/// - Complexity: O(n) in the page's size, times its depth, which is limited.
struct MainText {
    /// Paragraphs, separated by blank lines.
    private(set) var text = ""
    private let page: HTMLPage
    private var parts: [Part]

    /// What is known of one container beyond the page's own facts.
    private struct Part {
        var isAside = false
        var hasTitle = false
        /// Bytes of prose in it and below.
        var prose = 0
        /// Bytes of prose in itself and its paragraphs.
        var own = 0
        var headlines = 0
        var children: [Int] = []
    }

    init(of page: HTMLPage, title: String?, author: String?) {
        self.page = page
        parts = [Part](repeating: Part(), count: page.containers.count)
        place(title: title)
        // A class name may have cost the story, as of a site that puts it into a “social” box.
        for heedsNames in [true, false] where text.isEmpty {
            setApart(heedsNames)
            weigh()
            text = paragraphs(in: roots(), title: title, author: author).joined(separator: "\n\n")
        }
    }

    private static let paragraphs: Set<String> = ["p", "blockquote", "pre", "li", "dd"]
    /// Elements that give text a form and are no box of their own.
    private static let transparent: Set<String> = paragraphs.union(["ul", "ol", "dl", "dt", "center"])

    private func name(_ index: Int) -> String { page.containers[index].name }
    private func style(_ index: Int) -> String { page.containers[index].style }
    private func parent(_ index: Int) -> Int { page.containers[index].parent }

    // MARK: Facts

    /// Marks what the headline is in: the first `h1` that is the title, else the first heading or line that is.
    private mutating func place(title: String?) {
        let key = title.map(PageWords.key) ?? []
        func isTitle(_ block: HTMLPage.Block) -> Bool {
            let text = PageWords.key(block.text)
            guard text.count >= 8, !key.isEmpty, block.linked == 0 else { return text == key }
            return text.count * 2 >= key.count && (key.starts(with: text) || text.starts(with: key))
                && text.count <= key.count * 2
        }
        let headings = page.blocks.filter { HTMLPage.headings.contains(name($0.container)) }
        let found =
            headings.first { name($0.container) == "h1" && isTitle($0) } ?? headings.first(where: isTitle)
            ?? page.blocks.first(where: isTitle)
        var index = found?.container ?? -1
        while index >= 0 {
            parts[index].hasTitle = true
            index = parent(index)
        }
    }

    /// Marks what is beside the story, with all below it.
    private mutating func setApart(_ heedsNames: Bool) {
        for index in parts.indices {
            parts[index] = Part(hasTitle: parts[index].hasTitle)
        }
        for index in page.containers.indices.dropFirst() {
            let container = page.containers[index]
            let isOwn = heedsNames && container.surrounds && !parts[index].hasTitle
            parts[index].isAside = isOwn || parts[container.parent].isAside
            parts[container.parent].children.append(index)
        }
    }

    /// Whether a block reads like sentences.
    private func isProse(_ block: HTMLPage.Block) -> Bool {
        let size = block.text.utf8.count
        let name = name(block.container)
        guard block.linked * 2 < size, !HTMLPage.headings.contains(name) else { return false }
        let ends = block.text.last.map { ".!?…”\"’'»)".contains($0) } ?? false
        if ends { return size >= 12 && block.text.contains(" ") }
        return size >= (name == "p" ? 40 : 80)
    }

    /// The nearest container of a block that is no paragraph, list or quotation.
    private func home(of block: HTMLPage.Block) -> Int {
        var index = block.container
        while parent(index) >= 0, MainText.transparent.contains(name(index)) { index = parent(index) }
        return index
    }

    /// Adds every block of prose to what it is in.
    private mutating func weigh() {
        for block in page.blocks where !parts[block.container].isAside {
            let isHeadline = name(block.container) == "h1"
            let size = isProse(block) && !PageWords.invites(block.text) ? block.text.utf8.count : 0
            if size == 0 && !isHeadline { continue }
            parts[home(of: block)].own += size
            var index = block.container
            while index >= 0 {
                parts[index].prose += size
                parts[index].headlines += isHeadline ? 1 : 0
                index = parent(index)
            }
        }
    }

    // MARK: Where the story is

    private func roots() -> Set<Int> {
        let bodies = page.containers.indices.filter {
            page.containers[$0].isBody && !parts[$0].isAside && parts[$0].prose > 0
        }
        if let body = bodies.max(by: { parts[$0].prose < parts[$1].prose }) { return [body] }
        var node = 0
        while true {
            let part = parts[node]
            if part.prose == 0 || part.own * 4 >= part.prose { return [node] }
            let groups = groups(in: node)
            let total = groups.reduce(0.0) { $0 + $1.weight }
            guard let best = groups.max(by: { $0.weight < $1.weight }), best.weight * 2 >= total else { return [node] }
            if best.members.count > 1 { return Set(best.members) }
            node = best.members[0]
        }
    }

    private struct Group {
        var members: [Int]
        var headlines: Int
        var hasTitle: Bool
        var prose: Int
        var weight = 0.0
    }

    /// The parts of a container, those of one kind together.
    private func groups(in node: Int) -> [Group] {
        var groups: [Group] = []
        var places: [String: Int] = [:]
        for child in parts[node].children where !parts[child].isAside {
            let part = parts[child]
            let kind = kind(of: child)
            if let kind, let place = places[kind], part.prose > 0,
                groups[place].headlines + part.headlines <= 1 || part.headlines == 0 && groups[place].headlines == 0
            {
                groups[place].members.append(child)
                groups[place].prose += part.prose
                groups[place].hasTitle = groups[place].hasTitle || part.hasTitle
                continue
            }
            if let kind, places[kind] == nil, part.prose > 0 { places[kind] = groups.count }
            groups.append(
                Group(members: [child], headlines: part.headlines, hasTitle: part.hasTitle, prose: part.prose)
            )
        }
        let most = groups.map(\.prose).max() ?? 0
        var isBehindTitle = false
        for index in groups.indices {
            let group = groups[index]
            let isSmall = group.prose * 5 < most
            let isFavoured = (group.hasTitle || isBehindTitle) && !isSmall
            let isMarked = group.members.contains { ["article", "main"].contains(name($0)) }
            groups[index].weight = Double(group.prose) * (isFavoured ? 3 : 1) * (isMarked ? 1.5 : 1)
            if group.hasTitle { isBehindTitle = isSmall } else if !isSmall { isBehindTitle = false }
        }
        return groups
    }

    /// What makes parts of one kind; nil for what stands alone.
    private func kind(of index: Int) -> String? {
        let container = page.containers[index]
        if !container.kind.isEmpty { return container.name + " " + container.kind }
        return container.name == "section" || container.name.contains("-") ? container.name : nil
    }

    // MARK: What of it is text

    private func paragraphs(in roots: Set<Int>, title: String?, author: String?) -> [String] {
        var inside = [Bool](repeating: false, count: parts.count)
        for index in parts.indices {
            inside[index] = roots.contains(index) || parent(index) >= 0 && inside[parent(index)]
        }
        let blocks = page.blocks.filter { inside[$0.container] && !parts[$0.container].isAside }
        let boxes = Boxes(blocks, roots: roots, in: self)
        let titleKey = title.map(PageWords.key) ?? []
        var kept: [HTMLPage.Block] = []
        var heading: HTMLPage.Block?
        for block in blocks {
            let name = name(block.container)
            if HTMLPage.headings.contains(name) {
                heading =
                    name == "h1" || PageWords.key(block.text) == titleKey || PageWords.invites(block.text) ? nil : block
                continue
            }
            let isText =
                MainText.paragraphs.contains(name) || isProse(block)
                || boxes.isTextHome(home(of: block))
                    && block.linked == 0
            let isKept =
                isText && block.linked * 2 <= block.text.utf8.count && PageWords.key(block.text) != titleKey
                && !PageWords.invites(block.text) && !boxes.isBoxed(block)
            // A heading goes with what it heads.
            if isKept {
                if let heading, !boxes.isBoxed(heading) { kept.append(heading) }
                kept.append(block)
            }
            heading = nil
        }
        guard let first = kept.firstIndex(where: isProse), var last = kept.lastIndex(where: isProse) else { return [] }
        while last > first, PageWords.introduces(author, in: kept[last].text) { last -= 1 }
        return kept[first...last].map(\.text)
    }

    /// The boxes within a story, told by where most of its paragraphs are.
    private struct Boxes {
        private let text: MainText
        private let roots: Set<Int>
        /// The kind of container that holds most of the prose; nil when none holds half of it.
        private var main: String?
        private var prose: [String: Int] = [:]
        private var total = 0
        /// Containers with a heading or a link that stands alone.
        private var isDecorated: Set<Int> = []
        private var linesOfProse: [Int: Int] = [:]

        init(_ blocks: [HTMLPage.Block], roots: Set<Int>, in text: MainText) {
            self.text = text
            self.roots = roots
            for block in blocks {
                let home = text.home(of: block)
                if text.isProse(block) {
                    prose[key(home), default: 0] += block.text.utf8.count
                    total += block.text.utf8.count
                    linesOfProse[home, default: 0] += 1
                } else if HTMLPage.headings.contains(text.name(block.container))
                    || block.linked * 2 > block.text.utf8.count
                {
                    isDecorated.insert(HTMLPage.headings.contains(text.name(home)) ? text.parent(home) : home)
                }
            }
            main = prose.max { ($0.value, $1.key) < ($1.value, $0.key) }.flatMap {
                $0.value * 2 >= total ? $0.key : nil
            }
        }

        private func key(_ home: Int) -> String {
            roots.contains(home) ? "root" : text.name(home) + " " + text.page.containers[home].kind
        }

        /// Whether short lines of a container are text because others of it are.
        func isTextHome(_ home: Int) -> Bool { key(home) == main && linesOfProse[home, default: 0] >= 3 }

        /// Whether a block is in a box of another kind than the story's paragraphs.
        func isBoxed(_ block: HTMLPage.Block) -> Bool {
            guard let main else { return false }
            var index = text.home(of: block)
            if HTMLPage.headings.contains(text.name(index)) { index = text.parent(index) }
            while index >= 0, !roots.contains(index), key(index) != main {
                let mass = text.parts[index].prose
                let isSmall = mass * 5 < total
                let isFramed = !PageWords.holdsText(text.page.containers[index].style) || isDecorated.contains(index)
                if isSmall && isFramed || isSmall && mass > 0 && isDecorated.contains(index) { return true }
                index = text.parent(index)
            }
            return false
        }
    }
}
