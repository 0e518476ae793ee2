import Testing
import Watch

private typealias Policy = WebhookDelivery.Policy

@Suite("Webhook delivery") struct WebhookDeliveryTests {
    private struct Fixed: RandomNumberGenerator {
        var state: UInt64 = 7
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    @Test func `ten attempts over three days, each wait near its step, then disabled`() {
        var generator = Fixed()
        var delivery = WebhookDelivery(Policy())
        let started = 1_000_000_000_000
        var now = started
        for (index, wait) in Policy.standardWaits.enumerated() {
            #expect(delivery.due(now: now) == .send(attempt: index + 1))
            guard
                case .retry(let at, "status 500") = delivery.answered(.status(500), now: now, using: &generator)
            else { return void(Issue.record("attempt \(index + 1) is not retried")) }
            #expect(Double(abs(at - now - wait)) <= Double(wait) * 0.2)
            #expect(delivery.due(now: at - 1) == .wait(until: at))
            now = at
        }
        #expect(delivery.due(now: now) == .send(attempt: 10))
        let last = delivery.answered(.none(reason: "refused"), now: now, using: &generator)
        #expect(last == .disable(reason: "10 attempts failed; the last: refused"))
        #expect((60...92).contains((now - started) / 3_600_000))
    }

    @Test func `waits of many endpoints spread`() {
        var generator = Fixed()
        let waits = (0..<100).map { _ in
            var delivery = WebhookDelivery(Policy(waits: [1000]))
            guard case .retry(let at, _) = delivery.answered(.status(500), now: 0, using: &generator) else { return 0 }
            return at
        }
        #expect(Set(waits).count > 50)
        #expect(waits.allSatisfy { (800...1200).contains($0) })
    }

    @Test(
        arguments: [
            (WebhookDelivery.Answer.status(200), "delivered", 0), (.status(204), "delivered", 0),
            (.status(299), "delivered", 0), (.status(199), "retry", 1), (.status(300), "retry", 1),
            (.status(301, location: "http://169.254.169.254/"), "retry", 1), (.status(400), "retry", 1),
            (.status(404), "retry", 1), (.status(410), "disable", 0), (.status(410, retryAfter: 5000), "disable", 0),
            (.status(429), "retry", 1), (.status(429, retryAfter: 5000), "retry", 0),
            (.status(503, retryAfter: 5000), "retry", 0), (.status(500, retryAfter: 5000), "retry", 1),
            (.none(reason: "refused"), "retry", 1),
        ]
    )
    func `what an answer means`(answer: WebhookDelivery.Answer, meaning: String, failures: Int) {
        var generator = Fixed()
        var delivery = WebhookDelivery(Policy())
        _ = delivery.due(now: 0)
        let action = delivery.answered(answer, now: 0, using: &generator)
        #expect("\(action)".hasPrefix(meaning))
        #expect(delivery.failures == failures)
    }

    @Test func `Retry-After is kept to, between a second and a day`() {
        var generator = Fixed()
        for (asked, range) in [(0, 1000...1100), (30_000, 30_000...33_000), (1 << 50, 86_400_000...95_040_000)] {
            var delivery = WebhookDelivery(Policy())
            guard
                case .retry(let at, _) = delivery.answered(
                    .status(429, retryAfter: asked),
                    now: 0,
                    using: &generator
                )
            else { return void(Issue.record("not retried")) }
            #expect(range.contains(at))
        }
    }

    @Test func `an endpoint that throttles for ever is given up after the same days`() {
        var generator = Fixed()
        var delivery = WebhookDelivery(Policy())
        var now = 0
        while true {
            switch delivery.answered(.status(503, retryAfter: 3_600_000), now: now, using: &generator) {
            case .retry(let at, _): now = at
            case .disable(let reason):
                #expect(reason.hasPrefix("no success for "))
                #expect((75...95).contains(now / 3_600_000))
                return
            default: return void(Issue.record("neither"))
            }
            guard now < 1 << 40 else { return void(Issue.record("never given up")) }
        }
    }

    @Test func `a success clears the count, and a restart goes on where the row says`() {
        var generator = Fixed()
        var delivery = WebhookDelivery(Policy(), failures: 9, failingSince: 5, nextAt: 100)
        #expect(delivery.due(now: 99) == .wait(until: 100))
        #expect(delivery.due(now: 100) == .send(attempt: 10))
        #expect(delivery.answered(.status(200), now: 101, using: &generator) == .delivered)
        #expect(delivery.failures == 0 && delivery.failingSince == nil && delivery.nextAt == nil)
        #expect(delivery.due(now: 101) == .send(attempt: 1))
    }

    @Test func `no more than so many a minute, however fast the endpoint answers`() {
        var generator = Fixed()
        var delivery = WebhookDelivery(Policy(perMinute: 60))
        var now = 1_000_000
        let started = now
        var sent = 0
        while now < started + 120_000 {
            switch delivery.due(now: now) {
            case .send:
                sent += 1
                _ = delivery.answered(.status(200), now: now, using: &generator)
            case .wait(let until): now = until
            default: return void(Issue.record("neither"))
            }
        }
        #expect((125...131).contains(sent))
        // A clock that is set back neither stops it nor lets it run.
        #expect("\(delivery.due(now: started - 3_600_000))".hasPrefix("wait"))
    }

    @Test(
        arguments: [
            ("30", 30_000), ("0", 0), ("-1", nil), ("soon", nil), ("Wed, 21 Oct 2015 07:28:00 GMT", 60_000),
            ("Wed, 21 Oct 2015 07:26:00 GMT", 0), ("Wed, 99 Oct 2015 07:28:00 GMT", nil), ("", nil),
        ]
    )
    func `Retry-After is seconds or a date`(text: String, wanted: Int?) {
        #expect(WebhookRequest.retryAfter(text, now: 1_445_412_420) == wanted)
    }

    @Test func `signatures are those of the specification's test vector`() throws {
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let signature = try secret.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8)
        )
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(arguments: [
        "", "secret", "whsec_", "whsec_AAAA", "whsec_*", "whsk_AAAA", "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ])
    func `what is no secret is refused`(text: String) {
        #expect(throws: WebhookSecret.Invalid.self) { try WebhookSecret(text) }
    }

    @Test func `both halves of an ed25519 key must belong together`() throws {
        let (one, other) = (try WebhookSecret.generate(.ed25519), try WebhookSecret.generate(.ed25519))
        #expect(try WebhookSecret(one.text).receiverText == one.receiverText)
        // 64 bytes are 88 digits of base64; the first 40 digits are 30 bytes of the seed.
        let mixed = one.text.prefix(45) + other.text.dropFirst(45)
        #expect(throws: WebhookSecret.Invalid.self) { try WebhookSecret(String(mixed)) }
    }
}

private func void(_ issue: Issue) {}
