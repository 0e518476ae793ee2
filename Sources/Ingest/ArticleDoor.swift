import Articles
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Records
import ServiceSupport

/// The way into the inbox over HTTP: `POST /articles` with the bytes of any format that the reader knows.
///
/// What is answered with 202 lies in the inbox, durably, and can be read; from there it goes the way of every file. The same
/// bytes again are the same articles, so a client that is not sure may send again.
struct ArticleDoor: Sendable {
    /// Requests whose bodies are in memory at one time.
    private static let bodies = 4
    /// Milliseconds for a whole body.
    static let patience = 60_000

    let inbox: FileTree
    let reader: ArticleReader
    private let inFlight = Locked<Int>(0)

    init(_ inbox: FileTree, _ reader: ArticleReader = ArticleReader()) {
        self.inbox = inbox
        self.reader = reader
    }

    /// What 202 says.
    struct Accepted: Codable {
        /// The path in the inbox, and later in `done/` or `failed/`.
        var name: String
        var articles: [Item]
        /// Parts that are no articles and will not be stored.
        var failures: [ReasonFile.Part]

        struct Item: Codable {
            /// The article's identifier, which its bytes decide.
            var id: String
            var title: String?
        }
    }

    func router(_ doorkeeper: Doorkeeper) -> Router<DoorContext> {
        let router = Router(context: DoorContext.self)
        router.add(middleware: doorkeeper)
        router.get("/healthz") { _, _ in "ok\n" }
        router.post("/articles") { request, _ in try await accept(request) }
        return router
    }

    @concurrent private func accept(_ request: Request) async throws -> Response {
        let source = try value("source", of: request, isFolder: true)
        let name = try value("name", of: request, isFolder: false)
        guard enter() else {
            throw Problem(
                .tooManyRequests,
                "\(ArticleDoor.bodies) articles are being taken; send it again in a second",
                headers: [.retryAfter: "1"],
                code: "busy"
            )
        }
        defer { inFlight.withLock { $0 -= 1 } }
        let bytes = try await body(of: request)
        // Reading takes seconds for the largest bodies, and the disk may be slow: not on the cooperative pool.
        let accepted = try await NIOThreadPool.singleton.runIfActive { try take(bytes, source, name) }
        let encoded = try JSON.encode(accepted) + [UInt8(ascii: "\n")]
        return Response(
            status: .accepted,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: encoded))
        )
    }

    private func enter() -> Bool {
        inFlight.withLock { count in
            guard count < ArticleDoor.bodies else { return false }
            count += 1
            return true
        }
    }

    /// A query parameter that becomes part of a path.
    private func value(_ key: Substring, of request: Request, isFolder: Bool) throws -> String? {
        guard let value = request.uri.queryParameters[key].map(String.init) else { return nil }
        guard TreePath.isFolderName(value) else {
            throw Problem(
                .badRequest,
                isFolder
                    ? "source is the name of one folder of the inbox: at most 100 bytes without '/', not hidden or temporary"
                    : "name is the name of one file: at most 100 bytes without '/', not hidden or temporary",
                code: "bad-\(key)"
            )
        }
        return value
    }

    private func body(of request: Request) async throws -> [UInt8] {
        let limit = reader.limits.file
        let tooLarge = Problem(
            .contentTooLarge,
            "the limit is \(limit) bytes; split it into smaller ones",
            code: ArticleError.Code.tooLarge.rawValue
        )
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw tooLarge }
        let body = request.body
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                do { return Array(try await body.collect(upTo: limit).readableBytesView) } catch {
                    if error is NIOTooManyBytesError { throw tooLarge }
                    if error is CancellationError { throw error }
                    throw Problem(.badRequest, "the body ended before its time: \(error)", code: "cut-off")
                }
            }
            group.addTask {
                try await Task.sleep(for: .milliseconds(ArticleDoor.patience))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let bytes = first else {
                throw Problem(
                    .requestTimeout,
                    "no whole body within \(ArticleDoor.patience / 1000) s; send it faster or split it",
                    code: "slow"
                )
            }
            return bytes
        }
    }

    /// Reads the bytes as ingest will, and puts them into the inbox when there is an article in them.
    private func take(_ bytes: [UInt8], _ source: String?, _ name: String?) throws -> Accepted {
        var accepted = Accepted(name: "", articles: [], failures: [])
        var format = Article.Format.text
        do {
            for item in try reader.read(bytes, name: name ?? "the body") {
                switch item {
                case .article(let article):
                    if accepted.articles.isEmpty { format = article.format }
                    accepted.articles.append(.init(id: article.id, title: article.title))
                case .failure(let error):
                    accepted.failures.append(
                        .init(code: error.code.rawValue, message: error.message, line: error.line)
                    )
                }
            }
        } catch {
            throw Problem(
                error.code == .tooLarge ? .contentTooLarge : .unprocessableContent,
                error.message,
                code: error.code.rawValue,
                offset: error.offset,
                line: error.line
            )
        }
        let ending = format == .text ? "txt" : format.rawValue
        let file = name ?? "\(accepted.articles.first?.id ?? "article").\(ending)"
        do {
            accepted.name = try inbox.drop(bytes, as: TreePath((source.map { "\($0)/" } ?? "") + file)).display
        } catch {
            throw Problem(
                .init(code: 507, reasonPhrase: "Insufficient Storage"),
                "\(error); make room or mend it, then send it again",
                code: "not-kept"
            )
        }
        return accepted
    }
}
