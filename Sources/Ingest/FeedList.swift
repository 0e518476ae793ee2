import HTTPSupport
import ServiceSupport
import Settings
import Yams

/// The feeds to poll, as `feeds.yaml` lists them.
struct FeedList: Sendable, Equatable {
    /// One feed.
    struct Feed: Sendable, Equatable {
        /// Names its files in the inbox and its state in `.feeds/`.
        var name: String
        var url: OutboundURL
        /// The folder of the inbox that its answers go into.
        var source: String
        /// Seconds between requests.
        var every: Int
        /// Also addresses that are not public, such as those of this network.
        var allowPrivate: Bool
    }

    private(set) var feeds: [Feed] = []
    /// How whoever runs the polled servers reaches us; part of User-Agent.
    private(set) var contact: String?

    private static let limit = 1000

    init() {}

    /// Reads `feeds.yaml`: an optional `contact`, and `feeds`, a list.
    init(_ file: YAMLFile) throws(SettingsError) {
        guard let root = try file.root() else { return }
        for pair in try file.pairs(root, of: "the file", known: ["contact", "feeds"]) {
            if pair.key == "contact" {
                contact = try file.line(pair, limit: 200)
            } else {
                guard case .sequence(let list) = pair.value, list.count <= FeedList.limit else {
                    throw file.error(
                        pair.line,
                        "'feeds' has to be a list of at most \(FeedList.limit), each item beginning with '- name:'"
                    )
                }
                for node in list { feeds.append(try FeedList.feed(node, file)) }
            }
        }
        var names: Set<String> = []
        for feed in feeds where !names.insert(feed.name).inserted {
            throw file.error(nil, "two feeds have the name '\(feed.name)'; give one another")
        }
    }

    private static func feed(_ node: Node, _ file: YAMLFile) throws(SettingsError) -> Feed {
        let known = ["name", "url", "source", "every", "allow_private"]
        var name: String?
        var url: OutboundURL?
        var source: String?
        var every = 15 * 60
        var allowPrivate = false
        for pair in try file.pairs(node, of: "a feed", known: known) {
            let text = try file.line(pair, limit: 2000)
            switch pair.key {
            case "name": name = try file.folder(text, line: pair.line)
            case "source": source = try file.folder(text, line: pair.line)
            case "every": every = try file.duration(pair, in: 60...7 * 86_400)
            case "allow_private": allowPrivate = try file.flag(pair)
            default:
                do { url = try OutboundURL(text) } catch { throw file.error(pair.line, error.description) }
            }
        }
        guard let name, let url else {
            throw file.error(node.mark?.line, "a feed needs a 'name' and a 'url'")
        }
        return Feed(name: name, url: url, source: source ?? name, every: every, allowPrivate: allowPrivate)
    }
}
