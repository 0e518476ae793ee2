package import Records

/// What filters see of a record: `name=value` pairs, one space between them.
package enum RecordKeys {
    /// - Parameter type: `event`, or `event.corrected` and `event.retracted` for what changes one.
    package static func event(_ event: Event, type: String = "event") -> String {
        var pairs = [
            KeyName.type.pair(type), KeyName.event.pair(event.event.rawValue),
            KeyName.status.pair(event.status.rawValue), KeyName.quad.pair("\(event.quadCode)"),
            KeyName.historical.pair("\(event.historical)"),
        ]
        if let confidence = event.confidence { pairs.append(KeyName.confidence.pair(confidence)) }
        // CAMEO codes nest: 1612 is also 161 and 16.
        if let cameo = event.cameo { pairs += (2...4).map { KeyName.cameo.pair(String(cameo.prefix($0))) } }
        pairs += event.mode.map(KeyName.mode.pair) + event.context.map(KeyName.context.pair)
        pairs += event.actor.compactMap(\.code).map(KeyName.actor.pair)
        pairs += event.recipient.compactMap(\.code).map(KeyName.recipient.pair)
        let place = event.location?.country
        pairs += ((event.actor + event.recipient).compactMap(\.code) + [place].compactMap { $0 })
            .map(KeyName.country.pair)
        pairs += (event.actor + event.recipient).compactMap(\.sector?.rawValue).map(KeyName.sector.pair)
        pairs += [event.location?.name, place].compactMap { $0 }.map(KeyName.place.pair)
        return joined(pairs + source(event.article))
    }

    package static func quote(_ quote: Quote) -> String {
        let code = quote.speaker?.code
        return joined(
            [KeyName.type.pair("quote")]
                + (code.map { [KeyName.actor.pair($0), KeyName.country.pair($0)] } ?? []) + source(quote.article)
        )
    }

    package static func article(_ article: ArticleReference) -> String {
        joined([KeyName.type.pair("article")] + source(article))
    }

    /// An alert has no keys of the events behind it: who asks for events of a country wants those.
    package static func alert(rule: String, severity: String) -> String {
        joined([KeyName.type.pair("alert"), KeyName.severity.pair(severity), KeyName.rule.pair(rule)])
    }

    /// The keys of one record and those of another that it does not have; the type is the first one's.
    package static func union(_ keys: String, _ others: String) -> String {
        let type = KeyName.type.pair("")
        return joined(
            (keys.split(separator: " ") + others.split(separator: " ").filter { !$0.hasPrefix(type) }).map(String.init)
        )
    }

    private static func source(_ article: ArticleReference) -> [String] {
        article.source.map { [KeyName.source.pair($0)] } ?? []
    }

    /// Each pair once, in order, cut to what the log's column holds: what comes first is kept.
    private static func joined(_ pairs: [String]) -> String {
        var seen: Set<String> = []
        var text = ""
        for pair in pairs where seen.insert(pair).inserted && text.utf8.count + pair.utf8.count < 4000 {
            text += (text.isEmpty ? "" : " ") + pair
        }
        return text
    }
}
