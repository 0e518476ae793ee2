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

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes the secrets of an installation.",
        subcommands: [KeysInit.self]
    )
}

struct KeysInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes a password file a database role, each readable by its owner only; keeps those there.",
        discussion: "Example: tidings keys init --keys /run/keys"
    )

    @Option(help: "The directory of the password files.") var keys = "var/keys"

    func run() throws {
        try Keys(directory: keys).create()
        for role in Keys.Role.allCases { output("\(Keys(directory: keys).passfile(role))\n") }
    }
}
