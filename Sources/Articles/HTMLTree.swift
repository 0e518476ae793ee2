import CXML

/// A page as libxml2 parsed it; owns the tree.
///
/// The parser opens no network connection, expands no external entity and keeps its own size limits.
struct HTMLTree: ~Copyable {
    let root: xmlNodePtr?
    private let document: htmlDocPtr?
    /// Whether a tag with thousands of attributes stopped the parser.
    let isStoppedAtAttributes: Bool
    /// Whether the page has more elements, attributes and comments than `nodes`.
    let isStoppedAtNodes: Bool

    /// Elements, attributes and comments of a page after which the parser is stopped: each takes some 300 bytes.
    static let nodes = 400_000

    /// What the parser's read callback works on.
    private struct Feed {
        var rest: UnsafeBufferPointer<UInt8>.SubSequence
        var parser: htmlParserCtxtPtr
        var isStopped = false
    }

    /// Attributes of one tag after which the parser is stopped: it compares each with all before it.
    private static let attributes: Int32 = 1024
    private static let prepared: Void = xmlInitParser()

    init(_ bytes: borrowing [UInt8], from start: Int) {
        HTMLTree.prepared
        let options =
            HTML_PARSE_NONET.rawValue | HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue
            | HTML_PARSE_NOWARNING.rawValue | HTML_PARSE_IGNORE_ENC.rawValue
        guard let parser = htmlNewParserCtxt() else {
            (root, document, isStoppedAtAttributes, isStoppedAtNodes) = (nil, nil, false, false)
            return
        }
        defer { htmlFreeParserCtxt(parser) }
        cxml_count_nodes(parser, HTMLTree.nodes)
        let parsed: (htmlDocPtr?, Bool) = bytes.withUnsafeBufferPointer { buffer in
            var feed = Feed(rest: buffer[start...], parser: parser)
            let document = withUnsafeMutablePointer(to: &feed) { feed in
                htmlCtxtReadIO(parser, HTMLTree.read, nil, feed, nil, "UTF-8", Int32(bitPattern: options))
            }
            return (document, feed.isStopped)
        }
        document = parsed.0
        isStoppedAtAttributes = parsed.1
        isStoppedAtNodes = cxml_nodes_left(parser) < 0
        root = parsed.0.flatMap { xmlDocGetRootElement($0) }
    }

    deinit { xmlFreeDoc(document) }

    /// Gives the parser its next bytes, or the end.
    private static let read: xmlInputReadCallback = { context, buffer, length in
        guard let feed = context?.assumingMemoryBound(to: Feed.self), let buffer, length > 0 else { return 0 }
        if cxml_attribute_room(feed.pointee.parser) > 2 * HTMLTree.attributes {
            feed.pointee.isStopped = true
            return 0
        }
        return feed.pointee.rest.move(to: UnsafeMutableRawBufferPointer(start: buffer, count: Int(length)))
    }
}

/// What a walk over the tree reads of a node.
extension UnsafeMutablePointer<_xmlNode> {
    var isElement: Bool { pointee.type == XML_ELEMENT_NODE }

    /// The element's name in lower case, without a namespace's prefix.
    var elementName: String { pointee.name.map { String(cString: $0).lowercased() } ?? "" }

    /// The bytes of a text or CDATA node; nil for another one.
    var textBytes: UnsafeBufferPointer<UInt8>? {
        guard pointee.type == XML_TEXT_NODE || pointee.type == XML_CDATA_SECTION_NODE, let content = pointee.content
        else { return nil }
        return UnsafeBufferPointer(start: content, count: Int(xmlStrlen(content)))
    }

    /// An attribute's value; empty when it has none, nil when it is not there.
    func attribute(_ name: String) -> String? {
        guard let value = xmlHasProp(self, name) else { return nil }
        guard let text = xmlNodeListGetString(pointee.doc, value.pointee.children, 1) else { return "" }
        defer { cxml_free(text) }
        return String(cString: text)
    }

    /// The text of the node's direct children.
    var ownText: String {
        var bytes: [UInt8] = []
        var child = pointee.children
        while let node = child {
            if let text = node.textBytes { bytes.append(contentsOf: text) }
            child = node.pointee.next
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
