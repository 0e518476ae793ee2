import Crypto

/// What is embedded in the executable: templates and the files that pages refer to.
enum Assets {
    /// A file that pages refer to.
    struct File: Sendable {
        var type: String
        var bytes: [UInt8]
    }

    static let files: [String: File] = [
        "style.css": File(type: "text/css; charset=utf-8", bytes: PackageResources.style_css),
        "dashboard.js": File(type: "text/javascript; charset=utf-8", bytes: PackageResources.dashboard_js),
        "icon.svg": File(type: "image/svg+xml", bytes: PackageResources.icon_svg),
    ]

    /// Changes when a file does: addresses carry it, so that browsers keep a file for good.
    static let version: String = {
        var hash = SHA256()
        for (_, file) in files.sorted(by: { $0.key < $1.key }) { hash.update(data: file.bytes) }
        return hash.finalize().prefix(6).map { String($0, radix: 16) }.joined()
    }()

    static let templates: [String: [UInt8]] = [
        "alert": PackageResources.alert_mustache,
        "alert-card": PackageResources.alert_card_mustache,
        "alerts": PackageResources.alerts_mustache,
        "article": PackageResources.article_mustache,
        "article-row": PackageResources.article_row_mustache,
        "articles": PackageResources.articles_mustache,
        "brief": PackageResources.brief_mustache,
        "briefs": PackageResources.briefs_mustache,
        "countries": PackageResources.countries_mustache,
        "country": PackageResources.country_mustache,
        "entities": PackageResources.entities_mustache,
        "entity": PackageResources.entity_mustache,
        "entity-row": PackageResources.entity_row_mustache,
        "event": PackageResources.event_mustache,
        "event-card": PackageResources.event_card_mustache,
        "event-line": PackageResources.event_line_mustache,
        "incident": PackageResources.incident_mustache,
        "incident-card": PackageResources.incident_card_mustache,
        "incidents": PackageResources.incidents_mustache,
        "layout": PackageResources.layout_mustache,
        "ledger": PackageResources.ledger_mustache,
        "legend": PackageResources.legend_mustache,
        "live": PackageResources.live_mustache,
        "live-lists": PackageResources.live_lists_mustache,
        "login": PackageResources.login_mustache,
        "map": PackageResources.map_mustache,
        "marked": PackageResources.marked_mustache,
        "matrix": PackageResources.matrix_mustache,
        "message": PackageResources.message_mustache,
        "outlines": PackageResources.outlines_mustache,
        "pager": PackageResources.pager_mustache,
        "plot": PackageResources.plot_mustache,
        "rules": PackageResources.rules_mustache,
        "search": PackageResources.search_mustache,
        "stories": PackageResources.stories_mustache,
        "story": PackageResources.story_mustache,
        "story-card": PackageResources.story_card_mustache,
        "system": PackageResources.system_mustache,
        "window": PackageResources.window_mustache,
    ]
}
