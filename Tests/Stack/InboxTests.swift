import FoundationEssentials
import Glibc
import HTTPSupport
import Ingest
import Logging
import Messaging
import Postgres
import Records
import ServiceSupport
import Supervision
import Synchronization
import TestSupport
import Testing

/// Ingest alone on a real directory and a real database: each input ends where the contract says.
@Suite("Inbox", .timeLimit(.minutes(3))) struct InboxTests {
    /// An ingest on a directory of its own.
    private final class Fixture {
        let root: String
        let database: String
        private var service: IngestService?
        private static let counter = Atomic<Int>(0)

        private let http: ListenAddress?
        var door: ListenAddress? { service?.httpAddress }

        init(start: Bool = true, http: ListenAddress? = nil) throws {
            self.http = http
            root = "/tmp/tidings-inbox-\(getpid())-\(Fixture.counter.add(1, ordering: .relaxed).newValue)"
            try FileManager.default.createDirectory(atPath: "\(root)/inbox", withIntermediateDirectories: true)
            database = try PrivatePostgres.shared.get().freshDatabase()
            let connection = try Connection(database, application: "tests")
            _ = try Migrator.apply(Schema.migrations(in: LiveStack.packageRoot + "/migrations"), on: connection)
            if start { try self.start() }
        }

        func start() throws {
            service = try IngestService(
                .init(
                    directory: root,
                    database: database,
                    hub: "tcp://127.0.0.1:1",
                    keyFile: "/nonexistent",
                    settle: 300,
                    scan: 400,
                    http: http,
                    tokenFile: "\(root)/keys/article-token"
                ),
                logger: .service("test", level: .critical)
            )
        }

        func stop() {
            service?.shutdown()
            service = nil
        }

        deinit {
            stop()
            try? FileManager.default.removeItem(atPath: root)
        }

        func write(_ bytes: [UInt8], _ path: String) throws {
            try Data(bytes).write(to: URL(filePath: "\(root)/\(path)"))
        }

        func drop(_ text: String, _ name: String) throws {
            let part = ".\(name.split(separator: "/").last ?? "").part"
            try write(Array(text.utf8), "inbox/\(part)")
            #expect(rename("\(root)/inbox/\(part)", "\(root)/inbox/\(name)") == 0)
        }

        func exists(_ path: String) -> Bool {
            var status = stat()
            return lstat("\(root)/\(path)", &status) == 0
        }

        /// Waits for a path to appear.
        func appears(_ path: String, milliseconds: Int = 5000) -> Bool {
            let deadline = Monotonic.milliseconds() + milliseconds
            while !exists(path) {
                if Monotonic.milliseconds() > deadline { return false }
                Monotonic.sleep(milliseconds: 5)
            }
            return true
        }

        func reason(_ name: String) throws -> String {
            #expect(appears("failed/\(name).error.json"))
            return try String(contentsOf: URL(filePath: "\(root)/failed/\(name).error.json"), encoding: .utf8)
        }

        func text(_ sql: SQL) throws -> String {
            try Connection(database, application: "tests").query(sql)[0].string(0)
        }

        func count(_ sql: SQL) throws -> Int {
            try Connection(database, application: "tests").query(sql)[0].int(0)
        }
    }

    private static let report = "Title: A report\nDate: 2016-12-30\n\nMOSCOW — Russia denied it.\n"

    @Test func `a file moved in is stored with its job and moved on at once`() async throws {
        try await onThread {
            let fixture = try Fixture()
            Monotonic.sleep(milliseconds: 100)
            let start = Monotonic.milliseconds()
            try fixture.drop(InboxTests.report, "a.txt")
            #expect(fixture.appears("done/a.txt"))
            #expect(Monotonic.milliseconds() - start < 250, "taken by notice, not by settling or by the next listing")
            #expect(
                try fixture.count(
                    "select count(*) from article join job on job.article_id = article.id join sighting s on s.article_id = article.id"
                ) == 1
            )
            #expect(!fixture.exists("inbox/a.txt"))
        }
    }

    @Test func `the same bytes twice are one article seen twice`() async throws {
        try await onThread {
            let fixture = try Fixture()
            try fixture.drop(InboxTests.report, "a.txt")
            #expect(fixture.appears("done/a.txt"))
            try fixture.drop(InboxTests.report, "a.txt")
            #expect(fixture.appears("done/a-1.txt"), "a file that is done is never replaced")
            #expect(try fixture.count("select count(*) from article") == 1)
            #expect(try fixture.count("select count(*) from job") == 1)
            #expect(try fixture.count("select count(*) from sighting") == 2)
        }
    }

    @Test func `a file that grows is taken when it is whole`() async throws {
        try await onThread {
            let fixture = try Fixture()
            let path = "\(fixture.root)/inbox/slow.txt"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            for part in ["Title: Slow\n\nLONDON — The first ", "half. And the ", "second half.\n"] {
                _ = write(descriptor, part, part.utf8.count)
                Monotonic.sleep(milliseconds: 500)
            }
            #expect(fixture.exists("inbox/slow.txt"), "a writer still has it open")
            close(descriptor)
            #expect(fixture.appears("done/slow.txt"))
            #expect(
                try fixture.count("select count(*) from article where text like '%first half. And the second half.%'")
                    == 1
            )
        }
    }

    @Test func `names of files in the making are left alone`() async throws {
        try await onThread {
            let fixture = try Fixture()
            for name in [".hidden", "a.part", "b.tmp", "c.swp", "d~", "e.filepart", "f.crdownload"] {
                try fixture.write(Array(InboxTests.report.utf8), "inbox/\(name)")
            }
            try fixture.drop(InboxTests.report, "real.txt")
            #expect(fixture.appears("done/real.txt"))
            Monotonic.sleep(milliseconds: 1000)
            for name in [".hidden", "a.part", "b.tmp", "c.swp", "d~", "e.filepart", "f.crdownload"] {
                #expect(fixture.exists("inbox/\(name)"))
            }
            #expect(try fixture.count("select count(*) from sighting") == 1)
        }
    }

    @Test(
        arguments: [
            ("empty.txt", [UInt8](), "empty"),
            ("cyrillic.txt", [0xCC, 0xEE, 0xF1, 0xEA, 0xE2, 0xE0, 0x20, 0xE7, 0xE0, 0xEB, 0xE0], "not-utf8"),
            ("nul.txt", Array("Title: A\n\nText\0text".utf8), "nul-byte"),
            ("picture.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0], nil),
            ("broken.json", Array(#"{"headline": "A", "articleBody": "#.utf8), nil),
        ] as [(String, [UInt8], String?)]
    )
    func `what cannot be read goes to failed with a reason, and the next article is not delayed`(
        _ name: String,
        _ bytes: [UInt8],
        _ code: String?
    ) async throws {
        try await onThread {
            let fixture = try Fixture()
            try fixture.write(bytes, "inbox/.x.part")
            #expect(rename("\(fixture.root)/inbox/.x.part", "\(fixture.root)/inbox/\(name)") == 0)
            let start = Monotonic.milliseconds()
            try fixture.drop(InboxTests.report, "next.txt")
            #expect(fixture.appears("done/next.txt"))
            #expect(Monotonic.milliseconds() - start < 1000)
            let reason = try fixture.reason(name)
            if let code { #expect(reason.contains(#""code":"\#(code)""#), "\(reason)") }
            #expect(reason.contains(#""message":""#))
            #expect(fixture.exists("failed/\(name)"), "the user's file is kept")
            #expect(try fixture.count("select count(*) from article") == 1)
        }
    }

    @Test func `a file of one gigabyte is refused without reading it`() async throws {
        try await onThread {
            let fixture = try Fixture()
            let path = "\(fixture.root)/inbox/.huge.part"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            #expect(ftruncate(descriptor, 1 << 30) == 0)
            close(descriptor)
            #expect(rename(path, "\(fixture.root)/inbox/huge.txt") == 0)
            let start = Monotonic.milliseconds()
            let reason = try fixture.reason("huge.txt")
            #expect(reason.contains(#""code":"too-large""#))
            #expect(reason.contains("1073741824"))
            #expect(Monotonic.milliseconds() - start < 1000)
            #expect(fixture.exists("failed/huge.txt"))
        }
    }

    @Test func `links and pipes stay where they are, with a reason`() async throws {
        try await onThread {
            let fixture = try Fixture()
            try fixture.write(Array("root:x:0:0".utf8), "secret")
            #expect(symlink("\(fixture.root)/secret", "\(fixture.root)/inbox/link.txt") == 0)
            #expect(mkfifo("\(fixture.root)/inbox/pipe.txt", 0o644) == 0)
            // A folder that is a link is not entered.
            #expect(mkdir("\(fixture.root)/elsewhere", 0o755) == 0)
            try fixture.write(Array(InboxTests.report.utf8), "elsewhere/x.txt")
            #expect(symlink("\(fixture.root)/elsewhere", "\(fixture.root)/inbox/folder") == 0)
            let start = Monotonic.milliseconds()
            try fixture.drop(InboxTests.report, "next.txt")
            #expect(fixture.appears("done/next.txt"))
            #expect(Monotonic.milliseconds() - start < 1000)
            for (name, code) in [("link.txt", "symlink"), ("pipe.txt", "fifo"), ("folder", "symlink")] {
                #expect(try fixture.reason(name).contains(#""code":"\#(code)""#))
                #expect(fixture.exists("inbox/\(name)"))
            }
            #expect(try fixture.count("select count(*) from article") == 1, "nothing was read through the link")
        }
    }

    @Test
    func `a folder is a source: its files keep their path, at once, and its defaults fill what they do not state`()
        async throws
    {
        try await onThread {
            let fixture = try Fixture(start: false)
            try fixture.write(Array("reuters:\n  source: Reuters\n  language: en\n".utf8), "sources.yaml")
            try fixture.start()
            try FileManager.default.createDirectory(
                atPath: "\(fixture.root)/inbox/reuters/2016",
                withIntermediateDirectories: true
            )
            Monotonic.sleep(milliseconds: 100)
            let start = Monotonic.milliseconds()
            try fixture.drop(InboxTests.report, "reuters/2016/a.txt")
            try fixture.drop("Title: Other\nSource: AP\n\nPARIS — France agreed.\n", "reuters/b.txt")
            #expect(fixture.appears("done/reuters/2016/a.txt") && fixture.appears("done/reuters/b.txt"))
            #expect(Monotonic.milliseconds() - start < 250, "taken by notices of folders made after the start")
            #expect(fixture.exists("inbox/reuters/2016"), "the user's folders are left")
            #expect(
                try fixture.count(
                    """
                    select count(*) from article join sighting s on s.article_id = article.id
                    where source = 'Reuters' and language = 'en' and s.file_name = 'reuters/2016/a.txt'::bytea
                    """
                ) == 1
            )
            #expect(try fixture.count("select count(*) from article where source = 'AP' and language = 'en'") == 1)
            #expect(
                try fixture.count(
                    """
                    select count(*) from article_default d join article a on a.id = d.article_id
                    where d.folder = 'reuters' and (d.member = 'language' or d.member = 'source' and a.source = 'Reuters')
                    """
                ) == 3,
                "what a default filled is told apart from what the article says"
            )
            // The same bytes without the folder's defaults are the article that was there.
            try fixture.drop(InboxTests.report, "a.txt")
            #expect(fixture.appears("done/a.txt"))
            #expect(try fixture.count("select count(*) from article where source is null") == 0)
        }
    }

    @Test func `sources are read again when the file changes, and a wrong file keeps the old`() async throws {
        try await onThread {
            let fixture = try Fixture()
            try fixture.write(Array("ap:\n  source: One\n".utf8), "sources.yaml")
            for (number, text) in ["ap:\n  source: One\n", "ap:\n  sauce: Two\n", "ap:\n  source: Three\n"].enumerated()
            {
                try fixture.write(Array(text.utf8), "sources.yaml")
                try FileManager.default.createDirectory(
                    atPath: "\(fixture.root)/inbox/ap",
                    withIntermediateDirectories: true
                )
                try fixture.drop("Title: \(number)\n\nROME — Text \(number).\n", "ap/\(number).txt")
                #expect(fixture.appears("done/ap/\(number).txt"))
            }
            #expect(try fixture.count("select count(*) from article where title in ('0', '1') and source = 'One'") == 2)
            #expect(try fixture.count("select count(*) from article where title = '2' and source = 'Three'") == 1)
        }
    }

    @Test func `a folder renamed into place is whole, one that is too deep is left with a reason`() async throws {
        try await onThread {
            let fixture = try Fixture()
            let deep = (1...9).map { "\($0)" }.joined(separator: "/")
            try FileManager.default.createDirectory(
                atPath: "\(fixture.root)/inbox/batch.part/sub",
                withIntermediateDirectories: true
            )
            try fixture.write(Array(InboxTests.report.utf8), "inbox/batch.part/sub/a.txt")
            Monotonic.sleep(milliseconds: 900)
            #expect(fixture.exists("inbox/batch.part/sub/a.txt"), "a folder in the making is left alone")
            let start = Monotonic.milliseconds()
            #expect(rename("\(fixture.root)/inbox/batch.part", "\(fixture.root)/inbox/batch") == 0)
            #expect(fixture.appears("done/batch/sub/a.txt"))
            #expect(Monotonic.milliseconds() - start < 250)
            try FileManager.default.createDirectory(
                atPath: "\(fixture.root)/inbox/\(deep)",
                withIntermediateDirectories: true
            )
            try fixture.write(Array(InboxTests.report.utf8), "inbox/\(deep)/a.txt")
            #expect(try fixture.reason(deep).contains(#""code":"too-deep""#))
            #expect(fixture.exists("inbox/\(deep)/a.txt"))
        }
    }

    @Test func `a folder whose name a file has in done gets a number there`() async throws {
        try await onThread {
            let fixture = try Fixture()
            try fixture.drop(InboxTests.report, "ap")
            #expect(fixture.appears("done/ap"))
            #expect(mkdir("\(fixture.root)/inbox/ap", 0o755) == 0)
            try fixture.drop("Title: Other\n\nPARIS — France agreed.\n", "ap/b.txt")
            #expect(fixture.appears("done/ap-1/b.txt"))
        }
    }

    @Test func `an article sent over HTTP is stored, with the token that was made`() async throws {
        try await onThread {
            let fixture = try Fixture(http: ListenAddress(host: "127.0.0.1", port: 0))
            let token = try SecretFile.read("\(fixture.root)/keys/article-token")
            let door = try #require(fixture.door)
            let answer = try OutboundClient(allowPrivate: true).send(
                .init(
                    "POST",
                    OutboundURL("http://\(door)/articles?source=ap&name=a.txt"),
                    headers: [(name: "Authorization", value: "Bearer \(token)")],
                    body: Array(InboxTests.report.utf8)
                )
            )
            #expect(answer.status == 202)
            #expect(fixture.appears("done/ap/a.txt"))
            let id = try fixture.text("select id::text from article")
            #expect(String(decoding: answer.body, as: UTF8.self).contains(id))
        }
    }

    @Test func `a name may hold any bytes`() async throws {
        try await onThread {
            let fixture = try Fixture()
            // A line end and a byte that is not UTF-8.
            let name: [UInt8] = Array("new\nline".utf8) + [0xFF] + Array(".txt".utf8)
            let path = (Array("\(fixture.root)/inbox/".utf8) + name + [0]).map { CChar(bitPattern: $0) }
            let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            _ = write(descriptor, InboxTests.report, InboxTests.report.utf8.count)
            close(descriptor)
            let done = (Array("\(fixture.root)/done/".utf8) + name + [0]).map { CChar(bitPattern: $0) }
            let deadline = Monotonic.milliseconds() + 5000
            while access(done, F_OK) != 0, Monotonic.milliseconds() < deadline { Monotonic.sleep(milliseconds: 10) }
            #expect(access(done, F_OK) == 0)
            #expect(try fixture.count("select count(*) from sighting where file_name = \(name)") == 1)
        }
    }

    @Test func `files in hand when ingest was killed are taken up again`() async throws {
        try await onThread {
            let fixture = try Fixture()
            try fixture.drop(InboxTests.report, "a.txt")
            #expect(fixture.appears("done/a.txt"))
            fixture.stop()
            // The moment after the commit and before the move; and the moment before the commit.
            #expect(rename("\(fixture.root)/done/a.txt", "\(fixture.root)/.work/a.txt") == 0)
            try fixture.write(Array("Title: Another\n\nPARIS — France agreed.\n".utf8), ".work/b.txt")
            try FileManager.default.createDirectory(
                atPath: "\(fixture.root)/.work/ap/2016",
                withIntermediateDirectories: true
            )
            try fixture.write(Array("Title: Third\n\nROME — Italy agreed.\n".utf8), ".work/ap/2016/c.txt")
            try fixture.start()
            #expect(fixture.appears("done/a.txt"))
            #expect(fixture.appears("done/b.txt"))
            #expect(fixture.appears("done/ap/2016/c.txt"), "the work directory remembers the folders")
            #expect(try fixture.count("select count(*) from article") == 3)
        }
    }

    @Test func `two ingests on one directory are one too many`() async throws {
        try await onThread {
            let fixture = try Fixture()
            #expect(throws: (any Error).self) { try fixture.start() }
        }
    }

    @Test func `ten thousand files that were there before the start all arrive`() async throws {
        try await onThread {
            // The kernel's queue of notices overflows at 16,384: the listing finds what notices did not tell.
            let fixture = try Fixture(start: false)
            for number in 0..<10_000 {
                try fixture.write(Array("Title: \(number)\n\nROME — Text \(number).\n".utf8), "inbox/\(number).txt")
            }
            try fixture.start()
            let deadline = Monotonic.milliseconds() + 60_000
            while try fixture.count("select count(*) from article") < 10_000, Monotonic.milliseconds() < deadline {
                Monotonic.sleep(milliseconds: 100)
            }
            #expect(try fixture.count("select count(*) from article") == 10_000)
            #expect(try fixture.count("select count(*) from sighting") == 10_000)
        }
    }
}
