import Settings
import Testing
import Watch

@Suite("Webhook file") struct WebhookFileTests {
    @Test func `an endpoint has a url, and the rest has defaults`() throws {
        let text = """
            # who wants what
            desk:
              url: https://desk.example/hook
            lab:
              url: http://127.0.0.1:8000/
              filter: event=SANCTION actor=RUS
              secret: /etc/tidings/lab
              allow_private: true
              timeout: 5
              max_per_minute: 30
            """
        let endpoints = try WebhookFile.parse(text, path: "/data/webhooks.yaml")
        #expect(endpoints.map(\.name) == ["desk", "lab"])
        #expect(endpoints[0].secretFile == "/data/keys/webhooks/desk")
        #expect(endpoints[0].timeoutMilliseconds == 15_000 && !endpoints[0].allowPrivate && endpoints[0].filter == "")
        #expect(endpoints[1].secretFile == "/etc/tidings/lab")
        #expect(endpoints[1].timeoutMilliseconds == 5000 && endpoints[1].perMinute == 30)
    }

    @Test(arguments: ["", "# nothing yet\n", "---\n", "{}\n"])
    func `a file without endpoints is one`(text: String) throws {
        #expect(try WebhookFile.parse(text, path: "w.yaml").isEmpty)
    }

    @Test(
        arguments: [
            ("desk:\n  uri: https://a.example/\n", "w.yaml:2: 'uri' is not known in 'desk'; did you mean url?"),
            ("desk:\n  filter: event=X\n", "w.yaml:1: 'desk' has no url"),
            ("desk:\n  url: http://a.example/\n", "w.yaml:2: plain http needs"),
            ("desk:\n  url: https://10.0.0.1/\n", "w.yaml:2: 10.0.0.1 is not public (private)"),
            ("desk:\n  url: https://[::ffff:127.0.0.1]/\n", "w.yaml:2: ::ffff:127.0.0.1 is not public (loopback)"),
            ("desk:\n  url: https://u:p@a.example/\n", "w.yaml:2: a URL must not hold a user"),
            ("desk:\n  url: https://a.example/\n  filter: colour=red\n", "w.yaml:3: 'colour"),
            (
                "desk:\n  url: https://a.example/\n  timeout: 900\n",
                "w.yaml:3: 'timeout' is a whole number from 1 to 60, in seconds"
            ),
            (
                "desk:\n  url: https://a.example/\n  allow_private: maybe\n",
                "w.yaml:3: 'allow_private' is true or false"
            ),
            ("desk:\n  url: [a, b]\n", "w.yaml:2: 'url' takes one value"),
            ("Desk:\n  url: https://a.example/\n", "w.yaml:1: a name has"),
            ("../x:\n  url: https://a.example/\n", "w.yaml:1: a name has"),
            ("a: {url: https://a.example/}\nb: {}\na: {url: https://b.example/}\n", "w.yaml:1: the key a stands twice"),
            ("- a\n- b\n", "w.yaml:1: the file has to be a mapping"), ("desk: [\n", "w.yaml:2: not YAML"),
        ]
    )
    func `what is wrong is named with its line`(text: String, message: String) {
        do {
            _ = try WebhookFile.parse(text, path: "w.yaml")
            Issue.record("taken: \(text)")
        } catch {
            #expect(error.description.hasPrefix(message), "\(error)")
        }
    }

    @Test func `adding and removing keep what a person has written`() throws {
        let old = "# ours\na:\n  url: https://a.example/  # main\n\n# theirs\nb: {url: https://b.example/}\n"
        let more = try WebhookFile.adding(
            "c",
            url: "https://c.example/",
            filter: "actor=RUS",
            allowPrivate: false,
            to: old,
            path: "w"
        )
        #expect(more.hasPrefix(old))
        #expect(try WebhookFile.parse(more, path: "w").map(\.name) == ["a", "b", "c"])
        #expect(try WebhookFile.removing("c", from: more, path: "w") == old)
        let without = try WebhookFile.removing("a", from: old, path: "w")
        #expect(without.hasPrefix("# ours\n"))
        #expect(try WebhookFile.parse(without, path: "w").map(\.name) == ["b"])
        #expect(throws: SettingsError.self) {
            try WebhookFile.adding("a", url: "https://x.example/", filter: "", allowPrivate: false, to: old, path: "w")
        }
        #expect(throws: SettingsError.self) { try WebhookFile.removing("x", from: old, path: "w") }
        var only = try WebhookFile.adding(
            "a",
            url: "https://x.example/",
            filter: "",
            allowPrivate: false,
            to: "",
            path: "w"
        )
        only = try WebhookFile.removing("a", from: only, path: "w")
        #expect(only == "")
    }
}
