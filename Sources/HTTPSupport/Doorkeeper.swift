import HTTPTypes
package import Hummingbird
import HummingbirdCore
import Logging

/// What every request passes first: the Host header, the token, and the form of errors.
///
/// A page in a browser cannot send the token, and gets no CORS header to read an answer with.
package struct Doorkeeper: RouterMiddleware {
    package typealias Context = BasicRequestContext

    private let token: BearerToken
    private let hosts: Set<String>
    private let open: Set<String>

    /// - Parameters:
    ///   - token: what requests must carry.
    ///   - hosts: names that the Host header may have besides `localhost` and addresses, which no stranger's name server can stand for.
    ///   - open: paths that need no token.
    package init(token: BearerToken, hosts: [String] = [], open: Set<String> = ["/healthz"]) {
        self.token = token
        self.hosts = Set(hosts.map { $0.lowercased() })
        self.open = open
    }

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
            guard open.contains(request.uri.path) || token.accepts(authorization: request.headers[.authorization])
            else {
                throw Problem(
                    .unauthorized,
                    "send the token as 'Authorization: Bearer …'",
                    headers: [.wwwAuthenticate: "Bearer realm=\"tidings\""]
                )
            }
            return try await next(request, context)
        } catch let problem as Problem {
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

    /// Whether a Host header is one of ours: an address, `localhost`, or a name that was given.
    private func isKnown(host: String?) -> Bool {
        guard var name = host?.lowercased()[...] else { return false }
        if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") { name = name[..<colon] }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        return name == "localhost" || IPAddress(String(name)) != nil || hosts.contains(String(name))
    }
}
