import Glibc

/// A point on the Earth in decimal degrees, north and east positive.
package struct Coordinates: Sendable, Equatable {
    package var latitude: Double
    package var longitude: Double

    /// Makes a point, or nil when there is no such latitude or longitude.
    package init?(latitude: Double, longitude: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }

    /// Great-circle distance in kilometres on a sphere of the Earth's mean radius, 6,371.0088 km; right to half a percent.
    ///
    /// Method: the haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984).
    package func kilometres(to other: Coordinates) -> Double {
        let radian = Double.pi / 180
        let north = sin((other.latitude - latitude) * radian / 2)
        let east = sin((other.longitude - longitude) * radian / 2)
        let chord = north * north + cos(latitude * radian) * cos(other.latitude * radian) * east * east
        return 2 * 6371.0088 * asin(min(1, chord.squareRoot()))
    }
}

/// Where the places of one name are, by country.
struct Points: Sendable {
    private var known: [String: [(country: String?, point: Coordinates)]] = [:]

    /// The first one said of a name and country stays.
    mutating func add(_ name: String, _ country: String?, _ point: Coordinates) {
        guard known[name]?.contains(where: { $0.country == country }) != true else { return }
        known[name, default: []].append((country, point))
    }

    func coordinates(of name: String, country: String?) -> Coordinates? {
        known[name]?.first { country == nil || $0.country == nil || $0.country == country }?.point
    }
}

extension Table.Row {
    /// The point in the columns `latitude` and `longitude`.
    func coordinates() throws(KnowledgeError) -> Coordinates {
        guard let latitude = Double(try required("latitude")), let longitude = Double(try required("longitude")),
            let point = Coordinates(latitude: latitude, longitude: longitude)
        else { throw error("latitude and longitude are decimal degrees, such as 50.45 and 30.52") }
        return point
    }
}

extension Knowledge {
    /// Where a place is: a point inside a city or region, deterministic, for maps and distances; O(1).
    ///
    /// - Parameters:
    ///   - place: its name as a record's `location` has it, or another form that the tables know ("Kiev").
    ///   - country: ISO 3166-1 alpha-3; nil takes the one that newswire means by the name.
    /// - Returns: nil for countries, and for places that the tables do not know in that country.
    package func coordinates(of place: String, country: String?) -> Coordinates? {
        let country = country ?? usualCountry(of: place)
        if let point = points.coordinates(of: place, country: country) { return point }
        if let city = cities[place], country == nil || country == city.country { return city.point }
        return nil
    }

    private func usualCountry(of place: String) -> String? {
        switch phrases[place]?.kind {
        case .capital, .place: phrases[place]?.code
        default: nil
        }
    }
}
