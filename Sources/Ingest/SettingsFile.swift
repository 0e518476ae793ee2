import FoundationEssentials
import Glibc
import ServiceSupport
import Settings

/// A file of settings that is read again when it changes; a wrong one leaves the last good value in use.
struct SettingsFile<Value: Sendable>: Sendable {
    typealias Parse = @Sendable (YAMLFile) throws(SettingsError) -> Value

    let path: String
    private(set) var value: Value
    /// What is wrong with the file as it is now; nil when nothing is.
    private(set) var problem: String?
    private let parse: Parse
    private var stamp: Arrivals.Stamp?

    /// What looking at the file again gave.
    enum Change {
        case same
        case read
        case wrong(SettingsError)
    }

    private static var sizeLimit: Int { 1 << 20 }

    /// Reads the file.
    ///
    /// - Parameters:
    ///   - isRequired: whether it has to be there; otherwise a file that is not there means `empty`.
    ///   - parse: makes the value of it.
    init(_ path: String, isRequired: Bool, empty: Value, parse: @escaping Parse) throws(SettingsError) {
        self.path = path
        self.parse = parse
        value = empty
        stamp = SettingsFile.stamp(path)
        if stamp != nil || isRequired { value = try read() }
    }

    /// Reads the file again when its time, size or identity has changed.
    mutating func refresh() -> Change {
        let now = SettingsFile.stamp(path)
        guard now != stamp else { return .same }
        stamp = now
        do {
            value = try read()
            problem = nil
            return .read
        } catch {
            problem = error.description
            return .wrong(error)
        }
    }

    private static func stamp(_ path: String) -> Arrivals.Stamp? {
        var status = Glibc.stat()
        return stat(path, &status) == 0 ? Arrivals.Stamp(status) : nil
    }

    private func read() throws(SettingsError) -> Value {
        guard let stamp = SettingsFile.stamp(path), stamp.size <= SettingsFile.sizeLimit,
            let bytes = FileManager.default.contents(atPath: path), bytes.count <= SettingsFile.sizeLimit
        else {
            throw SettingsError(
                file: path,
                line: nil,
                message: "cannot be read, or is larger than 1 MiB; write an empty file to have no settings"
            )
        }
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            throw SettingsError(file: path, line: nil, message: "is not UTF-8; save it as UTF-8")
        }
        return try parse(YAMLFile(name: path, text: text))
    }
}

extension YAMLFile {
    /// The name of a folder of the inbox.
    func folder(_ name: String, line: Int) throws(SettingsError) -> String {
        guard TreePath.isFolderName(name) else {
            throw error(
                line,
                "'\(name)' cannot be a folder of the inbox: at most 100 bytes without '/', not hidden, not ending in .part or .tmp"
            )
        }
        return name
    }
}
