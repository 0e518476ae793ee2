package import Postgres

/// The signs of life of the services.
package enum ServiceStore {
    /// Records that a service lives, with its own account of itself as JSON.
    package static func beat(
        name: String,
        instance: String,
        state: String,
        on connection: Connection
    ) throws(PostgresError) {
        try connection.transaction { (connection) throws(PostgresError) in
            try connection.execute(script: "set local synchronous_commit = off")
            try connection.query(
                """
                insert into service (name, instance, state) values (\(name), \(instance), \(state)::text::json)
                on conflict (name, instance) do update set seen_at = now(), state = excluded.state
                """
            )
            try connection.query("delete from service where seen_at < now() - interval '1 hour'")
        }
    }
}
