import HTTPSupport
import Logging
import Records
import ServiceSupport
import TestSupport
import Watch

/// Watch's HTTP server over a sample log, and a client of it.
final class APIClient {
    static let reader = "Bearer reader-token"
    static let writer = "Bearer writer-token"

    let log: SampleLog
    let server: WebServer
    private let client = OutboundClient(allowPrivate: true)

    init(database: String? = nil, change: (inout WebServer.Settings) -> Void = { _ in }) throws {
        log = try SampleLog()
        let keys = DoorKeys(writer: BearerToken("writer-token"), reader: BearerToken("reader-token"))
        var settings = WebServer.Settings(address: ListenAddress(host: "127.0.0.1", port: 0), keys: keys)
        settings.rate = .init(perSecond: 10_000)
        change(&settings)
        var logger = Logger(label: "tests")
        logger.logLevel = .critical
        // As the service does: with the rights of its role.
        server = try WebServer(
            settings,
            feed: FeedSource("tcp://127.0.0.1:9", keyFile: "/nowhere"),
            database: database ?? log.string.replacing("user=tidings_admin", with: "user=tidings_watch"),
            countries: ["RUS": "Russia", "USA": "United States"],
            logger: logger
        )
    }

    deinit { server.shutdown() }

    func get(
        _ path: String,
        _ headers: [(String, String)] = [("authorization", APIClient.reader)]
    ) throws -> OutboundClient.Response {
        try send("GET", path, headers)
    }

    func send(
        _ method: String,
        _ path: String,
        _ headers: [(String, String)],
        body: [UInt8] = []
    ) throws -> OutboundClient.Response {
        let url = try OutboundURL("http://\(server.address)\(path)")
        let headers = headers.map { (name: $0.0, value: $0.1) }
        return try client.send(.init(method, url, headers: headers, body: body, bodyLimit: 8 << 20))
    }

    /// What a request that must succeed gives.
    func json(_ path: String) throws -> Tree {
        let answer = try get(path)
        guard answer.status == 200 else {
            throw LiveStack.Failure("\(path): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
        return try JSON.decode(Tree.self, from: answer.body)
    }
}

/// As much of JSON Schema as the description of the API uses.
struct SchemaCheck {
    /// `components/schemas` of the document.
    let named: [String: Tree]

    /// What of a value is not as its schema says, with the path to it; an unknown keyword is an error, too.
    func faults(_ value: Tree, _ schema: Tree, _ path: String = "$") -> [String] {
        var faults: [String] = []
        for (keyword, wanted) in schema.members {
            switch keyword {
            case "$ref":
                guard let name = wanted.text?.split(separator: "/").last, let target = named[String(name)] else {
                    return ["\(path): no schema \(wanted)"]
                }
                faults += self.faults(value, target, path)
            case "type":
                if wanted.text != SchemaCheck.type(value, wanted.text) {
                    faults.append("\(path): \(value) is no \(wanted)")
                }
            case "enum": if !wanted.list.contains(value) { faults.append("\(path): \(value) is none of \(wanted)") }
            case "anyOf":
                if !wanted.list.contains(where: { self.faults(value, $0, path).isEmpty }) {
                    faults.append("\(path): \(value) is none of the choices")
                }
            case "items":
                for (index, item) in value.list.enumerated() {
                    faults += self.faults(item, wanted, "\(path)[\(index)]")
                }
            case "required":
                faults += wanted.list.compactMap(\.text).filter { value.members[$0] == nil }.map { "\(path): no \($0)" }
            case "properties":
                for (name, member) in value.members {
                    guard let known = wanted.members[name] else {
                        if schema["additionalProperties"] == .bool(false) {
                            faults.append("\(path): \(name) is not described")
                        }
                        continue
                    }
                    faults += self.faults(member, known, "\(path).\(name)")
                }
            case "format":
                faults += SchemaCheck.format(value.text ?? "", wanted.text ?? "").map { ["\(path): \($0)"] } ?? []
            case "additionalProperties", "description", "minLength", "maxLength", "pattern", "minimum", "maximum": break
            default: faults.append("\(path): the keyword \(keyword) is not checked")
            }
        }
        return faults
    }

    private static func type(_ value: Tree, _ wanted: String?) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .number(let number): number == number.rounded() && wanted == "integer" ? "integer" : "number"
        case .text: "string"
        case .list: "array"
        case .object: "object"
        }
    }

    private static func format(_ text: String, _ format: String) -> String? {
        let isRight =
            switch format {
            case "uuid": text.wholeMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil
            case "date": CivilDate(iso: text) != nil
            case "date-time": text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil
            default: false
            }
        return isRight ? nil : "'\(text)' is no \(format)"
    }
}
