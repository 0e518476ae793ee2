/// The place of a file or a folder below some directory, as the bytes that the file system has.
///
/// Components are joined by `/` and hold any other byte but NUL; no bytes at all mean the directory itself.
package struct TreePath: Hashable, Sendable {
    package let bytes: [UInt8]

    package static let root = TreePath(bytes: [])

    package init(bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { bytes = Array(text.utf8) }

    private static let slash = UInt8(ascii: "/")

    package var components: [[UInt8]] { bytes.split(separator: TreePath.slash).map(Array.init) }

    /// The last component.
    package var leaf: [UInt8] { bytes.lastIndex(of: TreePath.slash).map { Array(bytes[($0 + 1)...]) } ?? bytes }

    /// All but the last component.
    package var folder: TreePath {
        TreePath(bytes: bytes.lastIndex(of: TreePath.slash).map { Array(bytes[..<$0]) } ?? [])
    }

    /// The first folder of a file's path: the name of the source it came from; nil for a file in the directory itself.
    package var source: String? {
        bytes.firstIndex(of: TreePath.slash).map { String(decoding: bytes[..<$0], as: UTF8.self) }
    }

    package func appending(_ component: [UInt8]) -> TreePath {
        bytes.isEmpty ? TreePath(bytes: component) : TreePath(bytes: bytes + [TreePath.slash] + component)
    }

    /// For people: bytes that are not printable ASCII or UTF-8 text as `\x0a`.
    package var display: String {
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar.value < 0x20 || scalar.value == 0x7F {
                text += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// Whether a writer is still at work under this name, or in a folder of such a name, by the customs of editors and copy tools.
    package var isTemporary: Bool { components.contains(where: TreePath.isTemporary) }

    private static let endings = [".part", ".tmp", ".swp", "~", ".filepart", ".crdownload"].map { Array($0.utf8) }

    package static func isTemporary(_ component: [UInt8]) -> Bool {
        component.first == UInt8(ascii: ".")
            || endings.contains { component.suffix($0.count).elementsEqual($0) }
    }

    /// Whether a text can be the name of a folder of its own: one component that is not hidden, not temporary and not too long.
    package static func isFolderName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        return (1...100).contains(bytes.count) && !bytes.contains(slash) && !bytes.contains { $0 < 0x20 || $0 == 0x7F }
            && !isTemporary(bytes)
    }

    /// `report.txt` and 2 give `report-2.txt`; cut so that the component stays within 255 bytes.
    package static func numbered(_ component: [UInt8], _ number: Int) -> [UInt8] {
        guard number > 0 else { return component }
        let dot = component.lastIndex(of: UInt8(ascii: ".")).flatMap {
            $0 > 0 && component.count - $0 <= 16 ? $0 : nil
        }
        let ending = Array("-\(number)".utf8) + (dot.map { Array(component[$0...]) } ?? [])
        return Array(component[..<(dot ?? component.count)].prefix(255 - ending.count)) + ending
    }
}
