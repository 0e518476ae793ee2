import ArgumentParser

/// Where a server listens: `127.0.0.1:7480`, `[::1]:7480`, `localhost:7480`; port 0 takes a free one.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible, ExpressibleByArgument {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard IPAddress(String(host))?.isVersion6 == true else { return nil }
        } else if host.contains(":") {
            // Without brackets nobody can tell where the address ends.
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }) else {
            return nil
        }
        self.init(host: String(host), port: Int(port))
    }

    package init?(argument: String) { self.init(argument) }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether only this machine can reach it.
    package var isLoopback: Bool { host == "localhost" || IPAddress(host)?.refusal == "loopback" }
}
