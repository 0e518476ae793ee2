/// What class names, ids and first words tell of a part of a page.
enum PageWords {
    /// What surrounds an article, whatever other words stand beside it.
    private static let surroundings: Set<String> = [
        "comment", "comments", "commentlist", "reply", "replies", "response", "responses", "discussion", "disqus",
        "share", "sharing", "sharedaddy", "social", "related", "relatedposts", "recommended", "recommendations",
        "recirculation", "reco", "promo", "promotion", "newsletter", "newsletters", "signup", "sidebar", "breadcrumb",
        "breadcrumbs", "crumbs", "cookie", "cookies", "consent", "cmp", "gdpr", "advert", "advertisement",
        "advertising", "adslot", "sponsored", "sponsor", "caption", "captions", "imgcaption", "popup", "modal",
        "subscribe", "subscription", "outbrain", "taboola", "trending", "disclaimer", "copyright",
        "carousel", "slideshow", "gallery", "slide", "slides", "pullquote", "tweet", "twitter", "instagram", "byline",
        "infobox", "factbox", "donate", "donation", "poll", "quiz", "teaser", "teasers",
        "moduletable", "mostread", "popular", "toolbar", "skip", "jumplink", "biography", "bio", "postmeta",
        "tagline", "masthead", "navbar", "rail", "upsell", "meter", "sharebar", "keypoints",
    ]
    /// What surrounds an article unless a word of `contents` stands beside it.
    private static let weak: Set<String> = [
        "ad", "ads", "tags", "tag", "footer", "foot", "nav", "menu", "author", "timestamp", "credit", "credits", "meta",
        "header", "banner", "aside", "more", "most", "links", "card", "cards", "contact", "embed", "video", "audio",
        "widget", "widgets", "topics", "keywords", "summary", "details", "info", "preview", "next", "previous",
        "recent", "latest",
    ]
    private static let contents: Set<String> = [
        "article", "body", "content", "main", "story", "entry", "text", "post", "page", "site", "paragraph", "lead",
        "intro", "has", "is", "with", "container", "elementor",
    ]
    /// Whole classes of what is on no screen.
    private static let unseen: Set<String> = [
        "hidden", "hide", "d-none", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "print-only",
        "offscreen", "is-hidden", "u-hidden",
    ]
    /// Classes of an element within a line that is no part of its sentence.
    private static let marginal: Set<String> = ["credit", "caption", "byline", "timestamp"]

    /// The words of a class or id: `imageCaption` and `image-caption` are the same two.
    static func words(_ style: String) -> [String] {
        var words: [String] = []
        var word = ""
        var wasLower = false
        for character in style.unicodeScalars {
            let isLetter = character.properties.isAlphabetic
            let isUpper = ("A"..."Z").contains(character)
            if !word.isEmpty && (!isLetter || isUpper && wasLower) {
                words.append(word.lowercased())
                word = ""
            }
            if isLetter { word.unicodeScalars.append(character) }
            wasLower = isLetter && !isUpper
        }
        if !word.isEmpty { words.append(word.lowercased()) }
        return words
    }

    /// Whether a class or id says that an element is about an article and not of it.
    static func surrounds(_ style: String) -> Bool {
        let words = words(style)
        return words.contains(where: surroundings.contains) || hasUnseen(style)
            || words.contains(where: weak.contains) && !words.contains(where: contents.contains)
    }

    /// Whether an element within a line is only for screen readers or printers, or is a picture's credit.
    static func isUnseen(_ style: String) -> Bool {
        hasUnseen(style) || words(style).contains(where: marginal.contains)
    }

    private static func hasUnseen(_ style: String) -> Bool {
        style.split(separator: " ").contains { unseen.contains($0.lowercased()) }
    }

    /// Whether a class says that an element holds text of the article.
    static func holdsText(_ style: String) -> Bool {
        style.isEmpty || words(style).contains(where: contents.contains)
    }

    /// Beginnings of lines that invite, sell or credit; of lines of at most `shortest` bytes.
    private static let invitations = [
        "advertisement", "story continues below", "article continues below", "continue reading", "scroll to continue",
        "read more", "read also", "also read", "see also", "read next", "more:", "related:", "related stories",
        "related articles", "recommended:", "don't miss", "you may also like", "share this", "follow us",
        "follow him on",
        "follow her on", "sign up", "subscribe", "already a subscriber", "click here", "click to", "get the latest",
        "listen to this", "watch:", "watch live", "thanks for reading", "thank you for reading", "have a story",
        "do you have a story", "have you been affected", "got a tip", "write to the reporter", "contact the reporter",
        "save articles for later", "submit a letter", "download as pdf", "source:", "keywords:", "tags:", "topics:",
        "filed under", "posted in", "all rights reserved", "copyright", "©", "(c) ", "reporting by", "(reporting by",
        "editing by", "(editing by", "writing by", "our standards", "a version of this article", "this article appears",
        "this story was originally", "-- ends --", "ends", "notes to editors", "for a live blog", "(for a live blog",
        "join our", "join the conversation", "we want to hear", "if you enjoyed", "you have reached the end",
        "to continue reading", "register to", "log in to", "support our journalism", "photo:", "photos:", "pictured:",
        "published:", "updated:", "posted by", "posted on", "last updated", "the views expressed",
    ]
    private static let shortest = 320

    /// Whether a line is an invitation, a credit or a label rather than part of a story.
    static func invites(_ line: String) -> Bool {
        guard line.utf8.count <= shortest else { return false }
        let start = line.prefix(40).lowercased().replacing("’", with: "'")
        return invitations.contains { invitation in
            guard start.hasPrefix(invitation) else { return false }
            // “ends” is a line of its own; “Ends and means” is not.
            return invitation != "ends" || start.count <= 5
        } || (start.hasPrefix("by ") || start.hasPrefix("by:")) && isByline(line)
            || line.lowercased().contains("sign up here")
            || line.lowercased().contains("newsletter")
                && line.utf8.count < 200 && line.lowercased().contains("sign up")
    }

    /// `By A. Writer, Berlin`: few words, most of them capitalised, and no sentence.
    private static func isByline(_ line: String) -> Bool {
        let words = line.split(separator: " ").dropFirst()
        guard (1...14).contains(words.count), line.utf8.count < 120 else { return false }
        let capitalised = words.count { $0.first?.isUppercase ?? false }
        return capitalised * 2 >= words.count && !words.contains { ["said", "was", "were", "has", "had"].contains($0) }
    }

    /// Whether a last line tells who the author is.
    static func introduces(_ author: String?, in line: String) -> Bool {
        guard let author, !author.isEmpty, line.utf8.count <= 400, line.hasPrefix(author) else { return false }
        let rest = line.dropFirst(author.count).lowercased()
        return [
            " is a", " is the", " covers ", " writes ", " has been ", " may be reached", " can be reached", " reports",
        ]
        .contains { rest.hasPrefix($0) }
    }

    /// The first letters and digits of a line in lower case, to compare headings.
    static func key(_ text: String) -> [UInt32] {
        var key: [UInt32] = []
        for scalar in text.unicodeScalars.prefix(400) {
            let value = scalar.value
            if value < 0x80 {
                let byte = UInt8(value)
                if byte.isLetter || byte.isDigit { key.append(byte.isLetter ? value | 0x20 : value) }
            } else if scalar.properties.isAlphabetic {
                key.append(Sample.lower(scalar))
            }
        }
        return key
    }
}
