import FoundationEssentials
import Glibc
import HTTPSupport
import ServiceSupport
import Supervision
import TestSupport

/// Chromium without a window, driven over WebDriver (W3C), which is plain HTTP and JSON.
///
/// Belongs to one thread. Ends with the test.
final class Browser {
    /// The program that drives Chromium; nil where it is not installed.
    static let driver: String? = ["/usr/bin/chromedriver"].first { access($0, X_OK) == 0 }

    private var driver: ChildProcess
    private let base: String
    private let client = OutboundClient(allowPrivate: true)
    private var session = ""

    struct Answer<Value: Decodable>: Decodable { var value: Value }
    private struct Failure: Decodable { var error: String?; var message: String? }
    private struct Session: Decodable { var sessionId: String }
    private struct Script: Encodable {
        var script: String
        var args: [String] = []
    }
    struct Nothing: Codable {}

    init(_ driver: String, port: Int, log: String) throws {
        self.driver = try ChildProcess([driver, "--port=\(port)"], log: log)
        base = "http://127.0.0.1:\(port)/session"
        let options = """
            {"capabilities": {"alwaysMatch": {"browserName": "chrome",
                "goog:chromeOptions": {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                    "--hide-scrollbars", "--window-size=1280,1000"]},
                "goog:loggingPrefs": {"browser": "ALL"}}}}
            """
        let deadline = Monotonic.milliseconds() + 30_000
        while true {
            do {
                session = try call("POST", "", options, as: Session.self).sessionId
                return
            } catch {
                guard Monotonic.milliseconds() < deadline else { throw error }
                Monotonic.sleep(milliseconds: 100)
            }
        }
    }

    deinit {
        _ = try? call("DELETE", "/\(session)", "", as: Nothing?.self)
        driver.send(signal: SIGTERM)
        while driver.ended() == nil { Monotonic.sleep(milliseconds: 10) }
    }

    func open(_ address: String) throws {
        struct Body: Encodable { var url: String }
        _ = try call("POST", "/\(session)/url", text(Body(url: address)), as: Nothing?.self)
    }

    /// The value of an expression, or what a body of a function returns.
    func script<Value: Decodable>(_ body: String, as type: Value.Type = Value.self) throws -> Value {
        try call("POST", "/\(session)/execute/sync", text(Script(script: body)), as: Value.self)
    }

    /// Waits until a condition of the page holds; how long that took in milliseconds.
    @discardableResult func wait(_ seconds: Int, until condition: String) throws -> Int {
        let started = Monotonic.milliseconds()
        while try !script("return Boolean(\(condition))", as: Bool.self) {
            guard Monotonic.milliseconds() - started < seconds * 1000 else {
                let text = try script("return document.body.innerText.slice(0, 1500)", as: String.self)
                throw LiveStack.Failure("after \(seconds) s not: \(condition)\n\(text)")
            }
            Monotonic.sleep(milliseconds: 50)
        }
        return Monotonic.milliseconds() - started
    }

    /// Follows the link or presses the button that a selector finds first, and waits for the page that comes.
    func follow(_ selector: String) throws {
        let quoted = try text(selector)
        _ = try script("window.isOld = true; document.querySelector(\(quoted)).click()", as: Nothing?.self)
        try wait(20, until: "!window.isOld && document.readyState == 'complete'")
    }

    /// A command of the DevTools protocol.
    func devTools<Value: Decodable>(
        _ command: String,
        _ parameters: String,
        as type: Value.Type = Value.self
    ) throws -> Value {
        try call(
            "POST",
            "/\(session)/goog/cdp/execute",
            "{\"cmd\": \"\(command)\", \"params\": \(parameters)}",
            as: Value.self
        )
    }

    /// What the page has complained of since the last time: scripts, requests, the Content-Security-Policy.
    func complaints() throws -> [String] {
        struct Entry: Decodable {
            var level: String
            var message: String
        }
        return try call("POST", "/\(session)/se/log", "{\"type\": \"browser\"}", as: [Entry].self)
            .filter { $0.level == "SEVERE" || $0.level == "WARNING" }.map(\.message)
    }

    /// The whole page as a picture.
    func screenshot(_ path: String) throws {
        struct Picture: Decodable { var data: String }
        let height = min(try script("return document.documentElement.scrollHeight", as: Int.self), 3000)
        let width = try script("return innerWidth", as: Int.self)
        let clip = "{\"x\": 0, \"y\": 0, \"width\": \(width), \"height\": \(height), \"scale\": 1}"
        let picture = try devTools(
            "Page.captureScreenshot",
            "{\"captureBeyondViewport\": true, \"clip\": \(clip)}",
            as: Picture.self
        )
        guard let bytes = Data(base64Encoded: picture.data) else { throw LiveStack.Failure("no picture of \(path)") }
        try bytes.write(to: URL(filePath: path))
    }

    // MARK: WebDriver

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    private func call<Value: Decodable>(
        _ method: String,
        _ path: String,
        _ body: String,
        as type: Value.Type
    ) throws -> Value {
        let answer = try client.send(
            .init(
                method,
                OutboundURL(base + path),
                headers: [("content-type", "application/json")],
                body: Array(body.utf8),
                timeoutMilliseconds: 60_000,
                bodyLimit: 64 << 20
            )
        )
        guard answer.status == 200 else {
            let failure = try? JSONDecoder().decode(Answer<Failure>.self, from: Data(answer.body)).value
            throw LiveStack.Failure(
                "\(method) \(path): \(failure?.error ?? "\(answer.status)"): \(failure?.message ?? "")"
            )
        }
        return try JSONDecoder().decode(Answer<Value>.self, from: Data(answer.body)).value
    }
}
