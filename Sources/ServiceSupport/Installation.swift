import FoundationEssentials
import Glibc

/// Files that belong to this version, found by walking up from the executable: `migrations/`, `seeds/`, and the other executables.
package enum Installation {
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    /// The running executable's path.
    package static let executable: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    /// Another executable of ours, in the same directory.
    package static func sibling(_ name: String) -> String { directory(of: executable) + "/" + name }

    /// A directory of ours, by its name and a file that it holds.
    package static func directory(_ name: String, holding file: String) throws(Missing) -> String {
        var place = directory(of: executable)
        while !place.isEmpty {
            let candidate = "\(place)/\(name)"
            if access("\(candidate)/\(file)", R_OK) == 0 { return candidate }
            place = directory(of: place)
        }
        throw Missing(
            description: "\(name)/\(file) is not above \(executable); keep the executables and \(name)/ in one tree"
        )
    }

    package static func migrations() throws(Missing) -> String {
        try directory("migrations", holding: "0001_foundation.sql")
    }

    package static func seeds() throws(Missing) -> String { try directory("seeds", holding: "countries.tsv") }

    /// The language model of English.
    package static func model() throws(Missing) -> String {
        try directory("models", holding: "english.model") + "/english.model"
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
