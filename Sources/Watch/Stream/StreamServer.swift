import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import ServiceSupport
import Synchronization
import TidingsClient
import Wire

/// The stream over HTTP: `GET /api/v1/stream` as server-sent events.
final class StreamServer: Sendable {
    private let feed: FeedSource
    private let heartbeat: Int
    private let streams: Int
    private let stop = StopSwitch()
    private let seats: Seats

    /// - Parameters:
    ///   - streams: readers at one time.
    ///   - heartbeat: milliseconds of silence after which a comment is sent.
    init(_ feed: FeedSource, streams: Int, heartbeat: Int) {
        self.feed = feed
        self.streams = streams
        self.heartbeat = heartbeat
        seats = Seats(streams)
    }

    func shutdown() { stop.stop() }

    @concurrent func respond(to request: Request) async throws -> Response {
        let (filter, start) = try StreamServer.question(request)
        guard seats.take() else {
            throw Problem(
                .serviceUnavailable,
                "all \(streams) places are taken; try again later",
                headers: [.retryAfter: "5"]
            )
        }
        let session = StreamSession(
            feed,
            filter: filter,
            from: start,
            heartbeat: heartbeat,
            stop: stop,
            onEnd: { [seats] in seats.giveBack() }
        )
        return try await StreamServer.response(session, request)
    }

    private static func response(_ session: StreamSession, _ request: Request) async throws -> Response {
        switch await session.parts.take() {
        case .open: break
        case .refused(let problem): throw problem
        case .bytes, nil: throw Problem(.serviceUnavailable, "the service ends", headers: [.retryAfter: "5"])
        }
        let visit = Visit(session)
        let body = ResponseBody { writer in
            defer { withExtendedLifetime(visit) {} }
            do {
                try await request.body.consumeWithInboundCloseHandler { _ in
                    while case .bytes(let bytes)? = await session.parts.take() {
                        try await writer.write(ByteBuffer(bytes: bytes))
                    }
                } onInboundClosed: {
                    session.parts.end()
                }
                try await writer.finish(nil)
            } catch {
                session.parts.end()
                throw error
            }
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .xContentTypeOptions: "nosniff"],
            body: body
        )
    }

    /// What a request asks for: `where` and the place to begin after.
    private static func question(_ request: Request) throws(Problem) -> (String, FeedSubscription.Start) {
        let known: Set<Substring> = ["where", "after"]
        let query = request.uri.queryParameters
        for (name, _) in query where !known.contains(name) {
            throw Problem(.badRequest, "'\(name.prefix(50))' is not a parameter; there are 'where' and 'after'")
        }
        let filter = query["where"].map(String.init) ?? ""
        do { _ = try Filter(filter) } catch { throw Problem(.badRequest, "where: \(error)") }
        // What a reader saw last counts more than where its address said to begin.
        guard let place = request.headers[.lastEventID] ?? query["after"].map(String.init) else {
            return (filter, .now)
        }
        guard let start = StreamServer.start(after: place) else {
            throw Problem(
                .badRequest,
                "'\(place.prefix(60))' is no place in the log: a sequence number, or epoch:number"
            )
        }
        return (filter, start)
    }

    /// Reads `4711` or `6f1c…:4711`.
    static func start(after place: String) -> FeedSubscription.Start? {
        let parts = place.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let seq = parts.last.flatMap({ Int($0) }), seq >= 0 else { return nil }
        guard parts.count == 2 else { return .after(seq: seq, epoch: nil) }
        let epoch = parts[0]
        guard epoch.utf8.count == 36, epoch.allSatisfy({ $0 == "-" || $0.isHexDigit }) else { return nil }
        return .after(seq: seq, epoch: String(epoch))
    }

    /// Ends the session when the body is let go of, also when it was never asked for because the reader had left.
    private final class Visit: Sendable {
        private let session: StreamSession

        init(_ session: StreamSession) { self.session = session }

        deinit { session.parts.end() }
    }

    /// Places for readers, counted.
    private final class Seats: Sendable {
        private let taken = Atomic<Int>(0)
        private let limit: Int

        init(_ limit: Int) { self.limit = limit }

        func take() -> Bool {
            if taken.add(1, ordering: .relaxed).newValue <= limit { return true }
            giveBack()
            return false
        }

        func giveBack() { taken.subtract(1, ordering: .relaxed) }
    }
}

extension HTTPField.Name {
    /// Of server-sent events: the id of the last event that the reader has seen.
    fileprivate static var lastEventID: HTTPField.Name {
        guard let name = HTTPField.Name("last-event-id") else { preconditionFailure("a token is a field name") }
        return name
    }
}
