import ArgumentParser
import Supervision

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes the secrets of an installation, and changes the hub's key.",
        subcommands: [KeysInit.self, KeysRotate.self]
    )
}

struct KeysInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract:
            "Makes a password a database role and a key a service, each readable by its owner only; keeps those there.",
        discussion: "Example: tidings keys init --keys /run/keys"
    )

    @Option(help: "The directory of the secrets.") var keys = "var/keys"

    func run() throws {
        let keys = Keys(directory: keys)
        try keys.create()
        for role in Keys.Role.allCases { output("\(keys.passfile(role))\n") }
        for party in Keys.Party.allCases { output("\(keys.keyFile(party))\n") }
        output("\(keys.clients)\n")
    }
}

struct KeysRotate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Changes the hub's key in two steps, so that no client is cut off.",
        discussion: """
            The first step makes the new key and prints its public half. Our own services know it at once; add the printed line to the
            configuration of every other client. Clients try both keys from then on. --finish puts the new key into use, and a running
            hub takes it up within a second; a client that was not told is refused from then on.

            Examples:
              tidings keys rotate
              tidings keys rotate --finish
            """
    )

    @Option(help: "The directory of the secrets.") var keys = "var/keys"
    @Flag(help: "Put the new key into use and forget the old one.") var finish = false

    func run() throws {
        let keys = Keys(directory: keys)
        if finish {
            try keys.finishHubRotation()
            output("the hub's new key is in use; in clients' files it is now server_key\n")
        } else {
            output("next_server_key = \"\(try keys.beginHubRotation())\"\n")
            note("add this line to every client's configuration, then: tidings keys rotate --finish")
        }
    }
}
