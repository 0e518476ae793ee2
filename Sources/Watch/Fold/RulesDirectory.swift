package import Briefing
import FoundationEssentials
import Glibc
package import Knowledge
package import Settings

/// The directory of alert rules: every `*.yaml` in it.
package struct RulesDirectory: Sendable {
    package let path: String
    private let world: RuleWorld
    let places: AlertPlaces?

    private static let fileLimit = 200
    private static let sizeLimit = 1 << 20

    /// - Parameter places: where sinks find their things; nil when rules may use none.
    package init(_ path: String, knowledge: Knowledge, places: AlertPlaces?) {
        self.path = path
        self.places = places
        world = RuleWorld(
            coordinates: { knowledge.coordinates(of: $0, country: $1) },
            zone: { RulesDirectory.zone($0) }
        )
    }

    /// The rules of all files, in the order of the files' names.
    ///
    /// - Throws: with file and line of the first thing that is wrong; then none of them is to be used.
    package func read() throws(SettingsError) -> [Rule] {
        var rules: [Rule] = []
        for name in try files() {
            let file = "\(path)/\(name)"
            for rule in try RuleFile.parse(YAMLFile(name: file, text: text(file)), world: world) {
                guard !rules.contains(where: { $0.name == rule.name }) else {
                    throw SettingsError(
                        file: file,
                        line: nil,
                        message: "another file has a rule '\(rule.name)' already; give one of them another name"
                    )
                }
                do { for sink in rule.sinks { _ = try AlertSink(sink, in: places) } } catch {
                    throw SettingsError(file: file, line: nil, message: "the rule '\(rule.name)': \(error)")
                }
                rules.append(rule)
            }
        }
        return rules
    }

    /// What changes with the files: names, identities, sizes and times.
    func stamp() -> [String] {
        guard let names = try? files() else { return ["no directory"] }
        return names.map { name in
            var status = stat()
            guard stat("\(path)/\(name)", &status) == 0 else { return "\(name) gone" }
            return "\(name) \(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        }
    }

    private func files() throws(SettingsError) -> [String] {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            throw SettingsError(
                file: path,
                line: nil,
                message: "is no directory that can be read; make it, or name another"
            )
        }
        let files = names.filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !$0.hasPrefix(".") }.sorted()
        guard files.count <= RulesDirectory.fileLimit else {
            throw SettingsError(
                file: path,
                line: nil,
                message: "has more than \(RulesDirectory.fileLimit) files of rules"
            )
        }
        return files
    }

    private func text(_ file: String) throws(SettingsError) -> String {
        guard let bytes = FileManager.default.contents(atPath: file), bytes.count <= RulesDirectory.sizeLimit else {
            throw SettingsError(file: file, line: nil, message: "cannot be read, or is larger than 1 MiB")
        }
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            throw SettingsError(file: file, line: nil, message: "is not UTF-8; save it as UTF-8")
        }
        return text
    }

    /// A file of the time zone database; a name cannot leave its directory.
    private static func zone(_ name: String) -> [UInt8]? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.count <= 64
                && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_+-".contains($0)) }
        }
        guard isName, parts.count <= 3, let bytes = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)"),
            bytes.count <= sizeLimit
        else { return nil }
        return Array(bytes)
    }
}
