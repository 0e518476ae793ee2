import Postgres
import Storage
import Wire

extension Dashboard {
    func map(_ visit: Visit, _ connection: Connection) throws -> Answer {
        let window = try Window(visit, on: connection)
        let rows = try Reading.places(since: window.since, until: window.until, limit: 300, on: connection).value()
        let spots = rows.map { row in
            WorldMap.Spot(
                name: row.place,
                latitude: row.latitude,
                longitude: row.longitude,
                reports: row.reports,
                quad: row.quad,
                happened: row.happened,
                last: row.last,
                link: row.incidents == 1
                    ? "/incidents/\(row.incident)"
                    : "/?where=\(Visit.escaped(KeyName.place.pair(row.place)))"
            )
        }
        return .html(templates.page("map", title: "Map", place: "/map", WorldMap(spots, window)))
    }
}
