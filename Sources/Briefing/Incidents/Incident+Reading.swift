package import Records

extension Incident {
    /// A status, from when it holds and by whose word.
    package struct Change: Codable, Sendable, Equatable {
        /// A status of events, or `retracted`.
        package var status: String
        package var seq: Int
        /// Milliseconds since 1970-01-01 UTC.
        package var at: Int
        package var event: String
        /// Who claims or denies it; empty when the article itself says so.
        package var by: [String]
        package var source: String?
    }

    /// What one party says of the act: the claim ledger has one a party and status.
    package struct Claim: Codable, Sendable, Equatable {
        /// A name or, for what an article says itself, nil.
        package var party: String?
        package var status: EventStatus
        /// Whether the party says that the act did not take place.
        package var denies: Bool
        package var events: [String]
        /// The sentences, at most three.
        package var sentences: [String]
    }

    /// Numbers that reports give for one thing; they may disagree.
    package struct Range: Codable, Sendable, Equatable {
        package var slot: String
        package var unit: String
        package var low: Double
        package var high: Double
        package var values: [Value]

        package struct Value: Codable, Sendable, Equatable {
            package var value: Double
            package var qualifier: String
            package var events: [String]
        }
    }

    /// The statuses the act has had, in the order of the log; the last one holds.
    ///
    /// A report that takes the act further (hypothetical, proposed, threatened, announced, alleged, happened) changes its status; a denial does
    /// unless an article itself says that the act happened: then it stands in the ledger alone. What is announced, alleged or happened after a
    /// denial holds again. Who proposed what has happened since changes nothing.
    package var history: [Change] {
        var changes: [Change] = []
        var current: EventStatus?
        for report in shown {
            let isChange =
                switch current {
                case nil: true
                case .happened?: false
                case let now?:
                    if report.denies {
                        now.rank >= 0
                    } else {
                        report.status.rank > (now.rank < 0 ? EventStatus.threatened.rank : now.rank)
                    }
                }
            guard isChange else { continue }
            current = report.status
            changes.append(
                Change(
                    status: report.status.rawValue,
                    seq: report.seq,
                    at: report.at,
                    event: report.event,
                    by: report.claimedBy,
                    source: report.source
                )
            )
        }
        if let withdrawn, reports == 0 {
            changes.append(
                Change(
                    status: "retracted",
                    seq: lastSeq,
                    at: lastAt,
                    event: withdrawn.event,
                    by: [],
                    source: withdrawn.source
                )
            )
        }
        return changes
    }

    /// The status that holds: one of events, or `retracted` when no report stands.
    package var status: String { history.last?.status ?? "retracted" }

    /// Who says what of the act, in the order in which they began to.
    package var claims: [Claim] {
        var claims: [Claim] = []
        for report in shown {
            for party in report.claimedBy.isEmpty ? [nil] : report.claimedBy.map(Optional.some) {
                if let index = claims.firstIndex(where: { $0.party == party && $0.status == report.status }) {
                    claims[index].events.append(report.event)
                    if claims[index].sentences.count < 3, !claims[index].sentences.contains(report.text) {
                        claims[index].sentences.append(report.text)
                    }
                } else {
                    claims.append(
                        Claim(
                            party: party,
                            status: report.status,
                            denies: report.denies,
                            events: [report.event],
                            sentences: [report.text]
                        )
                    )
                }
            }
        }
        return claims
    }

    /// The numbers by slot and unit, in the order in which they were first told.
    package var quantities: [Range] {
        var ranges: [Range] = []
        for report in shown {
            for quantity in report.act.quantity {
                let value = Range.Value(value: quantity.value, qualifier: quantity.qualifier, events: [report.event])
                guard let index = ranges.firstIndex(where: { $0.slot == quantity.slot && $0.unit == quantity.unit })
                else {
                    ranges.append(
                        Range(
                            slot: quantity.slot,
                            unit: quantity.unit,
                            low: value.value,
                            high: value.value,
                            values: [value]
                        )
                    )
                    continue
                }
                ranges[index].low = min(ranges[index].low, value.value)
                ranges[index].high = max(ranges[index].high, value.value)
                let same = ranges[index].values.firstIndex {
                    $0.value == value.value && $0.qualifier == value.qualifier
                }
                if let same {
                    ranges[index].values[same].events.append(report.event)
                } else {
                    ranges[index].values.append(value)
                }
            }
        }
        return ranges
    }

    /// The most credible report: the one whose status says most, then the surest, then the fullest, then the first.
    package var best: IncidentReport? {
        shown.max {
            ($0.status.rank, $0.confidence ?? 0, $0.slots, -$0.seq) < (
                $1.status.rank, $1.confidence ?? 0, $1.slots, -$1.seq
            )
        }
    }

    /// How well it is supported that the act took place, 0 to 1; it says nothing of how much that matters.
    ///
    /// Every origin supports it once, by its best report: 0.7 × the weight of the report's status (`EventStatus.weight`) × the coder's confidence
    /// in the record (0.5 where it was not measured). Origins add up as independent evidence does (noisy-or): 1 - product of (1 - support). Denials
    /// take away up to half: the sum is multiplied by 1 - 0.5 × denying / (denying + supporting origins). 0 when all was retracted.
    package var credibility: Double {
        guard reports > 0 else { return 0 }
        var support: [String: Double] = [:]
        var denying: Set<String> = []
        for report in shown {
            if report.denies { denying.insert(report.origin) }
            let points = 0.7 * report.status.weight * (report.confidence ?? 0.5)
            if points > 0 { support[report.origin] = max(support[report.origin] ?? 0, points) }
        }
        guard !support.isEmpty else { return 0 }
        // In one order: a product of floating-point numbers depends on it.
        let doubt = support.values.sorted().reduce(1) { $0 * (1 - $1) }
        let against = Double(denying.count) / Double(denying.count + support.count)
        return ((1 - doubt) * (1 - 0.5 * against) * 1000).rounded() / 1000
    }

    /// How much the act matters, whether or not it took place: PLOVER intensity (of 10), reports, and days they spread over.
    ///
    /// |intensity| × log2(1 + reports) × (1 + min(days, 10) / 10). 0 when all was retracted.
    package var importance: Double {
        guard let best, reports > 0 else { return 0 }
        let days = min(Double(lastAt - firstAt) / 86_400_000, 10)
        return (abs(best.scale) * Incident.log2(1 + reports) * (1 + days / 10) * 100).rounded() / 100
    }

    /// The binary logarithm, linear between powers of two.
    private static func log2(_ number: Int) -> Double {
        let whole = Int.bitWidth - 1 - number.leadingZeroBitCount
        let power = Double(1 << whole)
        return Double(whole) + (Double(number) - power) / power
    }

    /// The day of the act: of the best report that dates it, else of the best.
    package var day: CivilDate? {
        (shown.filter { $0.act.isDated && !$0.denies }.max { $0.status.rank < $1.status.rank } ?? best)?.act.day
    }

    /// The countries of its parties and of its place.
    package var countries: [String] {
        let acts = shown.map(\.act)
        return Set(acts.flatMap { ($0.actor + $0.recipient).compactMap(\.code) + [$0.country].compactMap { $0 } })
            .sorted()
    }
}
