import Mustache
import Records

/// The dashboard's templates, compiled once from what is embedded in the executable.
struct Templates: Sendable {
    /// Around the content of every page.
    struct Frame {
        struct Place {
            var path: String
            var name: String
            var isHere: Bool
        }

        var title: String
        var version: String
        var isSignedIn: Bool
        var places: [Place]
        var page: Any
    }

    private let library: MustacheLibrary
    private let version: String

    init() {
        var library = MustacheLibrary()
        MustacheContentTypes.register(Escaping(), named: Escaping.name)
        for (name, bytes) in Assets.templates {
            // Every template says how it escapes: a partial begins anew with the library's own way.
            let text = "{{% CONTENT_TYPE:\(Escaping.name)}}" + String(decoding: bytes, as: UTF8.self)
            do { try library.register(text, named: name) } catch {
                // They are part of the executable: a mistake in one is a mistake in the program.
                preconditionFailure("template \(name): \(error)")
            }
        }
        self.library = library
        version = Assets.version
    }

    /// The HTML of a page.
    ///
    /// - Parameters:
    ///   - template: its name, one of `Assets.templates`.
    ///   - place: the path of the entry in the navigation that it belongs to.
    func page(_ template: String, title: String, place: String? = nil, isSignedIn: Bool = true, _ page: Any) -> String {
        let frame = Frame(
            title: title,
            version: version,
            isSignedIn: isSignedIn,
            places: Templates.places.map { .init(path: $0.path, name: $0.name, isHere: $0.path == place) },
            page: page
        )
        return render(template, frame)
    }

    /// The HTML of a template without the frame.
    func render(_ template: String, _ view: Any) -> String {
        guard let html = library.render(Reflected(view), withTemplate: template) else {
            preconditionFailure("no template \(template)")
        }
        return html
    }

    static let places: [(path: String, name: String)] = [
        ("/", "Live"), ("/stories", "Stories"), ("/incidents", "Incidents"), ("/countries", "Countries"),
        ("/map", "Map"), ("/entities", "Names"), ("/articles", "Articles"), ("/alerts", "Alerts"), ("/rules", "Rules"),
        ("/system", "System"),
    ]
}

/// Text as HTML, in elements and in quoted attributes.
///
/// Byte by byte: the library's own escaping goes by characters, and `"` with a combining accent behind it is another character than `"`.
struct Escaping: MustacheContentType {
    static let name = "ESCAPED"

    func escapeText(_ text: String) -> String {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.contains(where: { Escaping.replacement($0) != nil }) else {
                return String(decoding: bytes, as: UTF8.self)
            }
            var escaped: [UInt8] = []
            escaped.reserveCapacity(bytes.count + bytes.count / 8)
            for byte in bytes {
                if let replacement = Escaping.replacement(byte) {
                    replacement.withUTF8Buffer { escaped += $0 }
                } else {
                    escaped.append(byte)
                }
            }
            return String(decoding: escaped, as: UTF8.self)
        }
    }

    private static func replacement(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
