import Postgres
import ServiceSupport
import TestSupport
import Testing

@Suite("PostgreSQL", .timeLimit(.minutes(2))) struct PostgresTests {
    private func connect() throws -> Connection {
        try Connection(try PrivatePostgres.shared.get().freshDatabase(), application: "tests")
    }

    @Test func `values travel as parameters, never as text`() throws {
        let connection = try connect()
        let hostile = "'; drop table x; --"
        let rows = try connection.query(
            "select \(hostile), \(42), \([UInt8]([0, 255])), \(true), \(String?.none)::text, \(-7)::int"
        )
        #expect(try rows[0].string(0) == hostile)
        #expect(try rows[0].int(1) == 42)
        #expect(try rows[0].bytes(2) == [0, 255])
        #expect(try rows[0].bool(3))
        #expect(try rows[0].optionalString(4) == nil)
        #expect(try rows[0].int(5) == -7)
    }

    @Test func `arrays keep order, nulls and emptiness`() throws {
        let connection = try connect()
        let rows = try connection.query(
            "select * from unnest(\([1, 2, 3]), \(["a", nil, "ü"] as [String?]), \([[1], [], [2, 0]] as [[UInt8]]))"
        )
        #expect(try rows.map { try $0.int(0) } == [1, 2, 3])
        #expect(try rows.map { try $0.optionalString(1) } == ["a", nil, "ü"])
        #expect(try rows.map { try $0.bytes(2) } == [[1], [], [2, 0]])
        #expect(try connection.query("select * from unnest(\([Int]()))").count == 0)
    }

    @Test(arguments: [Int.min, -1, 0, 1, 255, 65536, Int.max]) func `an integer comes back whole`(value: Int) throws {
        #expect(try connect().query("select \(value)")[0].int(0) == value)
    }

    @Test func `an error tells its SQLSTATE and leaves the connection usable`() throws {
        let connection = try connect()
        let error = #expect(throws: PostgresError.self) { try connection.query("select 1/\(0)") }
        #expect(error?.sqlState == "22012")
        #expect(error?.isDataError == true)
        #expect(error?.isConnectionLost == false)
        #expect(try connection.query("select 1").count == 1)
    }

    @Test func `a column of another type is an error, not a guess`() throws {
        let rows = try connect().query("select 'a'::text, null::bigint")
        #expect(throws: PostgresError.self) { try rows[0].int(0) }
        #expect(throws: PostgresError.self) { try rows[0].int(1) }
    }

    @Test func `a transaction that throws leaves nothing`() throws {
        let connection = try connect()
        try connection.execute(script: "create table t (n bigint primary key)")
        #expect(throws: PostgresError.self) {
            try connection.transaction { (connection) throws(PostgresError) in
                try connection.query("insert into t values (1)")
                try connection.query("insert into t values (1)")
            }
        }
        #expect(try connection.query("select * from t").count == 0)
    }

    @Test func `a server that is not there is named`() {
        let error = #expect(throws: PostgresError.self) {
            try Connection("host=/nonexistent dbname=x", application: "tests")
        }
        #expect(error?.isConnectionLost == true)
        #expect(error?.message.contains("/nonexistent") == true)
    }

    @Test func `a connection that the server ends is told as lost`() throws {
        let database = try PrivatePostgres.shared.get().freshDatabase()
        let victim = try Connection(database, application: "victim")
        let other = try Connection(database, application: "tests")
        try other.query(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim' and datname = current_database()"
        )
        let error = #expect(throws: PostgresError.self) { try victim.query("select 1") }
        #expect(error?.isConnectionLost == true)
    }

    @Test func `migrations run once, in order, and refuse changed or newer histories`() throws {
        let connection = try connect()
        let first = Migration(version: 1, name: "one", script: "create table a (n bigint)")
        let second = Migration(version: 2, name: "two", script: "insert into a values (1)")
        #expect(try Migrator.apply([second, first], on: connection) == [1, 2])
        #expect(try Migrator.apply([first, second], on: connection) == [])
        let changed = Migration(version: 2, name: "two", script: "insert into a values (2)")
        #expect(throws: PostgresError.self) { try Migrator.apply([first, changed], on: connection) }
        #expect(throws: PostgresError.self) { try Migrator.apply([first], on: connection) }
        let gap = Migration(version: 4, name: "four", script: "")
        #expect(throws: PostgresError.self) { try Migrator.apply([first, second, gap], on: connection) }
        #expect(try connection.query("select n from a").count == 1)
    }

    @Test func `a migration that fails leaves nothing of itself`() throws {
        let connection = try connect()
        let bad = Migration(version: 1, name: "bad", script: "create table half (n bigint); select 1/0;")
        let error = #expect(throws: PostgresError.self) { try Migrator.apply([bad], on: connection) }
        #expect(error?.message.contains("1_bad") == true)
        #expect(try connection.query("select to_regclass('half') is null")[0].bool(0))
    }
}
