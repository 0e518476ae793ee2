import Records

extension OpenAPI {
    /// Parts of answers by name.
    ///
    /// What a record holds is open: docs/record.md says what each member means.
    static let schemas: [String: Schema] = records.merging(derived) { first, _ in first }

    private static let party = Schema.object(
        [
            "text": .text, "name": .text.orNull, "code": .text.orNull, "sector": .text.orNull, "office": .text.orNull,
            "wikidata": .text.orNull,
        ],
        optional: ["office", "wikidata"]
    )
    private static let reference = Schema.object(
        ["id": .uuid, "title": .text.orNull, "source": .text.orNull, "url": .text.orNull, "published": .text.orNull],
        isOpen: true
    )
    private static let spans = Schema.list(.list(.integer))

    private static let records: [String: Schema] = [
        "Problem": .object(
            ["type": .text, "title": .text, "status": .integer, "detail": .text],
            isOpen: true
        ),
        "EventRecord": .object(
            [
                "id": .uuid, "date": .day.orNull, "event": .oneOf(EventType.allCases.map(\.rawValue)),
                "mode": .list(.text),
                "context": .list(.text), "cameo": .text.orNull, "quad_code": .integer, "event_scale": .number,
                "goldstein": .number.orNull, "status": .oneOf(EventStatus.allCases.map(\.rawValue)),
                "historical": .bool,
                "claimed_by": .list(party), "actor": .list(party), "recipient": .list(party), "quote": .uuid.orNull,
                "confidence": .number.orNull,
                "evidence": .object(
                    [
                        "sentence": .integer, "text": .text, "start": .integer.orNull, "event": spans, "actor": spans,
                        "recipient": spans, "date": spans, "rule": .text,
                    ],
                    optional: ["start"]
                ),
                "article": reference, "coder": .text,
            ],
            isOpen: true
        ),
        "Event": .object([
            "seq": .integer, "at": .time, "incident": .uuid, "day": .day, "is_dated": .bool, "latitude": .number.orNull,
            "longitude": .number.orNull, "record": .named("EventRecord"),
        ]),
        "EventDetail": .object([
            "seq": .integer, "at": .time, "incident": .uuid, "day": .day, "is_dated": .bool, "latitude": .number.orNull,
            "longitude": .number.orNull, "record": .named("EventRecord"),
            "article": .object([
                "id": .uuid, "title": .text.orNull, "source": .text.orNull, "url": .text.orNull,
                "published": .text.orNull, "text": .text,
            ]),
            "feedback": .list(.named("Feedback")),
        ]),
        "Feedback": .object([
            "id": .uuid, "at": .time, "by": .text, "wrong": .text, "reason": .text, "correction": .anything.orNull,
            "record": .uuid.orNull,
        ]),
        "Note": .object(
            [
                "id": .uuid, "at": .text, "event": .uuid, "by": .text, "wrong": .text, "reason": .text,
                "correction": .anything.orNull, "record": .uuid,
            ],
            optional: ["correction"]
        ),
        "Incident": .object([
            "id": .uuid, "first_seq": .integer, "last_seq": .integer, "first_at": .time, "last_at": .time, "day": .day,
            "event": .text, "mode": .text.orNull, "quad": .integer, "status": .text, "actor": .text, "recipient": .text,
            "countries": .list(.text), "place": .text.orNull, "latitude": .number.orNull, "longitude": .number.orNull,
            "reports": .integer, "origins": .integer, "confidence": .number.orNull,
        ]),
        "IncidentDetail": .object([
            "incident": .named("Incident"), "ledger": .anything, "merged_into": .uuid.orNull, "stories": .list(.uuid),
        ]),
        "QuoteRecord": .object(
            [
                "id": .uuid, "text": .text, "spans": spans,
                "speaker": Schema.object(["name": .text.orNull, "text": .text, "code": .text.orNull]).orNull,
                "kind": .oneOf(["direct", "indirect", "mixed"]), "cue": .text.orNull, "article": reference,
            ],
            isOpen: true
        ),
        "Quote": .object(["seq": .integer, "at": .time, "record": .named("QuoteRecord")]),
        "Article": .object([
            "id": .uuid, "seq": .integer, "at": .time, "origin": .uuid, "published": .time.orNull, "day": .day,
            "title": .text.orNull, "source": .text.orNull, "document_type": .text.orNull, "not_coded": .text.orNull,
            "events": .integer, "quotes": .integer,
        ]),
        "ArticleDetail": .object([
            "id": .uuid, "sha256": .text, "format": .text, "title": .text.orNull, "author": .text.orNull,
            "source": .text.orNull, "url": .text.orNull, "language": .text.orNull, "published": .text.orNull,
            "published_reason": .text.orNull, "dateline": .text.orNull, "received_at": .time,
            "superseded_by": .uuid.orNull, "origin": .uuid, "text": .text, "entry": Schema.named("Article").orNull,
            "story": .uuid.orNull, "record": .anything.orNull, "events": .list(.named("Event")),
            "quotes": .list(.named("Quote")),
        ]),
        "Entity": .object([
            "id": .uuid, "name": .text, "type": .oneOf(Entity.EntityType.allCases.map(\.rawValue)),
            "code": .text.orNull,
            "sector": .text.orNull, "office": .text.orNull, "wikidata": .text.orNull, "aliases": .list(.text),
            "articles": .integer, "first_seq": .integer, "last_seq": .integer,
        ]),
    ]

    private static let derived: [String: Schema] = [
        "Story": .object([
            "id": .uuid, "first_seq": .integer, "last_seq": .integer, "first_at": .time, "last_at": .time,
            "headline": .text, "articles": .integer, "origins": .integer, "countries": .list(.text),
        ]),
        "StoryDetail": .object([
            "story": .named("Story"), "merged_into": .uuid.orNull, "data": .anything,
            "changes": .list(
                .object([
                    "at": .time, "seq": .integer, "kind": .oneOf(["merge", "split"]), "story": .uuid, "other": .uuid,
                ])
            ),
            "articles": .list(.named("Article")),
        ]),
        "Alert": .object([
            "id": .uuid, "seq": .integer, "at": .time, "rule": .text, "severity": .text, "key": .text, "title": .text,
            "importance": .number.orNull, "credibility": .number.orNull, "data": .anything,
        ]),
        "AlertDetail": .object([
            "alert": .named("Alert"),
            "deliveries": .list(
                .object([
                    "sink": .text, "state": .oneOf(["waiting", "delivered", "failed"]), "attempts": .integer,
                    "due_at": .time, "detail": .text.orNull,
                ])
            ),
        ]),
        "Brief": .object([
            "id": .uuid, "made_at": .time, "scope": .text, "since": .time.orNull, "until": .time.orNull,
            "seq": .integer, "data": .named("MadeBrief"),
        ]),
        "MadeBrief": .object(
            [
                "id": .uuid, "scope": .text, "title": .text, "since": .day.orNull, "until": .day.orNull,
                "seq": .integer, "summary": .list(.anything), "events": .list(.anything), "sources": .list(.anything),
            ],
            optional: ["since", "until"],
            isOpen: true
        ),
        "Index": .object([
            "since": .day, "until": .day, "statuses": .list(.text),
            "series": .list(
                .object([
                    "direction": .text,
                    "days": .list(
                        .object(["day": .day, "events": .integer, "quads": .list(.integer), "scale_mean": .number])
                    ),
                ])
            ),
        ]),
        "System": .object([
            "log": .object(["epoch": .uuid, "head": .integer, "floor": .integer]),
            "queue": .object([
                "ready": .integer, "leased": .integer, "dead": .integer, "oldest_ready_seconds": .integer,
            ]),
            "watch": Schema.object(["seq": .integer, "lag": .integer]).orNull,
            "dead": .list(
                .object(["article": .uuid, "title": .text.orNull, "attempts": .integer, "reason": .text.orNull])
            ),
            "services": .list(
                .object(["name": .text, "instance": .text, "seconds_ago": .integer, "state": .anything])
            ),
            "webhooks": .list(
                .object([
                    "name": .text, "state": .text, "reason": .text.orNull, "delivered": .integer, "failures": .integer,
                    "lag": .integer.orNull,
                ])
            ),
        ]),
    ]
}
