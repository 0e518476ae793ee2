import HTTPSupport
import HTTPTypes
import Records
import Storage
import Wire

extension APIRoute {
    /// What the log says: events, incidents, quotes, articles, and who is named in them.
    static let records: [APIRoute] = [
        .reading(
            "/events",
            "Events that hold now, one a report, the newest first.",
            [.filter] + APIParameter.days + [
                .query("incident", .uuid, "Reports of this incident."),
                .query("article", .uuid, "Events of this article."),
                .query("entity", .uuid, "Events with this entity, by its name, as actor, recipient or claimant."),
            ] + APIParameter.page,
            .page(.named("Event"))
        ) { question, connection in
            var wanted = Reading.EventQuestion(try question.filter())
            wanted.days = question.days
            wanted.incident = question.id("incident")
            wanted.article = question.id("article")
            if let id = question.id("entity") {
                guard let entity = try Reading.entity(id, on: connection) else {
                    throw Problem(.badRequest, "entity: there is no entity \(id)")
                }
                wanted.name = try entity.value().name
            }
            return try Reading.events(wanted, question.page, on: connection).json
        },
        .reading(
            "/events/{id}",
            "One event with the text that its evidence points into, and what people said of it.",
            [.path("id", .uuid, "Its identifier.")],
            .named("EventDetail")
        ) { question, connection in
            let id = try question.required("id").lowercased()
            if let event = try Reading.event(id, on: connection) { return event.json }
            if let successor = try Reading.successor(ofEvent: id, on: connection) {
                throw Problem(.gone, "event \(id) does not hold any more: record \(successor) corrects or retracts it")
            }
            throw Problem(.notFound, "there is no event \(id)")
        },
        .reading(
            "/incidents",
            "Acts across articles, the one that changed last first.",
            [
                .query(
                    "where",
                    .filter,
                    "As for events, of the names \(Filter.incidentNames.map(\.rawValue).joined(separator: ", "))."
                )
            ] + APIParameter.days + [.order] + APIParameter.page,
            .page(.named("Incident"))
        ) { question, connection in
            var wanted: Reading.IncidentQuestion
            do { wanted = try Reading.IncidentQuestion(question.filter()) } catch let error as Filter.Unsuited {
                throw Problem(.badRequest, "where: \(error)")
            }
            wanted.days = question.days
            wanted.order = question.order
            return try Reading.incidents(wanted, question.page, on: connection).json
        },
        .thing(
            "/incidents/{id}",
            "incident",
            "One incident with its ledger, and the stories that report it.",
            .named("IncidentDetail")
        ) { try Reading.incident($0, on: $1) },
        .reading(
            "/quotes",
            "What people are quoted as having said, the newest first.",
            [
                .query("speaker", .text, "The speaker's name, as it was resolved."),
                .query("code", .code, "The speaker's country or group."),
                .query("article", .uuid, "Quotes of this article."),
            ] + APIParameter.page,
            .page(.named("Quote"))
        ) { question, connection in
            var wanted = Reading.QuoteQuestion()
            wanted.speaker = question["speaker"]
            wanted.code = question["code"]
            wanted.article = question.id("article")
            return try Reading.quotes(wanted, question.page, on: connection).json
        },
        .reading(
            "/articles",
            "Articles that were coded, the newest first.",
            APIParameter.days + [
                .query("source", .text, "The medium, as the article states it."),
                .query("story", .uuid, "Articles of this story."),
                .query("entity", .uuid, "Articles that name this entity."),
            ] + APIParameter.page,
            .page(.named("Article"))
        ) { question, connection in
            var wanted = Reading.ArticleQuestion()
            wanted.days = question.days
            wanted.source = question["source"]
            wanted.story = question.id("story")
            wanted.entity = question.id("entity")
            return try Reading.articles(wanted, question.page, on: connection).json
        },
        .thing(
            "/articles/{id}",
            "article",
            "One article: its text, its entities with their mentions, its events and quotes.",
            .named("ArticleDetail")
        ) { try Reading.article($0, on: $1) },
        .reading(
            "/entities",
            "Persons, organisations, countries and places, those first that most articles name; with q, those first that are most alike.",
            [
                .query("q", .text, "A name, or a part of one."),
                .query("type", .oneOf(Entity.EntityType.allCases.map(\.rawValue)), "What it is."),
                .query("code", .code, "Its country or group."),
            ] + APIParameter.page,
            .page(.named("Entity"))
        ) { question, connection in
            var wanted = Reading.EntityQuestion()
            wanted.text = question["q"]
            wanted.type = question["type"]
            wanted.code = question["code"]
            return try Reading.entities(wanted, question.page, on: connection).json
        },
        .thing("/entities/{id}", "entity", "One entity.", .named("Entity")) { try Reading.entity($0, on: $1) },
    ]
}

extension APIParameter {
    static let order = APIParameter.query(
        "order",
        .oneOf(Reading.Order.allCases.map(\.rawValue)),
        "`last`: what changed last stands first; `first`: what began last, and then a place in the list never moves."
    )
}
