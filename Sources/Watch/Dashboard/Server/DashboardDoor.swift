import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Postgres
import Records
import Storage
import Wire

/// The pages over HTTP: routes, sign-in, forms, and the headers that keep a browser from doing anything else.
struct DashboardDoor: Sendable {
    /// Where browsers sign in; ``Doorkeeper`` sends them there.
    static let signIn = "/login"
    /// What is open to everybody: the page to sign in on, and the files it needs.
    static let open: Set<String> = Set(Assets.files.keys.map { "/assets/\($0)" } + [signIn, "/logout"])
    /// The most bytes of a form.
    private static let longest = 16 << 10

    let dashboard: Dashboard
    let sessions: Sessions
    let api: API
    private let recent = RecentPages()

    init(dashboard: Dashboard, sessions: Sessions, api: API) {
        self.dashboard = dashboard
        self.sessions = sessions
        self.api = api
    }

    /// Lets the pages be asked.
    func add(to router: Router<DoorContext>) {
        for (path, show) in Dashboard.pages {
            let names = path.split(separator: "/").filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
            router.get(RouterPath(path)) { request, context in
                let parts = names.compactMap { context.parameters.get($0) }
                var visit = Visit(
                    request.uri.path,
                    parts: parts,
                    query: try DashboardDoor.pairs(request.uri.query ?? "")
                )
                visit.mayWrite = context.pass == .writer
                guard !Dashboard.unkept.contains(path) else { return await answer(visit, request, show) }
                let address = visit.address([:]) + (visit.mayWrite ? " writer" : "")
                return await answer(visit, request) { [visit] dashboard, _, connection in
                    let position = Dashboard.summing.contains(path) ? nil : try WatchStore.position(on: connection)
                    return try recent.page(address, of: position) { try show(dashboard, visit, connection) }
                }
            }
        }
        for (name, file) in Assets.files {
            router.get(RouterPath("/assets/\(name)")) { request, _ in DashboardDoor.file(file, request) }
        }
        router.get(RouterPath(DashboardDoor.signIn)) { request, _ in
            let query = try DashboardDoor.pairs(request.uri.query ?? "")
            // The link that 'tidings up' prints; the answer leaves the token out of the address at once.
            if let cookie = sessions.cookie(forToken: query["token"] ?? "", host: request.head.authority) {
                return DashboardDoor.redirect(to: DashboardDoor.local(query["next"] ?? "/"), cookie: cookie)
            }
            return DashboardDoor.html(signInPage(next: query["next"] ?? "/", error: nil))
        }
        router.post(RouterPath(DashboardDoor.signIn)) { request, _ in try await signIn(request) }
        router.post("/events/:id/feedback") { request, context in
            try await feedback(request, event: context.parameters.get("id") ?? "")
        }
        router.post("/logout") { request, _ in
            try DashboardDoor.requireOwnPage(request)
            return DashboardDoor.redirect(
                to: DashboardDoor.signIn,
                cookie: Sessions.farewell(host: request.head.authority)
            )
        }
    }

    // MARK: Pages

    private func answer(_ visit: Visit, _ request: Request, _ show: @escaping Dashboard.Show) async -> Response {
        do {
            let dashboard = dashboard
            switch try await api.run(on: api.reads, { try show(dashboard, visit, $0) }) {
            case .html(let html): return DashboardDoor.html(html)
            case .moved(let address): return DashboardDoor.redirect(to: address)
            }
        } catch let missing as NotThere {
            return DashboardDoor.html(
                dashboard.message("Not there", missing.reason, link: ("/", "Live events")),
                .notFound
            )
        } catch let problem as Problem {
            return DashboardDoor.html(dashboard.message("No answer", problem.detail), problem.status)
        } catch {
            api.logger.error("a page failed", metadata: ["path": "\(visit.path)", "error": "\(error)"])
            return DashboardDoor.html(
                dashboard.message(
                    "No answer",
                    "Something that this page needs cannot be read; the server's log says why."
                ),
                .internalServerError
            )
        }
    }

    // MARK: Signing in

    private func signInPage(next: String, error: String?) -> String {
        struct View {
            var next: String
            var error: String?
        }
        return dashboard.templates.page(
            "login",
            title: "Sign in",
            isSignedIn: false,
            View(next: DashboardDoor.local(next), error: error)
        )
    }

    private func signIn(_ request: Request) async throws -> Response {
        try DashboardDoor.requireOwnPage(request)
        let form = try await DashboardDoor.form(request)
        let next = DashboardDoor.local(form["next"] ?? "/")
        guard let cookie = sessions.cookie(forToken: form["token"] ?? "", host: request.head.authority) else {
            let page = signInPage(
                next: next,
                error: "That is not the token. It stands in the file given as --http-token."
            )
            return DashboardDoor.html(page, .forbidden)
        }
        return DashboardDoor.redirect(to: next, cookie: cookie)
    }

    // MARK: Forms

    /// "Wrong because …": what a person says goes into the log as a correction or a retraction.
    ///
    /// ``Doorkeeper`` has seen to it that only a page of ours, of somebody who may write, sends this.
    private func feedback(_ request: Request, event: String) async throws -> Response {
        let form = try await DashboardDoor.form(request)
        guard let wrong = Correction.Wrong(rawValue: form["wrong"] ?? "") else {
            throw Problem(.badRequest, "'\((form["wrong"] ?? "").prefix(50))' is not what can be wrong with an event")
        }
        let right = form["right"].map { String($0.trimmingPrefix(while: \.isWhitespace)) } ?? ""
        let note = FeedbackStore.Note(
            event: event.lowercased(),
            by: form["by"] ?? "",
            wrong: wrong,
            reason: form["reason"] ?? "",
            set: right.isEmpty ? [:] : [wrong.slot ?? wrong.rawValue: right]
        )
        switch try await api.run(on: api.writes, { try FeedbackStore.add(note, on: $0) }) {
        case .failure(let refusal):
            let page = dashboard.message(
                "Not taken",
                "\(refusal)",
                link: ("/events/\(note.event)", "Back to the event")
            )
            return DashboardDoor.html(page, .badRequest)
        case .success(let stored):
            let page = dashboard.message(
                "Noted",
                stored.correction == nil
                    ? "The event is retracted: the log says so, with your reason."
                    : "The event is corrected: the log says so, with your reason.",
                kind: "note",
                link: stored.correction == nil
                    ? ("/", "Live events") : ("/events/\(stored.record)", "The event as it stands now")
            )
            return DashboardDoor.html(page)
        }
    }

    // MARK: Addresses

    /// An address on this server: whoever signs in is not sent anywhere else.
    static func local(_ address: String) -> String {
        guard address.hasPrefix("/"), !address.hasPrefix("//"), !address.hasPrefix("/\\"),
            address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }), address.utf8.count < 2000
        else { return "/" }
        return address
    }

    static func requireOwnPage(_ request: Request) throws(Problem) {
        guard Doorkeeper.isOwnPage(request) else {
            throw Problem(.forbidden, "a page of another site must not send this; send it from a page of this server")
        }
    }

    // MARK: Requests and responses

    static func form(_ request: Request) async throws -> [String: String] {
        let body: ByteBuffer
        do { body = try await request.body.collect(upTo: longest) } catch {
            throw Problem(.contentTooLarge, "a form has at most \(longest) bytes")
        }
        return try pairs(String(buffer: body))
    }

    /// Pairs as forms and queries write them (application/x-www-form-urlencoded); the first of a name counts.
    static func pairs(_ text: String) throws(Problem) -> [String: String] {
        var pairs: [String: String] = [:]
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { KeyName.unescaped(String($0.map { $0 == "+" ? " " : $0 })) }
            guard let name = sides[0], let value = sides.count == 2 ? sides[1] : "" else {
                throw Problem(.badRequest, "'\(part.prefix(50))' is not percent-encoded UTF-8")
            }
            if pairs[name] == nil { pairs[name] = value }
        }
        return pairs
    }

    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

    private static let guards: HTTPFields = [
        .contentSecurityPolicy: policy, .xContentTypeOptions: "nosniff", .referrerPolicy: "same-origin",
        .crossOriginOpenerPolicy: "same-origin", .crossOriginResourcePolicy: "same-origin",
    ]

    static func html(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        var headers = guards
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.cacheControl] = "private, no-store"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    static func redirect(to address: String, cookie: String? = nil) -> Response {
        var headers = guards
        headers[.location] = address
        headers[.cacheControl] = "no-store"
        if let cookie { headers[.setCookie] = cookie }
        return Response(status: .seeOther, headers: headers)
    }

    private static func file(_ file: Assets.File, _ request: Request) -> Response {
        var headers = guards
        headers[.contentType] = file.type
        // An address with the version of the files never means other bytes.
        let isVersioned = request.uri.query == "v=\(Assets.version)"
        headers[.cacheControl] = isVersioned ? "public, max-age=31536000, immutable" : "no-cache"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}

extension HTTPField.Name {
    fileprivate static var referrerPolicy: HTTPField.Name { known("referrer-policy") }
    fileprivate static var crossOriginOpenerPolicy: HTTPField.Name { known("cross-origin-opener-policy") }
    fileprivate static var crossOriginResourcePolicy: HTTPField.Name { known("cross-origin-resource-policy") }

    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("a token is a field name") }
        return name
    }
}
