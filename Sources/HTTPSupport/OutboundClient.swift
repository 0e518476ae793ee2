import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
package import ServiceSupport

/// Sends requests to addresses that others have named: the address is checked when it is dialled, redirects are answers, bodies are capped.
///
/// Belongs to one thread, which it blocks; not for the cooperative pool.
package final class OutboundClient {
    package struct Request: Sendable {
        package var method: String
        package var url: OutboundURL
        package var headers: [(name: String, value: String)]
        package var body: [UInt8]
        /// The whole exchange, from the look-up of the name on.
        package var timeoutMilliseconds: Int
        /// Bytes of the answer's body that are read.
        package var bodyLimit: Int

        package init(
            _ method: String = "GET",
            _ url: OutboundURL,
            headers: [(name: String, value: String)] = [],
            body: [UInt8] = [],
            timeoutMilliseconds: Int = 15_000,
            bodyLimit: Int = 64 << 10
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
            self.timeoutMilliseconds = timeoutMilliseconds
            self.bodyLimit = bodyLimit
        }
    }

    package struct Response: Sendable {
        package var status: Int
        package var headers: [(name: String, value: String)]
        /// At most the limit; the connection is closed when there is more.
        package var body: [UInt8]
        package var isTruncated: Bool

        /// The first value of a header, whatever its case.
        package func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// No answer: the name, the address, the connection or the time.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private let allowPrivate: Bool
    private let resolver: HostResolver
    private let stop: StopSwitch?
    private let inflatesUpTo: Int?
    /// Keeps its connections for as long as the host's checked address stays the same.
    private var current: (host: String, address: IPAddress, client: HTTPClient)?

    /// - Parameters:
    ///   - allowPrivate: also addresses that are not public.
    ///   - resolver: replaced in tests.
    ///   - stop: gives up the request on its way when it is thrown.
    ///   - inflatesUpTo: takes answers in gzip, of at most so many bytes when inflated.
    package init(
        allowPrivate: Bool = false,
        resolver: @escaping HostResolver = HostLookup.system,
        stop: StopSwitch? = nil,
        inflatesUpTo: Int? = nil
    ) {
        self.allowPrivate = allowPrivate
        self.resolver = resolver
        self.stop = stop
        self.inflatesUpTo = inflatesUpTo
    }

    deinit { close() }

    /// Sends a request and waits for the answer.
    package func send(_ request: Request) throws(Failure) -> Response {
        let deadline = Monotonic.milliseconds() + request.timeoutMilliseconds
        let address: IPAddress
        do {
            address = try HostLookup.address(of: request.url.host, allowPrivate: allowPrivate, resolver: resolver)
        } catch { throw Failure(description: error.description) }
        let client = client(for: request.url.host, at: address)
        let answer = Mailbox<Result<Response, Failure>>()
        let left = deadline - Monotonic.milliseconds()
        let task = Task { answer.post(await OutboundClient.exchange(request, client, milliseconds: max(1, left))) }
        while Monotonic.milliseconds() < deadline + 1000 {
            if let result = answer.wait(milliseconds: 100).first { return try result.get() }
            if stop?.isStopped == true { break }
        }
        task.cancel()
        throw stop?.isStopped == true
            ? Failure(description: "given up: the service ends") : OutboundClient.late(request)
    }

    package func close() {
        if let client = current?.client { client.shutdown { _ in } }
        current = nil
    }

    private func client(for host: String, at address: IPAddress) -> HTTPClient {
        if let current, current.host == host, current.address == address { return current.client }
        close()
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10)),
            decompression: inflatesUpTo.map { .enabled(limit: .size($0)) } ?? .disabled
        )
        configuration.httpVersion = .http1Only
        // The name stays in the Host header and the certificate's check; the connection goes to the checked address.
        configuration.dnsOverride = [host: address.description]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        current = (host, address, client)
        return client
    }

    private static func late(_ request: Request) -> Failure {
        Failure(description: "no whole answer within \(request.timeoutMilliseconds) ms")
    }

    private static func exchange(
        _ request: Request,
        _ client: HTTPClient,
        milliseconds: Int
    ) async -> Result<Response, Failure> {
        var outgoing = HTTPClientRequest(url: request.url.text)
        outgoing.method = .init(rawValue: request.method)
        for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
        if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
        do {
            let response = try await client.execute(outgoing, timeout: .milliseconds(Int64(milliseconds)))
            var body: [UInt8] = []
            var isTruncated = false
            for try await part in response.body {
                body += part.readableBytesView.prefix(request.bodyLimit - body.count)
                isTruncated = body.count == request.bodyLimit
                if isTruncated { break }
            }
            let headers = response.headers.map { (name: $0.name, value: $0.value) }
            let status = Int(response.status.code)
            return .success(.init(status: status, headers: headers, body: body, isTruncated: isTruncated))
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout {
            return .failure(late(request))
        } catch { return .failure(Failure(description: "\(error)")) }
    }
}

/// An address of http or https that holds nothing but printable ASCII, and no user or password.
package struct OutboundURL: Sendable, Equatable, CustomStringConvertible {
    package let text: String
    /// Without brackets.
    package let host: String
    package let isEncrypted: Bool

    package struct Invalid: Error, CustomStringConvertible {
        package let description: String
    }

    package init(_ text: String) throws(Invalid) {
        guard text.utf8.count <= 2000, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Invalid(description: "a URL has at most 2000 printable ASCII characters; encode others")
        }
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty
        else {
            throw Invalid(description: "'\(text)' is not a URL like https://example.org/hook")
        }
        guard scheme == "https" || scheme == "http" else {
            throw Invalid(description: "'\(scheme)' is not a scheme of HTTP: https or http")
        }
        guard url.user == nil, url.password == nil else {
            throw Invalid(description: "a URL must not hold a user or password")
        }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let isName = bare.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isName || IPAddress(bare) != nil else {
            throw Invalid(description: "'\(host)' is not the name or the address of a host")
        }
        // The host is written as it is dialled: no escapes, nothing that two readers could read differently.
        let written = text.dropFirst(scheme.count + 3).prefix { !"/?#".contains($0) }
        let port = url.port.map { ":\($0)" } ?? ""
        guard written == bare + port || written == "[\(bare)]" + port else {
            throw Invalid(description: "'\(written)' is not a plain host and port")
        }
        self.text = text
        self.host = bare
        isEncrypted = scheme == "https"
    }

    /// One that may be dialled: encrypted and public, unless `allowPrivate`.
    package init(_ text: String, allowPrivate: Bool) throws(Invalid) {
        try self.init(text)
        guard isEncrypted || allowPrivate else {
            throw Invalid(description: "plain http needs 'allow_private: true'; use https")
        }
        if !allowPrivate, let refusal = IPAddress(host)?.refusal {
            throw Invalid(
                description: "\(host) is not public (\(refusal)); 'allow_private: true' takes it all the same"
            )
        }
    }

    package var description: String { text }
}
