/// An element of an XML document, with what is in it.
final class XMLElement {
    /// Vocabularies that articles are written in; `none` is also that of RSS 1.0, of RSS 2.0 and of NITF.
    enum Vocabulary: String {
        case none = ""
        case atom, content, dc, dcterms, xhtml, newsml, rdf, xml, other

        /// By namespace name, or by its usual prefix where a writer forgot to declare it.
        init(uri: String?, prefix: String?) {
            guard let uri else {
                self = prefix.map { Vocabulary(rawValue: $0) ?? .other } ?? .none
                return
            }
            self =
                switch uri {
                case "http://purl.org/rss/1.0/", "http://backend.userland.com/rss2",
                    "http://iptc.org/std/NITF/2006-10-18/":
                    .none
                case "http://www.w3.org/2005/Atom": .atom
                case "http://purl.org/rss/1.0/modules/content/": .content
                case "http://purl.org/dc/elements/1.1/": .dc
                case "http://purl.org/dc/terms/": .dcterms
                case "http://www.w3.org/1999/xhtml": .xhtml
                case "http://iptc.org/std/nar/2006-10-01/": .newsml
                case "http://www.w3.org/1999/02/22-rdf-syntax-ns#": .rdf
                case "http://www.w3.org/XML/1998/namespace": .xml
                default: .other
                }
        }
    }

    enum Child {
        case element(XMLElement)
        case text(String)
    }

    let name: String
    let vocabulary: Vocabulary
    /// By local name, `xml:lang` and `xml:base` with their prefix.
    let attributes: [String: String]
    var children: [Child] = []
    /// Where it is in the document, from `<` to behind `>`.
    var range: Range<Int>

    init(name: String, vocabulary: Vocabulary, attributes: [String: String], range: Range<Int>) {
        self.name = name
        self.vocabulary = vocabulary
        self.attributes = attributes
        self.range = range
    }

    var elements: some Sequence<XMLElement> {
        children.lazy.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    func all(_ name: String, _ vocabulary: Vocabulary = .none) -> [XMLElement] {
        elements.filter { $0.name == name && $0.vocabulary == vocabulary }
    }

    /// The first child of a name, then the first of that, and so on.
    func first(_ path: String..., in vocabulary: Vocabulary = .none) -> XMLElement? {
        path.reduce(self) { element, name in
            element?.elements.first { $0.name == name && $0.vocabulary == vocabulary }
        }
    }

    /// Its text with that of all elements in it; nil when it is blank.
    var text: String? {
        var result = ""
        func add(_ element: XMLElement) {
            for child in element.children {
                switch child {
                case .text(let text): result += text
                case .element(let element): add(element)
                }
            }
        }
        add(self)
        return result.utf8.allSatisfy(\.isBlank) ? nil : result
    }

    private static let void: Set<String> = ["br", "hr", "img", "meta", "link", "input", "wbr", "source"]

    /// What is in it as HTML, for the reader of pages: attributes are left out but for those that hide or name.
    ///
    /// - Parameter names: What elements are to be called; an empty name leaves one out with all that is in it.
    func markup(renaming names: [String: String] = [:]) -> [UInt8] {
        var result: [UInt8] = []
        func add(_ text: String) {
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "<"): result += "&lt;".utf8
                case UInt8(ascii: "&"): result += "&amp;".utf8
                default: result.append(byte)
                }
            }
        }
        func add(_ element: XMLElement) {
            for child in element.children {
                switch child {
                case .text(let text): add(text)
                case .element(let inner):
                    let name = names[inner.name] ?? inner.name
                    if name.isEmpty { continue }
                    result += "<\(name)>".utf8
                    add(inner)
                    if !XMLElement.void.contains(name) { result += "</\(name)>".utf8 }
                }
            }
        }
        add(self)
        return result
    }
}
