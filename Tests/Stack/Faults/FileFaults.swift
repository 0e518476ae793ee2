import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// What happens to files while they are taken, and to the directories they lie in; `InboxTests` has the quiet cases.
@Suite("File faults", .timeLimit(.minutes(5)), .serialized) struct FileFaults {
    /// Row 6: some kills fall between the commit and the rename.
    @Test func `ingest killed at random while files arrive: one article each, and all files are filed`() throws {
        let stack = try LiveStack("ingest-killed", arguments: ["--settle", "200"])
        let (rounds, articles) = (5 * Faults.scale, 50 * Faults.scale)
        for round in 0..<rounds {
            try Faults.drop(round * articles / rounds..<(round + 1) * articles / rounds, stack)
            Monotonic.sleep(milliseconds: Int.random(in: 0...30))
            let old = try #require(stack.process("ingest"))
            kill(old, SIGKILL)
            #expect(Faults.wait(20) { stack.process("ingest").map { $0 != old } ?? false })
        }
        try Faults.expectWhole(stack, articles: articles)
        #expect(Faults.wait(10) { (0..<articles).allSatisfy { stack.exists("done/fault-\($0).txt") } })
    }

    /// Rows 24, 25 and 26: writers that do everything a writer must not, for two seconds.
    @Test
    func `files that pause, are cut, written again and replaced while they are read are stored whole or not at all`()
        throws
    {
        let stack = try LiveStack("writers", arguments: ["--settle", "300"])
        let inbox = stack.layout.inbox
        // Each version is one repeated word: a mixture would show.
        let writer = """
            version() { printf 'Title: Version %s\\n\\nMOSCOW — ' $1; for i in $(seq 2000); do printf 'Word%s ' $1; done; echo; }
            (version A | head -c 1000; sleep 1; version A | tail -c +1001) > \(inbox)/paused.txt &
            for i in $(seq 40); do : > \(inbox)/cut.txt; version B$i > \(inbox)/cut.txt; sleep 0.0$((RANDOM % 5)); done &
            for i in $(seq 40); do version C$i > \(inbox)/.new; mv \(inbox)/.new \(inbox)/replaced.txt; done &
            for i in $(seq 20); do version D$i > \(inbox)/gone.txt; sleep 0.05; rm -f \(inbox)/gone.txt; done &
            wait
            """
        let ingest = stack.process("ingest")
        #expect(try LiveStack.run(["/bin/bash", "-c", writer]).status == 0)
        #expect(
            Faults.wait(20) {
                ["paused.txt", "cut.txt", "replaced.txt"].allSatisfy {
                    stack.exists("done/\($0)") && !stack.exists("inbox/\($0)")
                }
            }
        )
        #expect(try Database.number("select count(*) from article where title = 'Version A'", stack) == 1)
        #expect(
            try Database.number("select count(*) from article where title in ('Version B40', 'Version C40')", stack)
                == 2,
            "the last word of each writer is stored"
        )
        #expect(
            try Database.number(
                """
                select count(*) from article where length(text) - length(replace(text, 'Word' || substr(title, 9) || ' ', ''))
                    < 1999 * (5 + length(title) - 8)
                """,
                stack
            ) == 0,
            "no article is a mixture of versions, or half of one"
        )
        #expect(stack.process("ingest") == ingest)
    }

    /// Rows 27, 29 and 30.
    @Test func `links, devices and files that may not be read stay, each with its reason, and delay nobody`() throws {
        let stack = try LiveStack("oddities", arguments: ["--settle", "200"])
        let inbox = stack.layout.inbox
        let script = """
            cd \(inbox)
            ln -s /etc/shadow shadow.txt; ln -s loop.txt loop.txt; ln -s / root; ln -s ../inbox again
            mkfifo pipe.txt; mkdir folder.txt
            python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket.txt")'
            [ $(id -u) = 0 ] && mknod device.txt c 1 5
            printf 'Title: Twice\\n\\nROME — Italy agreed.\\n' > ../outside.txt; ln ../outside.txt hard.txt; ln ../outside.txt hard2.txt
            true
            """
        #expect(try LiveStack.run(["/bin/bash", "-c", script]).status == 0)
        try Faults.drop(0..<2, stack)
        try stack.drop(Faults.report(2), as: "folder.txt/inside.txt".replacing("folder.txt/", with: ""))
        for (name, code) in [
            ("shadow.txt", "symlink"), ("loop.txt", "symlink"), ("root", "symlink"), ("again", "symlink"),
            ("pipe.txt", "fifo"), ("socket.txt", "not-a-file"),
        ] + (Faults.isRoot ? [("device.txt", "not-a-file")] : []) {
            #expect(
                Faults.wait(10) {
                    Faults.contents("\(stack.directory)/failed/\(name).error.json").contains(#""code":"\#(code)""#)
                },
                "\(name)"
            )
            #expect(Faults.count(["left in the inbox", #"file="\#(name)""#], stack.log("ingest")) == 1, "said once")
        }
        // Both links to one file are one article, seen twice; the file outside stays.
        #expect(Faults.wait(10) { stack.exists("done/hard.txt") && stack.exists("done/hard2.txt") })
        #expect(stack.exists("outside.txt"))
        try Faults.expectWhole(stack, articles: 4)
        #expect(try Database.number("select count(*) from article where text like '%root:%'", stack) == 0)
        let ingest = try #require(stack.process("ingest"))
        #expect(Faults.residentKilobytes(ingest) < 300_000)
    }

    /// Rows 31 and 32.
    @Test
    func `names and bytes of every kind are stored, or refused with their reason; none gets out of its directory`()
        throws
    {
        let stack = try LiveStack("names", arguments: ["--settle", "200"])
        let script = #"""
            import os, sys, time
            inbox = sys.argv[1].encode()
            def put(name, body):
                with open(inbox + b'/.part', 'wb') as f: f.write(body)
                os.rename(inbox + b'/.part', inbox + b'/' + name)
            text = lambda n: b'Title: Name %d\n\nROME \xe2\x80\x94 Italy agreed %d.\n' % (n, n)
            names = [b'new\nline.txt', b'n' * 251 + b'.txt', b'\xff\xfe.txt', b'%2e%2e%2f..%2fetc%2fx.txt', b'-rf', b'Case.txt', b'case.txt',
                     b'\x1b[31m.txt', b'"quote\'.txt', b'a...', b'$(reboot).txt', b'\xe2\x80\xae.txt']
            for n, name in enumerate(names): put(name, text(n))
            while os.path.exists(inbox + b'/Case.txt'): time.sleep(0.05)
            put(b'Case.txt', text(100))
            words = 'Title: Bytes %d\n\nМОСКВА — Россия отвергла. Слова слова слова слова слова слова.\n'
            put(b'bom.txt', b'\xef\xbb\xbf' + (words % 1).encode())
            put(b'utf16.txt', (words % 2).encode('utf-16'))
            put(b'latin.txt', 'Title: Bytes 3\n\nPARIS — Le café était fermé; l’été, à Orléans, déjà.\n'.encode('cp1252'))
            put(b'nul.txt', b'Title: N\n\nROME \xe2\x80\x94 Italy\x00agreed.\n')
            put(b'surrogate.txt', b'Title: S\n\nROME \xe2\x80\x94 Italy \xed\xa0\x80 agreed.\n')
            put(b'surrogate.json', b'{"title": "Bytes \\ud800", "text": "Italy agreed."}')
            put(b'line.txt', b'Title: L\n\n' + b'word ' * (2 << 20))
            put(b'lone.txt', b'Title: Cut\n\nROME \xe2\x80\x94 Italy agreed \xe2\x80')
            """#
        let path = "\(stack.directory)/names.py"
        try Data(script.utf8).write(to: URL(filePath: path))
        let run = try LiveStack.run(["/usr/bin/python3", path, stack.layout.inbox])
        #expect(run.status == 0, "\(run.output)")
        #expect(
            try Faults.wait(20) {
                try Database.number("select count(*) from article where title like 'Name %'", stack) == 13
            },
            "\(stack.log("ingest").suffix(2000))"
        )
        #expect(
            try Database.number("select count(*) from article where title in ('Bytes 1', 'Bytes 2', 'Bytes 3')", stack)
                == 3,
            "\(try? Faults.text("select string_agg(title, ',') from article", stack))"
        )
        for (name, code) in [("nul.txt", "nul-byte"), ("line.txt", "")] {
            #expect(
                Faults.wait(10) {
                    Faults.contents("\(stack.directory)/failed/\(name).error.json").contains(#""code":"\#(code)"#)
                },
                "\(name)"
            )
        }
        #expect(Faults.wait(10) { (try? FileManager.default.contentsOfDirectory(atPath: stack.layout.inbox)) == [] })
        #expect(stack.exists("done/Case.txt") && stack.exists("done/case.txt") && stack.exists("done/Case-1.txt"))
        #expect(!stack.log("ingest").contains("\u{1B}"), "a name cannot write to the terminal of who reads the log")
        #expect(
            try Database.number("select count(*) from sighting where file_name = '\\xfffe2e747874'::bytea", stack) == 1,
            "a name is stored as its bytes"
        )
        // A name that is no text must not keep people from the list of dead jobs: it once ended with an error of the database.
        try Faults.expectWhole(stack, articles: Database.number("select count(*) from article", stack))
        try Faults.admin(stack).execute(
            script: """
                insert into job (article_id, state, attempt, last_error)
                select article_id, 3, 1, 'by hand' from sighting where file_name in ('\\xfffe2e747874'::bytea, '\\x6e65770a6c696e652e747874'::bytea)
                """
        )
        let dead = try stack.tool(["dead", "list"])
        #expect(dead.status == 0 && dead.output.split(separator: "\n").count == 2, "\(dead.output)")
        #expect(try stack.tool(["dead", "retry", "--all"]).status == 0)
    }
}
