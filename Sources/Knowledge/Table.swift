import FoundationEssentials

/// A table of the knowledge directory cannot be used.
package struct KnowledgeError: Error, Sendable, CustomStringConvertible {
    /// File, line where there is one, what is wrong and what to do.
    package let description: String
}

/// A tab-separated table with comment lines and one line of column names.
struct Table {
    private let file: String
    private let columns: [String: Int]
    private(set) var rows: [Row] = []

    /// One line.
    struct Row {
        fileprivate let table: String
        fileprivate let columns: [String: Int]
        fileprivate let cells: [Substring]
        let line: Int

        /// A cell that may be empty.
        func text(_ column: String) throws(KnowledgeError) -> String? {
            guard let index = columns[column] else { throw error("the table has no column '\(column)'") }
            return cells[index].isEmpty ? nil : String(cells[index])
        }

        /// A cell that must not be empty.
        func required(_ column: String) throws(KnowledgeError) -> String {
            guard let value = try text(column) else { throw error("column '\(column)' is empty") }
            return value
        }

        /// A cell of several values with `|` between them.
        func list(_ column: String) throws(KnowledgeError) -> [String] {
            try text(column)?.split(separator: "|").map(String.init) ?? []
        }

        /// A cell that holds one of an enumeration's raw values, or nothing.
        func value<Value: RawRepresentable>(
            _ column: String,
            as type: Value.Type
        ) throws(KnowledgeError) -> Value? where Value.RawValue == String {
            guard let text = try text(column) else { return nil }
            guard let value = Value(rawValue: text) else { throw error("'\(text)' is not a \(column)") }
            return value
        }

        func error(_ message: String) -> KnowledgeError { KnowledgeError(description: "\(table):\(line): \(message)") }
    }

    /// Reads `directory/name`.
    init(_ name: String, in directory: String) throws(KnowledgeError) {
        file = "\(directory)/\(name)"
        guard let data = FileManager.default.contents(atPath: file) else {
            throw KnowledgeError(
                description: "\(file) cannot be read; --seeds names the directory of the knowledge tables"
            )
        }
        let lines = String(decoding: data, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.element.hasPrefix("#") && !$0.element.isEmpty }
        guard let header = lines.first else { throw KnowledgeError(description: "\(file) has no line of column names") }
        let names = header.element.split(separator: "\t", omittingEmptySubsequences: false)
        columns = Dictionary(
            names.enumerated().map { (String($0.element), $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
        for (number, text) in lines.dropFirst() {
            let cells = text.split(separator: "\t", omittingEmptySubsequences: false)
            let row = Row(table: file, columns: columns, cells: cells, line: number + 1)
            guard cells.count == names.count else {
                throw row.error("\(cells.count) columns where the table has \(names.count)")
            }
            rows.append(row)
        }
    }
}
