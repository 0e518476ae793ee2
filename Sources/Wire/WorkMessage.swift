/// The fence of one delivery: only its holder's answer has an effect.
package struct Lease: Codable, Sendable, Hashable {
    /// The article's UUID.
    package var article: String
    package var attempt: Int
    /// UUID that the hub gave the worker's session.
    package var owner: String

    package init(article: String, attempt: Int, owner: String) {
        self.article = article
        self.attempt = attempt
        self.owner = owner
    }
}

/// The part of a record that the hub looks at; its JSON travels beside it.
package struct RecordHead: Codable, Sendable, Equatable {
    /// UUID of the record; the same when the same article is coded again.
    package var id: String
    /// `event`, `quote` or `article`.
    package var type: String
    /// Where the tap publishes it: `event/SANCTION/RUS/USA/`.
    package var topic: String
    /// What filters match on: `event=SANCTION actor=RUS recipient=USA`.
    package var keys: String

    package init(id: String, type: String, topic: String, keys: String) {
        self.id = id
        self.type = type
        self.topic = topic
        self.keys = keys
    }
}

/// A record on its way from an extractor to the log.
package struct RecordDraft: Sendable, Equatable {
    package var head: RecordHead
    /// The record as JSON.
    package var data: [UInt8]

    package init(head: RecordHead, data: [UInt8]) {
        self.head = head
        self.data = data
    }
}

/// What extractors and the hub say to each other; docs/protocol.md has the grammar.
package enum WorkMessage: Sendable, Equatable {
    // Extractor to hub.
    case ready(Ready)
    case started(Lease)
    case result(Lease, [RecordDraft])
    case fail(Failure)
    // Ingest to hub: new jobs are stored.
    case ring
    // Hub to extractor.
    case job(Job, article: [UInt8])
    case stored(Stored)
    /// The hub does not know the sender: it must say READY again.
    case unknown
    // Both ways, once a second.
    case heartbeat
    /// The sender is leaving; its unanswered jobs go to others at once.
    case bye

    package static let version = 1

    /// An extractor offers its work.
    package struct Ready: Codable, Sendable, Equatable {
        package var version: Int
        package var worker: String
        package var coder: String
        /// Jobs that may be with it at one time.
        package var credit: Int
        /// Leases it still works on or has answered without hearing STORED.
        package var held: [Lease]

        package init(worker: String, coder: String, credit: Int, held: [Lease]) {
            self.version = WorkMessage.version
            self.worker = worker
            self.coder = coder
            self.credit = credit
            self.held = held
        }
    }

    package struct Job: Codable, Sendable, Equatable {
        package var lease: Lease
        package init(lease: Lease) { self.lease = lease }
    }

    package struct Failure: Codable, Sendable, Equatable {
        package var lease: Lease
        /// `retry`: the fault is not the article's; `poison`: coding it again would fail again.
        package var kind: Kind
        package var reason: String

        package enum Kind: String, Codable, Sendable { case retry, poison }

        package init(lease: Lease, kind: Kind, reason: String) {
            self.lease = lease
            self.kind = kind
            self.reason = reason
        }
    }

    package struct Stored: Codable, Sendable, Equatable {
        package var lease: Lease
        /// Whether this answer was stored; false when another delivery's was, or will be.
        package var fresh: Bool

        package init(lease: Lease, fresh: Bool) {
            self.lease = lease
            self.fresh = fresh
        }
    }

    private struct ResultHead: Codable {
        var lease: Lease
        var records: [RecordHead]
    }

    private struct StartedHead: Codable { var lease: Lease }

    package var frames: Frames {
        switch self {
        case .ready(let head): Frames("READY", head)
        case .started(let lease): Frames("STARTED", StartedHead(lease: lease))
        case .result(let lease, let drafts):
            Frames("RESULT", ResultHead(lease: lease, records: drafts.map(\.head)), bodies: drafts.map(\.data))
        case .fail(let head): Frames("FAIL", head)
        case .ring: Frames("RING")
        case .job(let head, let article): Frames("JOB", head, bodies: [article])
        case .stored(let head): Frames("STORED", head)
        case .unknown: Frames("UNKNOWN")
        case .heartbeat: Frames("HEARTBEAT")
        case .bye: Frames("BYE")
        }
    }

    /// Reads a message, or nil for a kind or a head that this version does not know.
    package init?(_ message: some Collection<[UInt8]>) {
        guard let frames = Frames(message) else { return nil }
        switch frames.kind {
        case "READY":
            guard let head = frames.head(Ready.self) else { return nil }
            self = .ready(head)
        case "STARTED":
            guard let head = frames.head(StartedHead.self) else { return nil }
            self = .started(head.lease)
        case "RESULT":
            guard let head = frames.head(ResultHead.self), head.records.count == frames.bodies.count else { return nil }
            self = .result(head.lease, zip(head.records, frames.bodies).map { RecordDraft(head: $0, data: $1) })
        case "FAIL":
            guard let head = frames.head(Failure.self) else { return nil }
            self = .fail(head)
        case "RING": self = .ring
        case "JOB":
            guard let head = frames.head(Job.self), let article = frames.bodies.first else { return nil }
            self = .job(head, article: article)
        case "STORED":
            guard let head = frames.head(Stored.self) else { return nil }
            self = .stored(head)
        case "UNKNOWN": self = .unknown
        case "HEARTBEAT": self = .heartbeat
        case "BYE": self = .bye
        default: return nil
        }
    }
}
