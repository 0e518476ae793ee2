import FoundationEssentials
import HTTPTypes

/// Browsers that have signed in with a token: a cookie that says so, signed with the token itself.
///
/// Nothing is stored: a session outlives a restart, and ends when its time is over or its token is changed. The cookie is HttpOnly, so
/// that no script reads it, and SameSite=Strict, so that no other site's page sends it. Its name has the port, because
/// browsers share cookies between the ports of a host.
package struct Sessions: Sendable {
    /// Seconds that a session lasts.
    private static let life = 7 * 86_400

    private let keys: DoorKeys

    package init(_ keys: DoorKeys) { self.keys = keys }

    /// The value of Set-Cookie that signs in whoever knows a token; nil for a wrong one.
    package func cookie(forToken secret: String, host: String?, now: Int = Sessions.now()) -> String? {
        guard let (pass, key) = keys.all.first(where: { $0.key.accepts(secret: secret) }) else { return nil }
        let text = "\(pass.rawValue).\(now + Sessions.life)"
        return
            "\(Sessions.name(host))=\(text).\(key.signature(of: text)); Path=/; Max-Age=\(Sessions.life); \(Sessions.attributes)"
    }

    /// The value of Set-Cookie that signs out.
    package static func farewell(host: String?) -> String { "\(name(host))=; Path=/; Max-Age=0; \(attributes)" }

    /// What the session of a request opens.
    func pass(_ headers: HTTPFields, host: String?, now: Int = Sessions.now()) -> DoorContext.Pass? {
        let prefix = Sessions.name(host) + "="
        for cookie in headers[values: .cookie].flatMap({ $0.split(separator: ";") }) {
            let cookie = cookie.drop { $0 == " " }
            guard cookie.hasPrefix(prefix) else { continue }
            let parts = cookie.dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3, let end = Int(parts[1]), end > now,
                let found = keys.all.first(where: { $0.pass.rawValue == parts[0] }),
                found.key.isSignature(String(parts[2]), of: "\(parts[0]).\(parts[1])")
            else { continue }
            return found.pass
        }
        return nil
    }

    private static let attributes = "HttpOnly; SameSite=Strict"

    private static func name(_ host: String?) -> String {
        let port = host.flatMap { host in
            host.lastIndex(of: ":").flatMap { Int(host[host.index(after: $0)...]) }
        }
        return "tidings_\(port ?? 80)"
    }

    /// Seconds since 1970.
    package static func now() -> Int { Int(Date().timeIntervalSince1970) }
}

/// The tokens of a server.
package struct DoorKeys: Sendable {
    let all: [(pass: DoorContext.Pass, key: BearerToken)]

    /// - Parameters:
    ///   - writer: opens everything; nil when nobody may write.
    ///   - reader: opens what only reads.
    package init(writer: BearerToken?, reader: BearerToken? = nil) {
        all = (writer.map { [(.writer, $0)] } ?? []) + (reader.map { [(.reader, $0)] } ?? [])
    }

    func pass(authorization: String?) -> DoorContext.Pass? {
        all.first { $0.key.accepts(authorization: authorization) }?.pass
    }
}
