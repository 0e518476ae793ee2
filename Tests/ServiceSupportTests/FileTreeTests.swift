import Glibc
import ServiceSupport
import Testing

@Suite("File tree") struct FileTreeTests {
    /// Two trees on one file system.
    private final class Fixture {
        let root: String
        let from: FileTree
        let to: FileTree

        init() {
            var template = Array("/tmp/tidings-tree-XXXXXX".utf8CString)
            root = String(cString: mkdtemp(&template))
            from = FileTree(root + "/from")
            to = FileTree(root + "/to")
            for tree in [from, to] { mkdir(tree.path, 0o755) }
        }

        deinit { removeAll(root) }

        private func removeAll(_ path: String) {
            guard let handle = opendir(path) else { return }
            while let entry = readdir(handle) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                guard name != ".", name != ".." else { continue }
                if unlink("\(path)/\(name)") != 0 { removeAll("\(path)/\(name)") }
            }
            closedir(handle)
            rmdir(path)
        }

        func opens(_ path: TreePath) -> Bool {
            guard let folder = from.open(path) else { return false }
            return folder.descriptor >= 0
        }

        func names(_ tree: FileTree, _ limits: FileTree.WalkLimits = .init(depth: 8, folders: 100)) -> [String] {
            var names: [String] = []
            _ = tree.walk(limits) { path, _ in names.append(path.display) }
            return names
        }
    }

    @Test func `a dropped file is whole, in folders made for it, and never replaces another`() throws {
        let fixture = Fixture()
        #expect(try fixture.from.drop([1], as: TreePath("a/b/x.txt")) == TreePath("a/b/x.txt"))
        #expect(try fixture.from.drop([2], as: TreePath("a/b/x.txt")) == TreePath("a/b/x-1.txt"))
        #expect(fixture.names(fixture.from, .init(depth: 8, folders: 100, all: true)) == ["a/b/x-1.txt", "a/b/x.txt"])
    }

    @Test func `a file moves with its folders, and a folder whose name is taken gets a number`() throws {
        let fixture = Fixture()
        _ = try fixture.to.drop([1], as: TreePath("reuters"))
        let path = try fixture.from.drop([2], as: TreePath("reuters/x.txt"))
        #expect(fixture.from.move(path, to: fixture.to, as: path, taken: .fail) == nil)
        #expect(errno == ENOTDIR)
        #expect(fixture.from.move(path, to: fixture.to, as: path) == TreePath("reuters-1/x.txt"))
    }

    @Test func `no link below the root is followed`() throws {
        let fixture = Fixture()
        _ = try fixture.to.drop([1], as: TreePath("secret/x.txt"))
        #expect(symlink(fixture.to.path + "/secret", fixture.from.path + "/link") == 0)
        #expect(!fixture.opens(TreePath("link")))
        #expect(fixture.from.status(of: TreePath("link/x.txt")) == nil)
        #expect(fixture.names(fixture.from) == ["link"], "the link is a name, what it points at is not")
        #expect(throws: FileTree.Failure.self) { try fixture.from.drop([1], as: TreePath("link/y.txt")) }
        #expect(fixture.from.move(TreePath("link/x.txt"), to: fixture.to, as: TreePath("x.txt")) == nil)
    }

    @Test func `depth and number of folders are bounded, and it is told`() throws {
        let fixture = Fixture()
        for path in ["a/x", "a/b/x", "a/b/c/x", "d/x", ".hidden/x", "e.part/x"] {
            _ = try fixture.from.drop([1], as: TreePath(path))
        }
        var visited: [String] = []
        var end = fixture.from.walk(.init(depth: 2, folders: 100)) { path, _ in visited.append(path.display) }
        #expect(visited == ["a/x", "d/x", "a/b/x"])
        #expect(end.tooDeep.map(\.path.display) == ["a/b/c"] && !end.isTruncated)
        end = fixture.from.walk(.init(depth: 8, folders: 2)) { _, _ in }
        #expect(end.isTruncated)
    }

    @Test(
        arguments: [
            ("report.txt", 2, "report-2.txt"), ("report", 1, "report-1"), (".x", 1, ".x-1"), ("a.b", 0, "a.b"),
            (String(repeating: "a", count: 255), 10, String(repeating: "a", count: 252) + "-10"),
        ]
    )
    func `numbers come before the ending and keep the name within 255 bytes`(
        _ name: String,
        _ number: Int,
        _ expected: String
    ) {
        #expect(TreePath.numbered(Array(name.utf8), number) == Array(expected.utf8))
    }

    @Test func `the first folder names the source`() {
        #expect(TreePath("reuters/2024/x.txt").source == "reuters")
        #expect(TreePath("x.txt").source == nil)
        #expect(TreePath("reuters/2024/x.txt").folder == TreePath("reuters/2024"))
        #expect(TreePath("a/.b/c").isTemporary && TreePath("a.part/c").isTemporary && !TreePath("a/c").isTemporary)
        for name in ["", "a/b", ".x", "a.part", "a\u{7}", String(repeating: "a", count: 101)] {
            #expect(!TreePath.isFolderName(name))
        }
    }
}
