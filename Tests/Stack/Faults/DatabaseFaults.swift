import FoundationEssentials
import Glibc
import Messaging
import Postgres
import ServiceSupport
import Supervision
import TestSupport
import Testing

/// The server restarted, killed, restored, crowded, pinned, full, and with damaged rows.
@Suite("Database faults", .timeLimit(.minutes(5)), .serialized) struct DatabaseFaults {
    /// Rows 8 and 9.
    @Test func `the server stopped fast, at once, and killed: no service ends, nothing is lost`() throws {
        let stack = try LiveStack("postgres", arguments: ["--settle", "200"])
        let services = ["hub", "extract", "watch", "ingest"].map { stack.process($0) }
        let epoch = try Faults.text("select epoch::text from log_head", stack)
        let subscriber = try Running.subscriber(stack, "reader")
        var published = 0
        var articles = 0
        for signal in [SIGINT, SIGQUIT, SIGKILL] {
            try Faults.drop(articles..<articles + 10, stack)
            Monotonic.sleep(milliseconds: 400)
            let server = try #require(PostgresCluster(directory: stack.layout.postgres).process)
            published = subscriber.lines.compactMap(Faults.place).max() ?? 0
            kill(server, signal)
            if signal == SIGQUIT {
                #expect(
                    try Faults.wait(3) { try stack.tool(["status"]).output.contains("no database") },
                    "status says so while it is away"
                )
            }
            #expect(
                Faults.wait(30) {
                    PostgresCluster(directory: stack.layout.postgres).process.map { $0 != server } ?? false
                }
            )
            articles += 10
            try Faults.expectWhole(stack, articles: articles)
            #expect(try Database.number("select seq from log_head", stack) >= published)
        }
        #expect(try Faults.text("select epoch::text from log_head", stack) == epoch)
        #expect(["hub", "extract", "watch", "ingest"].map { stack.process($0) } == services, "no service has ended")
        let head = try Database.number("select seq from log_head", stack)
        #expect(Faults.wait(10) { subscriber.lines.count >= head })
        #expect(subscriber.lines.compactMap(Faults.place) == Array(1...head))
        #expect(try Faults.wait(10) { try stack.tool(["status"]).status == 0 })
    }

    /// Row 10, with the statement of docs/operations.md.
    @Test func `a backup restored with a new epoch: subscribers are told, ours go on, no place is used twice`() throws {
        let stack = try LiveStack("restored", arguments: ["--settle", "200"])
        try Faults.drop(0..<3, stack)
        try Faults.expectWhole(stack, articles: 3)
        let old = try Faults.text("select epoch::text from log_head", stack)
        let dump = "\(stack.directory)/yesterday.dump"
        let admin = stack.layout.database(.admin)
        #expect(try LiveStack.run(["/usr/bin/pg_dump", "-Fc", "-f", dump, "-d", admin]).status == 0)
        let counted = try stack.tool(["subscribe", "--from", "start", "--cursor", "desk", "--idle", "1"])
        #expect(counted.status == 0)
        try Faults.drop(3..<6, stack)
        try Faults.expectWhole(stack, articles: 6)
        let follower = try Running.subscriber(stack, "follower", ["--cursor", "desk"])
        let head = try Database.number("select seq from log_head", stack)
        #expect(Faults.wait(10) { follower.lines.compactMap(Faults.place).last == head })
        try stack.end(signal: SIGTERM)

        let cluster = PostgresCluster(directory: stack.layout.postgres)
        try cluster.start()
        let restore = try LiveStack.run(["/usr/bin/pg_restore", "--clean", "--if-exists", "-d", admin, dump])
        #expect(restore.status == 0, "\(restore.output)")
        let page = Faults.contents(LiveStack.packageRoot + "/docs/operations.md")
        let statements = page.split(separator: "```sql\n").compactMap { $0.split(separator: "```").first }
        let statement = try #require(statements.first { $0.contains("gen_random_uuid") })
        try Faults.admin(stack).execute(script: String(statement))
        try cluster.stop()
        try stack.start()

        #expect(try Faults.text("select epoch::text from log_head", stack) != old)
        #expect(Faults.wait(20) { follower.ended() != nil }, "the running one learns that its log is gone")
        #expect(Faults.contents("\(stack.directory)/follower.log").contains("epoch"))
        try Faults.drop(10..<13, stack)
        try Faults.expectWhole(stack, articles: 6)
        let events = try Database.number("select count(*) from event where date is not null", stack)
        #expect(
            try Faults.wait(20) {
                try Database.number("select coalesce(sum(count), 0)::bigint from dyad_day", stack) == events
            }
        )
    }

    /// Rows 11 and 12.
    @Test func `no connection is left, and a transaction is left open: services back off, the server ends it`() throws {
        let stack = try LiveStack("crowded", arguments: ["--settle", "200"])
        // The oldest snapshot of the cluster is held by a person who has gone for lunch.
        let lunch = try Running(
            [
                "/bin/sh", "-c",
                "(echo 'begin; select txid_current();'; sleep 100) | psql -X \"\(stack.layout.database(.operator))\"",
            ],
            log: "\(stack.directory)/lunch.log"
        )
        #expect(Faults.wait(5) { Faults.contents(lunch.log).contains("row") })
        try Faults.drop(0..<3, stack)
        try Faults.expectWhole(stack, articles: 3)
        #expect(
            try Faults.text(
                "select string_agg(c, ',') from pg_db_role_setting, unnest(setconfig) c where c like 'idle_in_transaction%'",
                stack
            ).contains("idle_in_transaction_session_timeout"),
            "the server itself ends transactions that people leave open"
        )
        lunch.kill()

        var crowd: [Connection] = []
        while let one = try? Connection(stack.layout.database(.operator), application: "crowd") { crowd.append(one) }
        #expect(crowd.count > 50)
        // The reserved places of the administrator.
        let admin = try Faults.admin(stack)
        try admin.query(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'tidings-%'"
        )
        // What became free is taken by the crowd before the services are back.
        while let one = try? Connection(stack.layout.database(.operator), application: "crowd") { crowd.append(one) }
        let before = ["hub", "ingest", "watch"].map { stack.process($0) }
        let lines = Faults.count(["waiting for the database"], stack.log("hub"))
        try Faults.drop(3..<6, stack)
        Monotonic.sleep(milliseconds: 4000)
        let said = Faults.count(["waiting for the database"], stack.log("hub")) - lines
        #expect(said <= 12, "one warning at the first failure of each thread and one every twenty: \(said)")
        #expect(try stack.tool(["status"]).output.hasPrefix("NOT READY"))
        #expect(try admin.query("select 1")[0].int(0) == 1)
        crowd.removeAll()
        try Faults.expectWhole(stack, articles: 6)
        #expect(["hub", "ingest", "watch"].map { stack.process($0) } == before)
    }

    /// Rows 13 and 14: one disk for files and server, as `tidings up` has it.
    @Test(.enabled(if: Mount.isPossible, "needs root to mount a small disk"))
    func `a disk that is full: files and jobs wait, nothing acknowledged is lost, and room is all it takes`() throws {
        let directory = "/tmp/tidings-stack-full-\(getpid())"
        let disk = try Mount(megabytes: 220, at: directory)
        let stack = try LiveStack("full", arguments: ["--settle", "200"])
        try Faults.drop(0..<3, stack)
        try Faults.expectWhole(stack, articles: 3)
        // Written while there is room, moved in when there is none.
        for number in 0..<6 {
            try Data(Faults.report(10 + number).utf8).write(to: URL(filePath: "\(directory)/inbox/.full-\(number).txt"))
        }
        #expect(try LiveStack.run(["/bin/sh", "-c", "cat /dev/zero > \(directory)/ballast; true"]).status == 0)
        for number in 0..<6 {
            #expect(
                rename("\(directory)/inbox/.full-\(number).txt", "\(directory)/inbox/full-\(number).txt") == 0
            )
        }
        Monotonic.sleep(milliseconds: 4000)
        #expect(try stack.tool(["doctor"]).output.contains("MiB free"))
        for service in ["hub", "extract", "ingest", "watch"] { #expect(stack.process(service) != nil) }
        #expect((try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/failed")) == [], "none is refused")
        unlink("\(directory)/ballast")
        #expect(
            try Faults.wait(40) {
                try Database.number("select count(*) from article where title like 'Fault report 1_'", stack) == 6
            },
            "\(Faults.status(stack))"
        )
        try Faults.expectWhole(stack, articles: 9)
        #expect(Faults.wait(10) { (0..<6).allSatisfy { stack.exists("done/full-\($0).txt") } })
        withExtendedLifetime(disk) {}
    }

    /// Row 44.
    @Test func `records damaged by hand are delivered as they are, and those behind them come`() throws {
        let stack = try LiveStack("damaged", arguments: ["--settle", "200"])
        let admin = try Faults.admin(stack)
        try Faults.drop(0..<3, stack)
        try Faults.expectWhole(stack, articles: 3)
        #expect(throws: PostgresError.self, "broken JSON cannot get in") {
            try admin.execute(script: "update record set data = '{\"date\":' where id = 1")
        }
        #expect(throws: PostgresError.self) {
            try admin.execute(script: "update record set topic = 'a\"b' where id = 1")
        }
        for data in [#""x""#, "null", "[]", "{}", #"{"type":"event","date":"yesterday"}"#] {
            try Faults.flood(1, stack)
            try admin.query(
                "update record set type = 'event', data = \(data)::text::json where id = (select max(id) from record)"
            )
        }
        // A new hub has to read them from the database.
        let hub = try #require(stack.process("hub"))
        kill(hub, SIGKILL)
        #expect(Faults.wait(20) { stack.process("hub").map { $0 != hub } ?? false })
        try Faults.drop(3..<6, stack)
        try Faults.expectWhole(stack, articles: 11, seconds: 30)
    }
}
