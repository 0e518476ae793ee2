import HTTPTypes
package import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What every request passes first: the Host header, the token or session, the rate, and the form of errors.
///
/// A page of another site cannot send the token, does not get the session's cookie sent, and gets no CORS header to read an answer with.
package struct Doorkeeper: RouterMiddleware {
    package typealias Context = DoorContext

    private let keys: DoorKeys
    private let sessions: Sessions?
    private let hosts: Set<String>
    private let open: Set<String>
    private let signIn: String?
    private let limit: RequestLimit?

    /// - Parameters:
    ///   - keys: what requests must carry.
    ///   - hosts: names that the Host header may have besides `localhost` and addresses, which no stranger's name server can stand for.
    ///   - open: paths that need no token.
    ///   - signIn: the page where browsers sign in; nil where there are no pages, and then cookies count for nothing.
    ///   - limit: how many requests each token of each address may make.
    package init(
        _ keys: DoorKeys,
        hosts: [String] = [],
        open: Set<String> = ["/healthz"],
        signIn: String? = nil,
        limit: RequestLimit? = nil
    ) {
        self.keys = keys
        self.hosts = Set(hosts.map { $0.lowercased() })
        self.open = open
        self.signIn = signIn
        self.limit = limit
        sessions = signIn == nil ? nil : Sessions(keys)
    }

    /// For a server with one token, which opens everything.
    package init(token: BearerToken, hosts: [String] = []) { self.init(DoorKeys(writer: token), hosts: hosts) }

    // The protocol's module does not have NonisolatedNonsendingByDefault: what it calls async is @concurrent here.
    @concurrent package func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            guard isKnown(host: request.head.authority) else {
                throw Problem(.misdirectedRequest, "the Host header names no host of this server")
            }
            var context = context
            context.pass = try admit(request, context)
            return try await next(request, context)
        } catch let problem as Problem {
            if problem.status == .unauthorized, let page = signInPage(for: request) { return page }
            return problem.response
        } catch let error as HTTPError {
            return Problem(error.status, error.body ?? "\(request.method) \(request.uri.path)", headers: error.headers)
                .response
        } catch let error as any HTTPResponseError {
            return Problem(error.status, "\(request.method) \(request.uri.path)").response
        } catch {
            context.logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return Problem(.internalServerError, "the server's log says why").response
        }
    }

    /// What the request may do.
    ///
    /// - Throws: `Problem` when it may not do what it asks for.
    private func admit(_ request: Request, _ context: Context) throws(Problem) -> DoorContext.Pass? {
        let bearer = keys.pass(authorization: request.headers[.authorization])
        let pass = bearer ?? sessions?.pass(request.headers, host: request.head.authority)
        if let limit, request.uri.path != "/healthz" {
            let address = context.remoteAddress?.ipAddress ?? ""
            if let seconds = limit.take("\(pass?.rawValue ?? "stranger") \(address)") {
                throw Problem(
                    .tooManyRequests,
                    "too many requests; go on in \(seconds) s",
                    headers: [.retryAfter: "\(seconds)"]
                )
            }
        }
        if open.contains(request.uri.path) { return pass }
        guard let pass else {
            throw Problem(
                .unauthorized,
                "send the token as 'Authorization: Bearer …'",
                headers: [.wwwAuthenticate: "Bearer realm=\"tidings\""]
            )
        }
        guard request.method != .get, request.method != .head else { return pass }
        guard pass == .writer else {
            throw Problem(.forbidden, "this token opens reading only; \(request.method) needs the token for writing")
        }
        guard bearer != nil || Doorkeeper.isOwnPage(request) else {
            throw Problem(.forbidden, "a page of another site must not send this; send it from a page of this server")
        }
        return pass
    }

    /// Whether a browser says that a page of this server sent the request; a cookie alone does not tell who did.
    package static func isOwnPage(_ request: Request) -> Bool {
        if let site = request.headers[.secFetchSite] { return site == "same-origin" }
        guard let origin = request.headers[.origin], let host = request.head.authority else { return false }
        return origin == "http://\(host)" || origin == "https://\(host)"
    }

    /// Where a person is sent who opens a page without having signed in; programs get the error.
    private func signInPage(for request: Request) -> Response? {
        guard let signIn, request.method == .get, !request.uri.path.hasPrefix("/api/"),
            request.headers[.accept]?.contains("text/html") == true
        else { return nil }
        let next = request.uri.string.addingPercentEncoding
        return Response(status: .seeOther, headers: [.location: "\(signIn)?next=\(next)", .cacheControl: "no-store"])
    }

    /// Whether a Host header is one of ours: an address, `localhost`, or a name that was given.
    private func isKnown(host: String?) -> Bool {
        guard var name = host?.lowercased()[...] else { return false }
        if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") { name = name[..<colon] }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        return name == "localhost" || IPAddress(String(name)) != nil || hosts.contains(String(name))
    }
}

extension String {
    /// As a value in a query (RFC 3986, 2.3).
    fileprivate var addingPercentEncoding: String {
        var text = ""
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}

extension HTTPField.Name {
    /// Of Fetch Metadata: how the page that sends a request is related to this server.
    fileprivate static var secFetchSite: HTTPField.Name {
        guard let name = HTTPField.Name("sec-fetch-site") else { preconditionFailure("a token is a field name") }
        return name
    }
}
