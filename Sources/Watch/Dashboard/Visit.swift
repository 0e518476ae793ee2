import FoundationEssentials
import Records
import Storage
import Wire

/// What a request asks of a page.
struct Visit: Sendable {
    var path: String
    /// Parameters of the path, in order.
    var parts: [String]
    var query: [String: String]
    /// Whether forms may be sent.
    var mayWrite = false

    init(_ path: String, parts: [String] = [], query: [String: String] = [:]) {
        self.path = path
        self.parts = parts
        self.query = query
    }

    /// A parameter that is not empty, cut to what a page takes.
    func text(_ name: String, limit: Int = 200) -> String? {
        guard let value = query[name]?.trimmingPrefix(while: \.isWhitespace), !value.isEmpty else { return nil }
        return String(value.prefix(limit))
    }

    /// The part of the path that identifies something.
    ///
    /// - Throws: `.missing` for one that is no UUID: nothing has it.
    func identifier(_ part: Int = 0) throws(NotThere) -> String {
        guard parts.indices.contains(part), let id = UUID(uuidString: parts[part]) else {
            throw NotThere("'\(parts.first?.prefix(60) ?? "")' is not the identifier of anything here")
        }
        return id.uuidString.lowercased()
    }

    /// Three letters of a country or a group.
    static func isCode(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 3 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) }
    }

    /// Which part of a list is asked for.
    func request(_ count: Int = 25) throws(NotThere) -> PageRequest {
        for (name, make) in [("before", PageRequest.Place.before), ("after", PageRequest.Place.after)] {
            guard let text = text(name) else { continue }
            guard let cursor = PageCursor(text) else {
                throw NotThere("'\(text.prefix(60))' is no place in a list; take the links under it")
            }
            return PageRequest(count: count, from: make(cursor))
        }
        return PageRequest(count: count)
    }

    /// The address of this page with other parameters; nil removes one.
    func address(_ changes: [String: String?]) -> String {
        var query = query
        for (name, value) in changes { query[name] = value }
        guard !query.isEmpty else { return path }
        let pairs = query.sorted { $0.key < $1.key }.map { "\(Visit.escaped($0.key))=\(Visit.escaped($0.value))" }
        return "\(path)?\(pairs.joined(separator: "&"))"
    }

    /// A text as part of an address (RFC 3986: everything but unreserved characters is escaped).
    static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}

/// Nothing is there: what was asked for, and what to do.
struct NotThere: Error, Sendable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// What a page answers with.
enum Answer: Sendable {
    case html(String)
    /// To be asked for at another address.
    case moved(String)
}

/// The links under a list; a view for the template `pager`.
struct Pager {
    let older: String?
    let newer: String?

    init<Row>(_ page: Page<Row>, _ visit: Visit) {
        older = page.older.map { visit.address(["before": "\($0)", "after": nil]) }
        let isNewest = visit.text("before") == nil && visit.text("after") == nil
        newer = isNewest ? nil : page.newer.map { visit.address(["after": "\($0)", "before": nil]) }
    }
}
