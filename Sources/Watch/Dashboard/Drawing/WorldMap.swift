import Records

/// Places of events on an equirectangular map of the world, a quarter of a degree a unit.
///
/// A view for the template `map`.
struct WorldMap {
    /// A place with the reports of acts there.
    struct Spot {
        var name: String
        var latitude: Double
        var longitude: Double
        var reports: Int
        /// The kind most reported.
        var quad: Int
        /// How many reports say that it happened.
        var happened: Int
        var last: CivilDate
        var link: String
    }

    struct Place {
        var name: String
        var link: String
        var x: String
        var y: String
        var radius: String
        var quad: String
        var quadName: String
        var happened: Bool
        var reports: String
        var last: String
        var label: String
    }

    struct Line { var path: String }

    let period: String
    let choices: [Dashboard.Window.Choice]
    let description: String
    let grid: [Line]
    let places: [Place]

    /// - Parameter spots: the most reported first; those beyond the map's edges are left out.
    init(_ spots: [Spot], _ window: Dashboard.Window) {
        let shown = spots.filter { (-90...90).contains($0.latitude) && (-180...180).contains($0.longitude) }
        let most = shown.map(\.reports).max() ?? 1
        places = shown.map { spot in
            let reports = Wording.count(spot.reports, "report")
            return Place(
                name: spot.name,
                link: spot.link,
                x: number((spot.longitude + 180) * 4),
                y: number((90 - spot.latitude) * 4),
                // The area goes with the number.
                radius: number(7 + 21 * (Double(spot.reports) / Double(max(most, 1))).squareRoot()),
                quad: "q\(spot.quad)",
                quadName: Wording.quad(spot.quad),
                happened: spot.happened > 0,
                reports: reports,
                last: Wording.day(spot.last),
                label: "\(spot.name): \(reports), most of it \(Wording.quad(spot.quad).lowercased())"
            )
        }
        grid = WorldMap.graticule
        period = window.period
        choices = window.choices
        let total = shown.reduce(0) { $0 + $1.reports }
        description = "\(Wording.count(shown.count, "place")), \(Wording.count(total, "report"))."
    }

    /// Every thirty degrees.
    private static let graticule =
        stride(from: 120, to: 1440, by: 120).map { Line(path: "M\($0) 0V720") }
        + stride(from: 120, to: 720, by: 120).map { Line(path: "M0 \($0)H1440") }
}
