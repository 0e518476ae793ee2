package import Postgres
import Records

extension Reading {
    /// How the stack stands.
    package struct System: Decodable, Sendable {
        package struct Log: Decodable, Sendable {
            package var epoch: String
            package var head: Int
            package var floor: Int
        }

        package struct Queue: Decodable, Sendable {
            package var ready: Int
            package var leased: Int
            package var dead: Int
            /// Seconds since the oldest ready job was stored.
            package var oldestReadySeconds: Int

            private enum CodingKeys: String, CodingKey {
                case ready, leased, dead
                case oldestReadySeconds = "oldest_ready_seconds"
            }
        }

        package struct Watch: Decodable, Sendable {
            /// How far the tables are.
            package var seq: Int
            /// Records of the log that they do not hold yet.
            package var lag: Int
        }

        package struct DeadJob: Decodable, Sendable {
            package var article: String
            package var title: String?
            package var attempts: Int
            package var reason: String?
        }

        package struct Service: Decodable, Sendable {
            package var name: String
            package var instance: String
            package var secondsAgo: Int

            private enum CodingKeys: String, CodingKey {
                case name, instance
                case secondsAgo = "seconds_ago"
            }
        }

        package struct Webhook: Decodable, Sendable {
            package var name: String
            package var state: String
            package var reason: String?
            package var delivered: Int
            package var failures: Int
            /// Records of the log that it has not been sent, among them those it does not want.
            package var lag: Int?
        }

        package var log: Log
        package var queue: Queue
        /// Nil before watch has stored anything.
        package var watch: Watch?
        /// The newest, 20 at most.
        package var dead: [DeadJob]
        package var services: [Service]
        package var webhooks: [Webhook]
    }

    package static func system(on connection: Connection) throws(PostgresError) -> Document<System> {
        let found: Document<System>? = try document(
            """
            select json_build_object(
                'log', json_build_object('epoch', h.epoch, 'head', h.seq, 'floor', h.floor),
                'queue', (select json_build_object('ready', count(*) filter (where state = 0),
                    'leased', count(*) filter (where state = 1), 'dead', count(*) filter (where state = 3),
                    'oldest_ready_seconds', coalesce(extract(epoch from now() - min(created_at) filter (where state = 0)), 0)::bigint)
                    from job),
                'watch', (select json_build_object('seq', c.seq, 'lag', greatest(h.seq - c.seq, 0))
                    from subscription_cursor c where c.name = 'watch'),
                'dead', (select coalesce(json_agg(json_build_object('article', j.article_id, 'title', a.title,
                    'attempts', j.attempt, 'reason', j.last_error) order by j.id desc), '[]')
                    from (select * from job where state = 3 order by id desc limit 20) j join article a on a.id = j.article_id),
                'services', (select coalesce(json_agg(json_build_object('name', s.name, 'instance', s.instance,
                    'seconds_ago', greatest(extract(epoch from now() - s.seen_at), 0)::bigint, 'state', s.state)
                    order by s.name, s.instance), '[]') from service s),
                'webhooks', (select coalesce(json_agg(json_build_object('name', w.name, 'state', w.state, 'reason', w.reason,
                    'delivered', w.delivered, 'failures', w.failures, 'lag', greatest(h.seq - w.seq, 0)) order by w.name), '[]')
                    from webhook w))::text
            from log_head h
            """,
            on: connection
        )
        guard let found else {
            throw PostgresError(sqlState: "55000", message: "the table log_head is empty; run 'tidings migrate'")
        }
        return found
    }
}
