import Records
import Settings

/// What is known of everything that comes from a source, by folder of the inbox: fills what an article does not state.
struct SourceDefaults: Sendable, Equatable {
    /// A member of an article that a default may fill.
    enum Member: String, Sendable, CaseIterable {
        case source, author, language
        case usageTerms = "usage_terms"

        var path: WritableKeyPath<Article, String?> {
            switch self {
            case .source: \.source
            case .author: \.author
            case .language: \.language
            case .usageTerms: \.usageTerms
            }
        }
    }

    /// A member that was filled.
    struct Filled: Sendable, Equatable {
        var member: Member
        var value: String
        var folder: String
    }

    private(set) var folders: [String: [Member: String]] = [:]

    init() {}

    /// Reads `sources.yaml`: folders with members.
    init(_ file: YAMLFile) throws(SettingsError) {
        guard let root = try file.root() else { return }
        for folder in try file.pairs(root, of: "the sources") {
            let name = try file.folder(folder.key, line: folder.line)
            var members: [Member: String] = [:]
            let known = Member.allCases.map(\.rawValue)
            for pair in try file.pairs(folder.value, of: "source '\(name)'", known: known) {
                guard let member = Member(rawValue: pair.key) else { continue }
                let value = try file.line(pair)
                if member == .language, !SourceDefaults.isLanguageTag(value) {
                    throw file.error(pair.line, "'\(value)' is not a language tag (BCP 47), such as en or pt-BR")
                }
                members[member] = value
            }
            folders[name] = members
        }
    }

    /// The shape of BCP 47's tags, section 2.1: a language of letters, then subtags.
    private static func isLanguageTag(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.allSatisfy { (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(isLetterOrDigit) }
            && parts[0].utf8.count >= 2 && text.utf8.count <= 35 && !parts[0].contains(where: \.isNumber)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// Fills the members that the article does not state.
    ///
    /// - Parameter folder: the folder it came in; nil for the inbox itself, which has no defaults.
    /// - Returns: what was filled: it has to be told apart from what the article says.
    func fill(_ article: inout Article, from folder: String?) -> [Filled] {
        guard let folder, let members = folders[folder] else { return [] }
        var filled: [Filled] = []
        for member in Member.allCases {
            guard let value = members[member], article[keyPath: member.path] == nil else { continue }
            article[keyPath: member.path] = value
            filled.append(Filled(member: member, value: value, folder: folder))
        }
        return filled
    }
}
