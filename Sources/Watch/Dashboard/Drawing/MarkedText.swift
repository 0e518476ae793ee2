import Records

/// A text with what was read in it: cut at every border of a span, so that spans may overlap in any way.
struct MarkedText {
    /// What a span of the text is.
    struct Mark {
        enum Kind: Int, Comparable {
            // What comes later is shown where several meet.
            case quote, entity, date, recipient, actor, act
            static func < (one: Kind, other: Kind) -> Bool { one.rawValue < other.rawValue }
        }

        var span: Span
        var kind: Kind
        /// Why it is marked, for a person.
        var why: String
        /// What it leads to.
        var link: String?
        /// Whether the act that it belongs to is reported as having happened.
        var happened = true
    }

    /// A piece that the same marks cover from its beginning to its end.
    struct Piece: Equatable {
        struct Reason: Equatable {
            /// Classes of the style sheet, a space between them.
            var classes: String
            var why: String
            var link: String?
        }

        var text: String
        /// Nil for text that nothing marks.
        var reason: Reason?
    }

    struct Paragraph: Equatable {
        var pieces: [Piece]
    }

    var paragraphs: [Paragraph]

    /// - Complexity: O(*n* log *n*) in the marks, times how many of them overlap in one place.
    ///
    /// - Parameters:
    ///   - text: what spans are bytes of; bytes of a span beyond it are left out, borders inside a character move to its beginning.
    ///   - range: the bytes to show; nil is all of them.
    init(_ text: String, _ marks: [Mark], range: Span? = nil) {
        let bytes = Array(text.utf8)
        func border(_ at: Int) -> Int {
            var at = min(max(at, 0), bytes.count)
            while at < bytes.count, at > 0, bytes[at] & 0xC0 == 0x80 { at -= 1 }
            return at
        }
        let bounds = range.map { border($0.start)..<max(border($0.start), border($0.end)) } ?? 0..<bytes.count
        let placed = marks.compactMap { mark -> Mark? in
            var mark = mark
            mark.span = Span(
                max(border(mark.span.start), bounds.lowerBound),
                min(border(mark.span.end), bounds.upperBound)
            )
            return mark.span.start < mark.span.end ? mark : nil
        }
        .sorted { $0.span.start < $1.span.start }
        let breaks = MarkedText.paragraphBreaks(bytes, bounds)
        let borders = Set(
            placed.flatMap { [$0.span.start, $0.span.end] } + breaks.flatMap { [$0.lowerBound, $0.upperBound] }
                + [bounds.lowerBound, bounds.upperBound]
        )
        .sorted()
        var active: [Mark] = []
        var next = 0
        var gap = 0
        var paragraph = Paragraph(pieces: [])
        paragraphs = []
        for (start, end) in zip(borders, borders.dropFirst()) {
            active.removeAll { $0.span.end <= start }
            while next < placed.count, placed[next].span.start <= start {
                active.append(placed[next])
                next += 1
            }
            while gap < breaks.count, breaks[gap].upperBound <= start { gap += 1 }
            if gap < breaks.count, breaks[gap].contains(start) {
                if !paragraph.pieces.isEmpty { paragraphs.append(paragraph) }
                paragraph.pieces = []
                continue
            }
            paragraph.pieces.append(
                MarkedText.piece(String(decoding: bytes[start..<end], as: UTF8.self), active)
            )
        }
        if !paragraph.pieces.isEmpty { paragraphs.append(paragraph) }
    }

    private static func piece(_ text: String, _ marks: [Mark]) -> Piece {
        guard let top = marks.max(by: { $0.kind < $1.kind }) else { return Piece(text: text) }
        var kinds = Set(marks.map(\.kind))
        // One background at a time; the underline of quotes and names goes with any of them.
        kinds = kinds.filter { $0 == top.kind || $0 <= .entity }
        let open = marks.contains { $0.kind >= .date && $0.kind == top.kind && !$0.happened }
        let classes = ["m"] + kinds.sorted().map { "\($0)" } + (open ? ["unsure"] : [])
        var seen: Set<String> = []
        let reasons = marks.sorted { $0.kind > $1.kind }.map(\.why).filter { seen.insert($0).inserted }
        return Piece(
            text: text,
            reason: .init(
                classes: classes.joined(separator: " "),
                why: reasons.prefix(5).joined(separator: "; "),
                link: marks.filter { $0.link != nil }.max { $0.kind < $1.kind }?.link
            )
        )
    }

    /// Runs of line ends of which there are two or more, with the spaces between them.
    private static func paragraphBreaks(_ bytes: [UInt8], _ bounds: Range<Int>) -> [Range<Int>] {
        var breaks: [Range<Int>] = []
        var at = bounds.lowerBound
        while at < bounds.upperBound {
            guard bytes[at] == UInt8(ascii: "\n") else {
                at += 1
                continue
            }
            let blank: [UInt8] = [0x0A, 0x0D, 0x20, 0x09]
            var (start, end) = (at, at)
            var lines = 0
            while start > bounds.lowerBound, blank.contains(bytes[start - 1]) { start -= 1 }
            while end < bounds.upperBound, blank.contains(bytes[end]) {
                if bytes[end] == UInt8(ascii: "\n") { lines += 1 }
                end += 1
            }
            if lines > 1 { breaks.append(start..<end) }
            at = max(end, at + 1)
        }
        return breaks
    }
}

extension MarkedText {
    /// The marks of one event: its act, parties and date.
    static func marks(of event: Event) -> [Mark] {
        let wording = Wording(event)
        let link = "/events/\(event.id)"
        let happened = event.status == .happened
        func marks(_ spans: [Span], _ kind: Mark.Kind, _ why: String) -> [Mark] {
            spans.map { Mark(span: $0, kind: kind, why: why, link: link, happened: happened) }
        }
        return marks(event.evidence.event, .act, "act: \(wording.sentence), \(wording.status)")
            + marks(event.evidence.actor, .actor, "actor of \(wording.act), \(wording.status): \(wording.actor)")
            + marks(
                event.evidence.recipient,
                .recipient,
                "recipient of \(wording.act), \(wording.status): \(wording.recipient)"
            )
            + marks(event.evidence.date, .date, "date of \(wording.act): \(event.date.map(Wording.day) ?? "not known")")
    }

    static func marks(of quote: Quote) -> [Mark] {
        let speaker = quote.speaker.map { $0.name ?? $0.text } ?? "nobody named"
        return quote.spans.map {
            Mark(span: $0, kind: .quote, why: "\(quote.kind.rawValue) quote of \(speaker)", link: nil)
        }
    }

    static func marks(of entity: Entity) -> [Mark] {
        let facts = [entity.code, entity.sector?.rawValue, entity.office].compactMap { $0 }.joined(separator: ", ")
        let why = "\(entity.name)\(facts.isEmpty ? "" : " (\(facts))")"
        return entity.mentions.map {
            Mark(span: $0.span, kind: .entity, why: why, link: "/entities/\(entity.id)")
        }
    }
}
