import Access
import ArgumentParser
import FoundationEssentials
import Supervision

struct ClientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client",
        abstract: "Says who may connect to the hub.",
        subcommands: [ClientAdd.self, ClientList.self, ClientRotate.self, ClientRemove.self]
    )
}

/// Where the installation's keys are.
private struct KeysOptions: ParsableArguments {
    @Option(help: "The data directory of 'tidings up'.") var data = "var"
    @Option(help: "The directory of the secrets; by default $TIDINGS_KEYS, else that of --data.") var keys: String?
    @Option(help: "The hub's feed as the client reaches it, for the printed configuration.") var feed: String?
    @Option(help: "The hub's tap as the client reaches it, for the printed configuration.") var tap: String?

    var directory: Keys {
        (keys ?? ProcessInfo.processInfo.environment["TIDINGS_KEYS"]).map(Keys.init) ?? DataLayout(data).keys
    }

    var endpoints: StackState.Endpoints {
        var endpoints = StackState(of: DataLayout(data))?.endpoints ?? .init(portBase: 7400)
        if let feed { endpoints.feed = feed }
        if let tap { endpoints.tap = tap }
        return endpoints
    }
}

/// Prints a configuration on standard output, so that it can be saved, and what to do with it beside it.
private func hand(out configuration: String, to name: String, isNew: Bool) {
    output(configuration)
    note(
        """
        # \(isNew ? "This is the only copy of the key" : "The old key works until 'tidings client rotate \(name) --finish'"). Save it:
        #   tidings client \(isNew ? "add" : "rotate") \(name) … > \(name).key && chmod 600 \(name).key
        # then read the stream with
        #   tidings subscribe --key \(name).key
        # or in Python, beside clients/python/tidings.py:
        #   from tidings import Feed
        #   for event in Feed(config="\(name).key"):
        #       print(event.sequence, event.data["event"])
        """
    )
}

struct ClientAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Lets a new client in, and prints its configuration.",
        discussion: """
            A running hub knows the client within a second. The secret key is printed once and kept nowhere; who can read its file is let in, so a file
            that others can read is refused. Roles: feed and tap read the
            stream, worker codes articles, ingest rings the doorbell, admin also sees the hub's state with all names.

            Examples:
              tidings client add desk > desk.key && chmod 600 desk.key
              (umask 077; tidings client add extract-2 --role worker --feed tcp://news.example.org:7401 > extract-2.key)
            """
    )

    @Argument(help: "A name of lower-case letters, digits, '-', '_' and '.'.") var name: String
    @Option(
        help:
            "What it may do: \(ClientRole.allCases.map(\.rawValue).joined(separator: ", ")); may be given several times."
    )
    var role: [ClientRole] = [.feed, .tap]
    @OptionGroup private var options: KeysOptions

    func validate() throws {
        guard Client.isName(name) else {
            throw ValidationError("'\(name)' is not a name of up to 64 lower-case letters, digits, '-', '_' and '.'")
        }
    }

    func run() throws {
        let client = Client(name: name, roles: Set(role))
        hand(out: try options.directory.add(client, endpoints: options.endpoints), to: name, isNew: true)
    }
}

struct ClientList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows who may connect, with roles and public keys.",
        discussion: "Example: tidings client list"
    )

    @OptionGroup private var options: KeysOptions

    func run() throws {
        let authorised = AuthorisedKeys(options.directory.clients)
        let clients = authorised.clients.sorted { ($0.value.name, $0.key) < ($1.value.name, $1.key) }
        for (key, client) in clients {
            let roles = client.roles.map(\.rawValue).sorted().joined(separator: ",")
            let name = client.name + String(repeating: " ", count: max(1, 20 - client.name.count))
            output("\(name)\(roles)\(String(repeating: " ", count: max(1, 12 - roles.count)))\(key)\n")
        }
        for complaint in authorised.complaints { note("lets nobody in: \(complaint)") }
        if !authorised.complaints.isEmpty { throw ExitCode(1) }
    }
}

struct ClientRotate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Gives a client a new key beside its old one, and prints its configuration.",
        discussion: """
            Examples:
              tidings client rotate desk > desk.key       an old file keeps its mode
              tidings client rotate desk --finish         the old key is refused from now on
            """
    )

    @Argument(help: "The client.") var name: String
    @Flag(help: "End the old key.") var finish = false
    @OptionGroup private var options: KeysOptions

    func run() throws {
        guard !finish else {
            try options.directory.finishRotation(of: name)
            return note("\(name)'s old key is refused from now on")
        }
        hand(out: try options.directory.rotate(name, endpoints: options.endpoints), to: name, isNew: false)
    }
}

struct ClientRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Takes a client's key away; a running hub cuts it off within two seconds.",
        discussion: "Example: tidings client remove desk"
    )

    @Argument(help: "The client.") var name: String
    @OptionGroup private var options: KeysOptions

    func run() throws {
        try options.directory.remove(name)
        note("\(name) is refused from now on")
    }
}

extension ClientRole: ExpressibleByArgument {}
