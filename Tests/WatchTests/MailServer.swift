import Glibc
import ServiceSupport
import TestSupport

/// An SMTP server of plain sockets that takes every mail, or refuses the recipients.
final class MailServer: Sendable {
    struct Mail: Sendable {
        var from = ""
        var to: [String] = []
        var data = ""
    }

    var port: Int { listener.port }
    private let listener: LoopbackListener
    private let mails = Locked<[Mail]>([])
    private let refuses: Bool

    init(refuses: Bool = false) throws {
        self.refuses = refuses
        listener = try LoopbackListener()
        listener.serve { [self] in serve($0) }
    }

    func end() { listener.close() }

    var received: [Mail] { mails.withLock { $0 } }

    private func serve(_ connection: Int32) {
        guard let stream = fdopen(dup(connection), "r+") else { return }
        defer { fclose(stream) }
        func say(_ line: String) {
            fputs("\(line)\r\n", stream)
            fflush(stream)
        }
        func hear() -> String? {
            var buffer = [CChar](repeating: 0, count: 4096)
            guard fgets(&buffer, Int32(buffer.count), stream) != nil else { return nil }
            let bytes = buffer.prefix { $0 != 0 && $0 != 13 && $0 != 10 }.map { UInt8(bitPattern: $0) }
            return String(decoding: bytes, as: UTF8.self)
        }
        say("220 test")
        var mail = Mail()
        while let line = hear() {
            switch line.prefix(4).uppercased() {
            case "MAIL":
                mail.from = String(line.dropFirst(10))
                say("250 ok")
            case "RCPT":
                mail.to.append(String(line.dropFirst(8)))
                say(refuses ? "550 no such person here" : "250 ok")
            case "DATA":
                say("354 go on")
                while let part = hear(), part != "." { mail.data += part + "\n" }
                mails.withLock { $0.append(mail) }
                say("250 taken")
            case "QUIT":
                say("221 bye")
                return
            default: say("250 ok")
            }
        }
    }
}
