import FoundationEssentials
import Records

/// What a reader asks of a list: how many, and from which place.
package struct PageRequest: Sendable, Equatable {
    package enum Place: Sendable, Equatable {
        case newest
        /// What comes after that in a list whose newest stands first.
        case before(PageCursor)
        /// What is newer, the nearest of it.
        case after(PageCursor)
    }

    /// The most rows of a page.
    package static let limit = 200

    /// 1 to ``limit``.
    package var count: Int
    package var place: Place

    package init(count: Int = 25, from place: Place = .newest) {
        self.count = min(max(count, 1), PageRequest.limit)
        self.place = place
    }
}

/// A place in a list, by the value it is ordered by and the identifier that tells equal ones apart; opaque to readers.
package struct PageCursor: Sendable, Equatable, CustomStringConvertible {
    package var value: Int
    /// Nil for the lists whose value is unique.
    package var id: String?

    package init(value: Int, id: String? = nil) {
        self.value = value
        self.id = id
    }

    /// Reads what ``description`` wrote: `4711`, or `4711.6f1c…`.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let value = Int(parts[0]), text.utf8.count <= 60 else { return nil }
        self.value = value
        guard parts.count == 2 else { return }
        guard let id = UUID(uuidString: String(parts[1])) else { return nil }
        self.id = id.uuidString.lowercased()
    }

    package var description: String { id.map { "\(value).\($0)" } ?? "\(value)" }
}

/// One page of a list, the newest first, as JSON objects that the database wrote.
package struct Page<Row: Decodable & Sendable>: Sendable {
    /// One JSON object each.
    package var items: [[UInt8]]
    /// To be asked for with `before`; nil when there is nothing older.
    ///
    /// A page may have fewer rows than were asked for, even none, and still something older: a search stops after a bounded amount of work.
    package var older: PageCursor?
    /// To be asked for with `after`, now or later; nil only for a list that is empty.
    package var newer: PageCursor?

    /// The items as values.
    package func rows() throws -> [Row] { try items.map { try JSON.decode(Row.self, from: $0) } }

    /// `{"items": […], "older": …, "newer": …}`.
    package var json: [UInt8] {
        func quoted(_ cursor: PageCursor?) -> String { cursor.map { "\"\($0)\"" } ?? "null" }
        var bytes = Array("{\"items\":[".utf8)
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += item
        }
        bytes += "],\"older\":\(quoted(older)),\"newer\":\(quoted(newer))}".utf8
        return bytes
    }
}
