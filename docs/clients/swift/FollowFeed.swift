import TidingsClient

/// Prints sanctions as they come, with a cursor that the hub keeps: `follow-feed tcp://127.0.0.1:7401 desk.key desk 'event=SANCTION'`.
///
/// A fifth argument ends it after so many.
@main
struct FollowFeed {
    /// The members of a record that this program needs.
    struct Act: Decodable {
        struct Party: Decodable { var text: String }
        var event: String
        var status: String
        var actor: [Party]
        var recipient: [Party]
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 4 else { fatalError("usage: follow-feed ENDPOINT KEYFILE CURSOR WHERE [COUNT]") }
        var left = arguments.count > 5 ? Int(arguments[5]) : nil
        let events = try Feed.deliveries(
            .init(
                endpoint: arguments[1],
                keyFile: arguments[2],
                where: arguments[4],
                start: .floor,
                cursor: arguments[3],
                client: "follow-feed"
            )
        )
        for try await event in events {
            if let act = try? event.data(as: Act.self) {
                let parties = (act.actor + act.recipient).map(\.text).joined(separator: ", ")
                print("\(event.place.seq) \(act.event) \(act.status): \(parties)")
            }
            // Only now has the event had its effect.
            events.acknowledge(event)
            left = left.map { $0 - 1 }
            if left == 0 { break }
        }
        await events.close()
    }
}
