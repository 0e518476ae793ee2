import CXML

/// What a page holds for a reader: its blocks of text, the containers they are in, and what its head says.
struct HTMLPage {
    /// An element that breaks lines.
    struct Container {
        var parent: Int
        var name: String
        /// Its classes and its id.
        var style: String
        /// Its classes, or what else tells parts of a page apart.
        var kind = ""
        var isBody = false
        /// Whether its name, class or id says that it is beside the article.
        var surrounds = false
    }

    /// A run of text between two line-breaking tags.
    struct Block {
        var container: Int
        var text: String
        /// How much of it is the text of links.
        var linked: Int
    }

    private(set) var containers: [Container] = [Container(parent: -1, name: "", style: "")]
    private(set) var blocks: [Block] = []
    /// The first content of every `meta` name, property or itemprop, in lower case.
    private(set) var meta: [String: String] = [:]
    private(set) var scripts: [String] = []
    private(set) var title: String?
    private(set) var heading: String?
    private(set) var canonical: String?
    private(set) var language: String?
    /// What the page's `time` elements state.
    private(set) var times: Set<String> = []
    private(set) var depth = 0

    private var pending: [UInt8] = []
    private var linked = 0
    private var links = 0
    private var breaks = 0
    private var current = 0
    private var open: [Opened] = []

    /// What an element that was entered changed.
    private enum Opened {
        case inline, link
        case container(in: Int)
    }

    /// Walks the tree without recursion.
    init(_ root: xmlNodePtr?) {
        guard let root else { return }
        var node = root
        var level = 1
        while true {
            depth = max(depth, level)
            if enter(node) {
                if let child = node.pointee.children {
                    node = child
                    level += 1
                    continue
                }
                leave()
            }
            while node != root, node.pointee.next == nil, let parent = node.pointee.parent {
                node = parent
                level -= 1
                leave()
            }
            guard node != root, let next = node.pointee.next else { break }
            node = next
        }
        flush()
    }

    static let headings: Set<String> = ["h1", "h2", "h3", "h4", "h5", "h6"]
    private static let breaking: Set<String> = headings.union([
        "html", "body", "main", "article", "section", "div", "p", "blockquote", "pre", "ul", "ol", "li", "dl", "dt",
        "dd",
        "table", "tbody", "thead", "tr", "td", "th", "center", "address", "hr", "header", "form", "details", "summary",
    ])
    private static let dropped: Set<String> = [
        "script", "style", "noscript", "template", "nav", "aside", "footer", "button", "select", "textarea",
        "input", "label", "figure", "figcaption", "caption", "svg", "iframe", "object", "video", "audio", "canvas",
        "dialog", "menu", "map",
    ]
    private static let droppedRoles: Set<String> = [
        "navigation", "complementary", "banner", "contentinfo", "search", "dialog", "alert", "menu",
    ]
    /// Elements that are beside the article unless the headline is in them; whole pages are inside one `form`.
    private static let outer: Set<String> = ["header", "form"]

    /// Takes what a node begins; false when its children are passed over.
    private mutating func enter(_ node: xmlNodePtr) -> Bool {
        if let text = node.textBytes {
            append(text)
            return false
        }
        guard node.isElement else { return false }
        let name = node.elementName
        takeFacts(of: node, name: name)
        if name == "title" || HTMLPage.dropped.contains(name) || isHidden(node) { return false }
        if name == "br" {
            breaks += 1
            breaks > 1 ? flush() : append([0x20])
            return false
        }
        guard breaks(name) else {
            if let style = node.attribute("class"), PageWords.isUnseen(style) { return false }
            if name == "a" { links += 1 }
            open.append(name == "a" ? .link : .inline)
            return true
        }
        flush()
        open.append(.container(in: current))
        containers.append(container(of: node, name: name))
        current = containers.count - 1
        return true
    }

    private func container(of node: xmlNodePtr, name: String) -> Container {
        let classes = node.attribute("class") ?? ""
        let style = classes + " " + (node.attribute("id") ?? "")
        var container = Container(parent: current, name: name, style: style == " " ? "" : style)
        container.kind = classes.isEmpty ? node.attribute("data-component") ?? "" : classes
        container.isBody = node.attribute("itemprop")?.lowercased().contains("articlebody") ?? false
        container.surrounds =
            HTMLPage.outer.contains(name)
            || !["html", "body", "article", "main"].contains(name) && PageWords.surrounds(style)
        return container
    }

    /// Ends the element that `enter` began last.
    private mutating func leave() {
        switch open.removeLast() {
        case .inline: break
        case .link: links -= 1
        case .container(let outer):
            flush()
            current = outer
        }
    }

    /// Ends the block that text is being added to.
    private mutating func flush() {
        if pending.last == 0x20 { pending.removeLast() }
        if !pending.isEmpty {
            let text = String(decoding: pending, as: UTF8.self)
            if containers[current].name == "h1", heading == nil { heading = text }
            blocks.append(Block(container: current, text: text, linked: linked))
        }
        pending.removeAll(keepingCapacity: true)
        linked = 0
    }

    /// Adds text with runs of white space as one space, and without soft hyphens and zero-width spaces.
    private mutating func append(_ text: some RandomAccessCollection<UInt8>) {
        var rest = text[...]
        let before = pending.count
        while let byte = rest.first {
            var width = 1
            var isSpace = byte.isBlank
            if byte >= 0xC2 {
                if rest.starts(with: [0xC2, 0xA0]) { (width, isSpace) = (2, true) }
                let ignored = HTMLPage.invisible.first { rest.starts(with: $0) }
                if let ignored {
                    rest = rest.dropFirst(ignored.count)
                    continue
                }
            }
            rest = rest.dropFirst(width)
            if !isSpace {
                pending.append(byte)
                breaks = 0
            } else if let last = pending.last, last != 0x20 {
                pending.append(0x20)
            }
        }
        if links > 0 { linked += pending.count - before }
    }

    private static let invisible: [[UInt8]] = [[0xC2, 0xAD], [0xE2, 0x80, 0x8B], [0xEF, 0xBB, 0xBF]]

    /// Takes what an element says about the page.
    private mutating func takeFacts(of node: xmlNodePtr, name: String) {
        switch name {
        case "html": language = node.attribute("lang") ?? node.attribute("xml:lang")
        case "title": if title == nil { title = Metadata.line(node.ownText) }
        case "script":
            if node.attribute("type")?.lowercased().contains("ld+json") == true { scripts.append(node.ownText) }
        case "link":
            if canonical == nil, node.attribute("rel")?.lowercased() == "canonical" {
                canonical = node.attribute("href")
            }
        case "meta":
            guard let content = node.attribute("content") else { return }
            for key in ["property", "name", "itemprop", "http-equiv"] { note(node.attribute(key), content) }
        case "time":
            if let date = node.attribute("datetime"), !date.isEmpty { times.insert(date) }
            if node.attribute("pubdate") != nil { note("pubdate", node.attribute("datetime")) }
            note(node.attribute("itemprop"), node.attribute("datetime"))
        default: break
        }
    }

    private mutating func note(_ key: String?, _ value: String?) {
        guard let key = key?.lowercased(), !key.isEmpty, let value, meta[key] == nil else { return }
        meta[key] = value
    }

    private func breaks(_ name: String) -> Bool { HTMLPage.breaking.contains(name) || name.contains("-") }

    private func isHidden(_ node: xmlNodePtr) -> Bool {
        node.pointee.properties != nil
            && (node.attribute("hidden") != nil || node.attribute("aria-hidden") == "true"
                || HTMLPage.droppedRoles.contains(node.attribute("role") ?? "")
                || node.attribute("style")?.filter { $0 != " " }.lowercased().contains("display:none") == true)
    }
}
