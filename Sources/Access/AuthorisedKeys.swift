import FoundationEssentials
import Glibc
import Messaging

/// The keys that may connect: a directory with a file a client, `NAME.pub`, as SSH keeps authorised keys.
///
/// A file holds `public_key`, during a change of keys also `old_public_key`, and `roles`. A file that cannot be read lets nobody in.
package struct AuthorisedKeys: Sendable, Equatable {
    package let directory: String
    /// Clients by their keys.
    package private(set) var clients: [String: Client] = [:]
    /// What is wrong with files that were left out.
    package private(set) var complaints: [String] = []

    /// Whether it could not be read for want of descriptors or memory, so that what was left out may be there.
    package private(set) var isIncomplete = false

    /// - Complexity: O(files); each is at most 16 KiB.
    package init(_ directory: String) {
        self.directory = directory
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            let failure = KeyFile.Failure("cannot list \(directory): \(String(cString: strerror(errno)))", code: errno)
            complaints = [failure.description]
            isIncomplete = failure.isExhaustion
            return
        }
        for name in names.sorted() where name.hasSuffix(".pub") && !name.hasPrefix(".") {
            do {
                try add(String(name.dropLast(4)), try KeyFile("\(directory)/\(name)"))
            } catch {
                complaints.append("\(error)")
                if error.isExhaustion { isIncomplete = true }
            }
        }
    }

    private mutating func add(_ name: String, _ file: KeyFile) throws(KeyFile.Failure) {
        guard Client.isName(name) else { throw KeyFile.Failure("\(file.path): '\(name)' is not a client's name") }
        let words = (file["roles"] ?? "").split(separator: " ")
        let roles = words.compactMap { ClientRole(rawValue: String($0)) }
        guard !words.isEmpty, roles.count == words.count else {
            let known = ClientRole.allCases.map(\.rawValue).joined(separator: ", ")
            throw KeyFile.Failure("\(file.path): roles are one or more of \(known)")
        }
        let client = Client(name: name, roles: Set(roles))
        clients[try file.key("public_key")] = client
        if file["old_public_key"] != nil { clients[try file.key("old_public_key")] = client }
    }

    /// The text of a client's file.
    package static func file(_ client: Client, publicKey: String, oldPublicKey: String?) -> String {
        let roles = ClientRole.allCases.filter(client.roles.contains).map(\.rawValue).joined(separator: " ")
        return "public_key = \"\(publicKey)\"\n" + (oldPublicKey.map { "old_public_key = \"\($0)\"\n" } ?? "")
            + "roles = \"\(roles)\"\n"
    }
}
