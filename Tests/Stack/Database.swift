import Postgres
import Supervision
import TestSupport

/// Looks into a stack's database as a person would.
enum Database {
    static func number(_ sql: SQL, _ stack: LiveStack) throws -> Int {
        let rows = try Connection(stack.layout.database(.operator), application: "tests").query(sql)
        return try rows[0].int(0)
    }
}
