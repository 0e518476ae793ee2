import FoundationEssentials
import Glibc
package import Logging

/// One line a message on standard error: JSON for machines, or text for a person at a terminal.
package struct LineLogHandler: LogHandler {
    /// How a line looks.
    package enum Format: String, Sendable, CaseIterable { case json, text }

    package var logLevel: Logger.Level = .info
    package var metadata: Logger.Metadata = [:]
    private let label: String
    private let format: Format

    package init(label: String, format: Format) {
        self.label = label
        self.format = format
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let merged = metadata.merging(event.metadata ?? [:]) { $1 }
        let time = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        var line: String
        switch format {
        case .json:
            line = #"{"time":"\#(time)","level":"\#(event.level)","service":\#(quoted(label)),"#
            line += #""message":\#(quoted(event.message.description))"#
            for (key, value) in merged.sorted(by: { $0.key < $1.key }) {
                line += ",\(quoted(key)):\(quoted(value.description))"
            }
            line += "}\n"
        case .text:
            line = "\(time) \(event.level) \(label): \(event.message)"
            for (key, value) in merged.sorted(by: { $0.key < $1.key }) {
                line += " \(key)=\(quoted(value.description))"
            }
            line += "\n"
        }
        let bytes = Array(line.utf8)
        bytes.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension Logger {
    /// The logger of one executable: JSON when standard error is not a terminal.
    package static func service(
        _ name: String,
        level: Logger.Level = .info,
        format: LineLogHandler.Format? = nil
    ) -> Logger {
        let format = format ?? (isatty(STDERR_FILENO) == 1 ? .text : .json)
        var logger = Logger(label: name) { LineLogHandler(label: $0, format: format) }
        logger.logLevel = level
        return logger
    }
}
