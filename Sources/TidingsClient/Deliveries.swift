import ServiceSupport

extension Feed {
    /// The events as an asynchronous sequence, read by a thread of its own; nothing blocks Swift's cooperative pool.
    ///
    /// An event is asked for when the loop wants it, so a slow loop slows the hub down and never fills the memory. The sequence ends when the
    /// task is cancelled, and throws ``FeedError`` when the hub refuses for good. It can be iterated once.
    ///
    /// - Throws: `FeedError` for a filter that cannot be understood.
    public static func deliveries(_ configuration: Configuration) throws(FeedError) -> Deliveries {
        // A wrong filter is an error here, not at the first event.
        try configuration.check()
        return Deliveries(Pump(configuration))
    }

    /// See ``deliveries(_:)``.
    public struct Deliveries: AsyncSequence, Sendable {
        private let pump: Pump

        init(_ pump: Pump) { self.pump = pump }

        /// Says that everything up to this event has had its effect; moves the cursor, without which it does nothing.
        public func acknowledge(_ delivery: Delivery) { pump.acknowledge(delivery) }

        /// Leaves, and waits up to two seconds until what was acknowledged is stored.
        ///
        /// - Returns: whether it is stored; if not, the last events come again next time.
        @discardableResult public func close() async -> Bool { await pump.close() }

        /// Makes the one iterator.
        public func makeAsyncIterator() -> Iterator { Iterator(pump) }

        /// Hands out one event after the other.
        public struct Iterator: AsyncIteratorProtocol {
            private let pump: Pump
            private var batch: ArraySlice<Delivery> = []

            init(_ pump: Pump) { self.pump = pump }

            /// The next event; nil when the task was cancelled.
            public mutating func next() async throws -> Delivery? {
                while batch.isEmpty {
                    guard let more = try await pump.more() else { return nil }
                    batch = more[...]
                }
                return batch.popFirst()
            }
        }
    }
}

/// The thread behind ``Feed/Deliveries``: reads when asked, and keeps the subscription alive in between.
final class Pump: Sendable {
    fileprivate typealias Answer = CheckedContinuation<[Delivery]?, any Error>

    fileprivate enum Request: Sendable {
        case more(Answer)
        case acknowledge(Delivery)
        case close(CheckedContinuation<Bool, Never>)
        /// The task was cancelled; whoever still asks is told that it is over.
        case cancel
        /// Nobody is left to ask.
        case abandon
    }

    private let mailbox: Mailbox<Request>
    /// Kept so that the thread is told when nobody iterates any more.
    private let life: Life

    init(_ configuration: Feed.Configuration) {
        let mailbox = Mailbox<Request>()
        self.mailbox = mailbox
        life = Life(mailbox)
        Worker(name: "tidings feed") {
            var loop = Loop(mailbox)
            loop.run(configuration)
        }.detach()
    }

    func acknowledge(_ delivery: Delivery) { mailbox.post(.acknowledge(delivery)) }

    func close() async -> Bool { await withCheckedContinuation { mailbox.post(.close($0)) } }

    /// The next events, at least one; nil when the task was cancelled.
    func more() async throws -> [Delivery]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { mailbox.post(.more($0)) }
        } onCancel: {
            mailbox.post(.cancel)
        }
    }

    private final class Life: Sendable {
        private let mailbox: Mailbox<Request>
        init(_ mailbox: Mailbox<Request>) { self.mailbox = mailbox }
        deinit { mailbox.post(.abandon) }
    }
}

/// What the thread does, until it is told to stop or the hub refuses.
private struct Loop {
    private let mailbox: Mailbox<Pump.Request>
    private var waiting: Pump.Answer?
    private var closing: [CheckedContinuation<Bool, Never>] = []
    private var isOver = false
    private var isAbandoned = false

    init(_ mailbox: Mailbox<Pump.Request>) { self.mailbox = mailbox }

    mutating func run(_ configuration: Feed.Configuration) {
        var failure: (any Error)?
        var isStored = true
        do {
            let feed = try Feed(configuration, wakeUp: mailbox.descriptor)
            do { while !isOver { try turn(feed) } } catch { failure = error }
            isStored = feed.close()
        } catch { failure = error }
        while true {
            let answer = waiting.take()
            if let failure { answer?.resume(throwing: failure) } else { answer?.resume(returning: nil) }
            for answer in closing { answer.resume(returning: isStored) }
            closing = []
            if isAbandoned { return }
            take(mailbox.wait(milliseconds: 1000), from: nil)
        }
    }

    private mutating func turn(_ feed: Feed) throws {
        take(mailbox.drain(), from: feed)
        guard !isOver else { return }
        guard let answer = waiting else { return try feed.keepAlive(milliseconds: 100) }
        let deliveries = try feed.next(milliseconds: 100)
        guard !deliveries.isEmpty else { return }
        waiting = nil
        answer.resume(returning: deliveries)
    }

    private mutating func take(_ requests: [Pump.Request], from feed: Feed?) {
        for request in requests {
            switch request {
            case .more(let answer):
                // One loop may ask; another one is told that there is nothing for it.
                waiting.take()?.resume(returning: nil)
                waiting = answer
            case .acknowledge(let delivery): feed?.acknowledge(delivery)
            case .close(let answer):
                closing.append(answer)
                isOver = true
            case .cancel: isOver = true
            case .abandon: (isOver, isAbandoned) = (true, true)
            }
        }
    }
}
