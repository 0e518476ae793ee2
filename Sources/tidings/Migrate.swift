import ArgumentParser
import Postgres
import ServiceSupport
import Supervision

struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings a database to this version's schema and gives our roles their passwords.",
        discussion: """
            Needs a role that may create roles and tables. Migrations are numbered, applied once, and checked by checksum.

            Examples:
              tidings migrate --database 'postgresql://postgres@db/tidings' --keys /run/keys
              PGHOST=db PGUSER=postgres PGDATABASE=tidings tidings migrate --keys /run/keys
            """
    )

    @Option(help: "PostgreSQL: a libpq connection string or URL; the PG* variables when not given.") var database = ""
    @Option(
        help:
            "The directory of the password files that 'tidings keys init' made; roles keep their passwords without it."
    )
    var keys: String?

    func run() throws {
        let connection = try Connection(database, application: "tidings migrate")
        let applied = try Migrator.apply(Schema.migrations(in: Installation.migrations()), on: connection)
        output(
            applied.isEmpty
                ? "the schema is up to date\n"
                : "applied migrations \(applied.map(String.init).joined(separator: ", "))\n"
        )
        if let keys {
            try Schema.setPasswords(Keys(directory: keys), on: connection)
            output("passwords are set\n")
        }
    }
}
