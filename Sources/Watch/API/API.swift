import Crypto
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Postgres
import Records
import Storage

/// What the routes of the API work with.
struct API: Sendable {
    static let base = "/api/v1"

    /// Connections that may only read.
    let reads: DatabasePool
    let writes: DatabasePool
    let streams: StreamServer
    /// Names of countries and groups by code.
    let countries: [String: String]
    let logger: Logger

    /// Runs a body on a thread that may block.
    ///
    /// - Throws: the body's `Problem`, or the one that says why there is no answer.
    func run<Value: Sendable>(
        on pool: DatabasePool,
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = try await pool.run { (connection) throws(PostgresError) in
                do { return .success(try body(connection)) } catch let error as PostgresError { throw error } catch {
                    return .failure(error)
                }
            }
        } catch { throw API.problem(error, logger) }
        return try result.get()
    }

    /// What a client is told of a failure; what only the operator should see goes into the log.
    static func problem(_ failure: DatabasePool.Failure, _ logger: Logger) -> Problem {
        switch failure {
        case .busy: return Problem(.serviceUnavailable, "\(failure); try again", headers: [.retryAfter: "1"])
        case .away: return Problem(.serviceUnavailable, "the database is away; try again", headers: [.retryAfter: "5"])
        case .slow:
            return Problem(.serviceUnavailable, "\(failure); ask for less, or try again", headers: [.retryAfter: "5"])
        case .refused(let error):
            logger.error("the database refused a request of the API", metadata: ["error": "\(error)"])
            return Problem(.internalServerError, "the server's log says why")
        }
    }

    /// Lets the routes be asked.
    func add(_ routes: [APIRoute], to router: Router<DoorContext>) {
        for route in routes {
            let path = RouterPath(API.base + route.path)
            router.on(path, method: route.method) { request, context in
                let question = try APIQuestion(request, route) { context.parameters.get($0) }
                switch try await route.handle(question, self) {
                case .json(let bytes, let status): return API.response(bytes, status, to: request)
                case .other(let response): return response
                }
            }
        }
    }

    /// An answer that a client may keep and ask about again: 304 when it has not changed.
    static func response(_ bytes: [UInt8], _ status: HTTPResponse.Status, to request: Request) -> Response {
        var headers: HTTPFields = [.cacheControl: "private, no-cache", .xContentTypeOptions: "nosniff"]
        if request.method == .get || request.method == .head {
            let digest = SHA256.hash(data: bytes).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            let tag = "\"\(digest.joined())\""
            headers[.eTag] = tag
            if let known = request.headers[.ifNoneMatch], API.matches(known, tag) {
                return Response(status: .notModified, headers: headers)
            }
        }
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Whether If-None-Match names a tag (RFC 9110, 13.1.2: weak comparison).
    private static func matches(_ known: String, _ tag: String) -> Bool {
        known.split(separator: ",").contains { part in
            let part = part.trimmingPrefix(while: \.isWhitespace).prefix { !$0.isWhitespace }
            return part == "*" || (part.hasPrefix("W/") ? part.dropFirst(2) : part) == tag
        }
    }
}
