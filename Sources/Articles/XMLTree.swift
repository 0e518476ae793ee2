import CXML
import Records

/// XML as libxml2 parses it, in a tree with limits.
///
/// No network, no external entity or DTD, no declaration of entities or attributes: what has one is refused, because entities inside
/// entities and attributes by default are how small documents become large ones.
struct XMLTree {
    let root: XMLElement?
    /// Elements that ended before the document's fault, and the fault.
    let fault: ArticleError?

    /// Attributes of one tag and namespaces in force after which the parser is stopped: it compares each with all others.
    private static let attributes: Int32 = 1024
    private static let prepared: Void = xmlInitParser()

    init(_ input: Input) {
        XMLTree.prepared
        let builder = XMLBuilder(input)
        guard let parser = input.bytes.withUnsafeBufferPointer({ XMLTree.parse($0, builder) }) else {
            root = nil
            fault = input.error(.xmlSyntax, "cannot be read as XML: there is no memory for a parser")
            return
        }
        defer { xmlFreeParserCtxt(parser) }
        var fault = builder.fault
        if fault == nil, builder.isStoppedAtAttributes {
            fault = input.error(
                .xmlTooLarge,
                "is XML with a tag of more than \(XMLTree.attributes) attributes or namespaces: give the articles alone"
            )
        }
        if fault == nil, parser.pointee.wellFormed == 0, let last = xmlCtxtGetLastError(parser) {
            let reason =
                last.pointee.message.map { Metadata.line(String(cString: $0), limit: 200) ?? "" } ?? "it is broken"
            let offset = builder.offset(parser)
            fault = input.error(
                .xmlSyntax,
                "is not well-formed XML at line \(input.line(at: offset)), offset \(offset): \(reason); correct it there, or write "
                    + "it with an XML library",
                offset: offset
            )
        }
        self.fault = fault
        root = builder.root
    }

    /// What the parser's read callback works on.
    private struct Feed {
        var rest: UnsafeBufferPointer<UInt8>.SubSequence
        var parser: xmlParserCtxtPtr?
        var builder: XMLBuilder
    }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>, _ builder: XMLBuilder) -> xmlParserCtxtPtr? {
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = { context, name, prefix, uri, _, _, count, _, attributes in
            XMLBuilder.of(context)?.start(name, prefix, uri, Int(count), attributes)
        }
        handler.endElementNs = { context, _, _, _ in XMLBuilder.of(context)?.end() }
        handler.characters = { context, text, count in XMLBuilder.of(context)?.add(text, Int(count)) }
        handler.ignorableWhitespace = handler.characters
        handler.cdataBlock = handler.characters
        handler.getEntity = { _, name in xmlGetPredefinedEntity(name) }
        handler.entityDecl = { context, _, _, _, _, _ in XMLBuilder.of(context)?.refuseDeclaration() }
        handler.unparsedEntityDecl = { context, _, _, _, _ in XMLBuilder.of(context)?.refuseDeclaration() }
        handler.attributeDecl = { context, _, _, _, _, _, tree in
            xmlFreeEnumeration(tree)
            XMLBuilder.of(context)?.refuseDeclaration()
        }
        var feed = Feed(rest: bytes[builder.input.start...], parser: nil, builder: builder)
        return withUnsafeMutablePointer(to: &feed) { feed in
            let context = Unmanaged.passUnretained(builder).toOpaque()
            guard
                let parser = xmlCreateIOParserCtxt(&handler, context, XMLTree.read, nil, feed, XML_CHAR_ENCODING_UTF8)
            else { return nil }
            feed.pointee.parser = parser
            builder.parser = parser
            let options =
                XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
                | XML_PARSE_IGNORE_ENC.rawValue
            xmlCtxtUseOptions(parser, Int32(bitPattern: options))
            xmlParseDocument(parser)
            builder.parser = nil
            return parser
        }
    }

    /// Gives the parser its next bytes, or the end.
    private static let read: xmlInputReadCallback = { context, buffer, length in
        guard let feed = context?.assumingMemoryBound(to: Feed.self), let buffer, length > 0 else { return 0 }
        if let parser = feed.pointee.parser,
            cxml_attribute_room(parser) > 5 * 2 * XMLTree.attributes
                || cxml_namespace_room(parser) > 2 * 2 * XMLTree.attributes
        {
            feed.pointee.builder.isStoppedAtAttributes = true
            return 0
        }
        return feed.pointee.rest.move(to: UnsafeMutableRawBufferPointer(start: buffer, count: Int(length)))
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    /// Copies what fits, leaves the rest, and returns how many bytes were copied: 0 at the end.
    mutating func move(to buffer: UnsafeMutableRawBufferPointer) -> Int32 {
        let part = prefix(buffer.count)
        buffer.copyBytes(from: part)
        self = self[part.endIndex...]
        return Int32(part.count)
    }
}

/// Makes the tree of what the parser reports.
private final class XMLBuilder {
    let input: Input
    var root: XMLElement?
    var fault: ArticleError?
    var isStoppedAtAttributes = false
    /// Set while the parser runs.
    var parser: xmlParserCtxtPtr?
    private var open: [XMLElement] = []
    private var pending: [UInt8] = []
    private var nodes = 0

    init(_ input: Input) { self.input = input }

    static func of(_ context: UnsafeMutableRawPointer?) -> XMLBuilder? {
        context.map { Unmanaged<XMLBuilder>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Where the parser is in the input.
    func offset(_ parser: xmlParserCtxtPtr) -> Int {
        min(max(0, Int(xmlByteConsumed(parser))) + input.start, input.bytes.count)
    }

    private func stop(_ error: ArticleError) {
        if fault == nil { fault = error }
        if let parser { xmlStopParser(parser) }
    }

    private func count(_ added: Int) -> Bool {
        nodes += added
        if nodes <= input.limits.xmlNodes { return true }
        stop(
            input.error(
                .xmlTooLarge,
                "is XML of more than \(input.limits.xmlNodes) elements, attributes and texts: split it"
            )
        )
        return false
    }

    func start(
        _ name: UnsafePointer<xmlChar>?,
        _ prefix: UnsafePointer<xmlChar>?,
        _ uri: UnsafePointer<xmlChar>?,
        _ count: Int,
        _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) {
        guard fault == nil, let parser else { return }
        flush()
        guard self.count(1 + count) else { return }
        if open.count >= input.limits.xmlDepth {
            return stop(
                input.error(
                    .xmlTooDeep,
                    "is XML with more than \(input.limits.xmlDepth) elements inside one another: give the articles alone"
                )
            )
        }
        // The parser stands before the tag's end, and no “<” may be in a tag.
        let here = offset(parser)
        let start = input.bytes[..<here].lastIndex(of: UInt8(ascii: "<")) ?? here
        let element = XMLElement(
            name: name.map { String(cString: $0) } ?? "",
            vocabulary: .init(uri: uri.map { String(cString: $0) }, prefix: prefix.map { String(cString: $0) }),
            attributes: taken(attributes, count),
            range: start..<here
        )
        if let last = open.last { last.children.append(.element(element)) } else { root = element }
        open.append(element)
    }

    /// The attributes by name: five pointers each, to name, prefix, namespace, and both ends of the value.
    private func taken(_ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ count: Int) -> [String: String] {
        var result: [String: String] = [:]
        guard let attributes else { return result }
        for index in 0..<count {
            let at = attributes + 5 * index
            guard let name = at[0], let start = at[3], let end = at[4] else { continue }
            let prefix = at[1].map { String(cString: $0) }
            let isKnown = prefix == nil || prefix == "rdf"
            let value = UnsafeBufferPointer(start: start, count: end - start)
            if value.count > input.limits.value {
                stop(
                    input.error(
                        .xmlTooLarge,
                        "is XML with an attribute of more than \(input.limits.value) bytes: give the articles alone"
                    )
                )
                return result
            }
            result[(isKnown ? "" : "\(prefix ?? ""):") + String(cString: name)] = String(decoding: value, as: UTF8.self)
        }
        return result
    }

    func end() {
        guard fault == nil, let parser, let element = open.popLast() else { return }
        flush(into: element)
        element.range = element.range.lowerBound..<max(element.range.lowerBound, offset(parser))
    }

    func add(_ text: UnsafePointer<xmlChar>?, _ count: Int) {
        guard fault == nil, let text, !open.isEmpty else { return }
        pending.append(contentsOf: UnsafeBufferPointer(start: text, count: count))
        if pending.count > input.limits.value {
            stop(
                input.error(
                    .xmlTooLarge,
                    "is XML with a text of more than \(input.limits.value) bytes: split it into its articles"
                )
            )
        }
    }

    private func flush() { if let last = open.last { flush(into: last) } }

    private func flush(into element: XMLElement) {
        if pending.isEmpty { return }
        if count(1) { element.children.append(.text(String(decoding: pending, as: UTF8.self))) }
        pending.removeAll(keepingCapacity: true)
    }

    func refuseDeclaration() {
        stop(
            input.error(
                .xmlDeclarations,
                "is XML that declares entities or attributes of its own, which are not read: write it without a DTD"
            )
        )
    }
}
