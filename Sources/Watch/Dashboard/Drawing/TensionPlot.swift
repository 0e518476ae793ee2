import Records

/// Curves over days as SVG, with points that stand out marked.
///
/// A view for the template `plot`.
struct TensionPlot {
    /// One curve; a day without a value interrupts it.
    struct Series {
        /// Its class in the style sheet: `tension`, `conflict`, `cooperation`.
        var kind: String
        var name: String
        var values: [Double?]
    }

    struct Rule {
        var kind: String
        var y: Int
        var left: Int
        var right: Int
        var textX: Int
        var textY: Int
        var label: String
    }

    struct Label {
        var x: Int
        var y: Int
        var anchor: String
        var label: String
    }

    struct Curve {
        var kind: String
        var name: String
        var path: String
    }

    struct Point {
        var kind: String
        var x: String
        var y: String
        var radius: Int
        var label: String
    }

    let id: String
    let title: String
    let description: String
    let caption: String
    let width = 760
    let height = 240
    let rows: [Rule]
    let columns: [Label]
    let curves: [Curve]
    let points: [Point]

    private static let area = (left: 46, right: 748, top: 12, bottom: 208)

    /// - Parameters:
    ///   - first: the day of the first value of each series.
    ///   - step: days from one value to the next.
    ///   - series: of one length; may be empty.
    ///   - anomalies: values, counted from the first, to mark on the first curve, with what to say of them.
    init(
        id: String,
        title: String,
        caption: String,
        first: CivilDate,
        step: Int = 1,
        series: [Series],
        anomalies: [(day: Int, label: String)] = []
    ) {
        let area = TensionPlot.area
        let days = series.map(\.values.count).max() ?? 0
        let known = series.flatMap { $0.values.compactMap { $0 } }.filter(\.isFinite)
        let scale = Scale(low: min(known.min() ?? 0, 0), high: max(known.max() ?? 0, 0))
        func x(_ day: Int) -> Double {
            days < 2
                ? Double(area.left + area.right) / 2
                : Double(area.left) + Double(day) / Double(days - 1) * Double(area.right - area.left)
        }
        func y(_ value: Double) -> Double {
            Double(area.bottom) - (value - scale.low) / (scale.high - scale.low) * Double(area.bottom - area.top)
        }
        self.id = id
        self.title = title
        self.caption = caption
        rows = scale.ticks.map { tick in
            let at = Int(y(tick).rounded())
            return Rule(
                kind: tick == 0 ? "axis" : "grid",
                y: at,
                left: area.left,
                right: area.right,
                textX: area.left - 6,
                textY: at + 4,
                label: Wording.decimal(tick, places: scale.places) ?? ""
            )
        }
        let marked =
            days == 0 ? [] : days == 1 ? [0] : days < 4 ? [0, days - 1] : [0, days / 3, days * 2 / 3, days - 1]
        columns = marked.map { day in
            Label(
                x: Int(x(day).rounded()),
                y: area.bottom + 22,
                anchor: days == 1 ? "middle" : day == 0 ? "start" : day == days - 1 ? "end" : "middle",
                label: Wording.day(first.adding(days: day * step))
            )
        }
        curves = series.map { line in
            Curve(kind: line.kind, name: line.name, path: TensionPlot.path(line.values, x: x, y: y))
        }
        func point(_ place: Int, _ value: Double, _ kind: String, _ radius: Int, _ words: String) -> Point {
            let day = Wording.day(first.adding(days: place * step))
            return Point(
                kind: kind,
                x: number(x(place)),
                y: number(y(value)),
                radius: radius,
                label: "\(day): \(words)"
            )
        }
        // Few values are worth a dot each, which says its number.
        let dots = (days <= 60 ? series : []).flatMap { line in
            line.values.enumerated().compactMap { place, value -> Point? in
                guard let value, value.isFinite, value != 0 else { return nil }
                return point(
                    place,
                    value,
                    "dot \(line.kind)",
                    3,
                    "\(line.name) \(Wording.decimal(value, places: 1) ?? "")"
                )
            }
        }
        let rings = anomalies.compactMap { anomaly -> Point? in
            guard let values = series.first?.values, values.indices.contains(anomaly.day),
                let value = values[anomaly.day]
            else { return nil }
            return point(anomaly.day, value, "ring", 7, anomaly.label)
        }
        points = dots + rings
        description = TensionPlot.words(first, step, series, rings.count)
    }

    /// What a reader who does not see the curves is told.
    private static func words(_ first: CivilDate, _ step: Int, _ series: [Series], _ anomalies: Int) -> String {
        let parts = series.map { line -> String in
            let known = line.values.enumerated().compactMap { day, value in value.map { (day: day, value: $0) } }
            guard let last = known.last, let high = known.max(by: { $0.value < $1.value }) else {
                return "\(line.name): no values."
            }
            let lastWords =
                "\(Wording.decimal(last.value) ?? "") on \(Wording.day(first.adding(days: last.day * step)))"
            return
                "\(line.name): last \(lastWords), highest \(Wording.decimal(high.value) ?? "") on \(Wording.day(first.adding(days: high.day * step)))."
        }
        return (parts + (anomalies > 0 ? ["Days that stand out: \(anomalies)."] : [])).joined(separator: " ")
    }

    private static func path(_ values: [Double?], x: (Int) -> Double, y: (Double) -> Double) -> String {
        var path = ""
        var isDown = false
        for (day, value) in values.enumerated() {
            guard let value, value.isFinite else {
                isDown = false
                continue
            }
            path += "\(isDown ? "L" : "M")\(number(x(day))) \(number(y(value)))"
            // A day alone is a dot: a line of no length with round ends.
            if !isDown, day + 1 >= values.count || values[day + 1] == nil { path += "h0.01" }
            isDown = true
        }
        return path
    }

    /// Round numbers beside the axis.
    private struct Scale {
        var low: Double
        var high: Double
        var ticks: [Double] = []
        var places = 0

        init(low: Double, high: Double) {
            let range = high > low ? high - low : 1
            var step = 0.01
            // 0.01, 0.02, 0.05, 0.1 … until at most five steps are left.
            for factor in Scale.factors.cycled(24) {
                if range / step <= 5 { break }
                step *= factor
            }
            self.low = (low / step).rounded(.down) * step
            self.high = ((high > low ? high : low + 1) / step).rounded(.up) * step
            places = step < 0.1 ? 2 : step < 1 ? 1 : 0
            let count = Int(((self.high - self.low) / step).rounded())
            let first = (self.low / step).rounded()
            ticks = (0...max(count, 1)).map { (first + Double($0)) * step }
        }

        private static let factors = [2.0, 2.5, 2.0]
    }
}

extension [Double] {
    fileprivate func cycled(_ rounds: Int) -> [Double] { (0..<rounds * count).map { self[$0 % count] } }
}

/// A coordinate with at most one decimal.
func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : Wording.decimal(Double(tenths) / 10, places: 1) ?? "0"
}
