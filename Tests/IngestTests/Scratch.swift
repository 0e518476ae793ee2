import FoundationEssentials
import Glibc
import ServiceSupport

/// A directory of a test's own, removed with it.
final class Scratch: Sendable {
    let root: String

    init() {
        var template = Array("/tmp/tidings-ingest-XXXXXX".utf8CString)
        root = String(cString: mkdtemp(&template))
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func files(_ folder: String) -> [String] {
        var names: [String] = []
        _ = FileTree("\(root)/\(folder)").walk(.init(depth: 9, folders: 1000, all: true)) { path, _ in
            names.append(path.display)
        }
        return names
    }

    func bytes(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: "\(root)/\(path)").map(Array.init) }

    /// Waits until `condition` holds.
    func until(milliseconds: Int = 10_000, _ condition: () -> Bool) -> Bool {
        let deadline = Monotonic.milliseconds() + milliseconds
        while !condition() {
            if Monotonic.milliseconds() > deadline { return false }
            Monotonic.sleep(milliseconds: 20)
        }
        return true
    }
}
