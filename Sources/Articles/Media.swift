/// The media that texts name as their sources, and how they write them.
enum Media {
    /// Agencies and large media: the name, then other ways of writing it.
    ///
    /// A name that is an everyday word (Time, The Sun) is not in the table: a false source is worse than none.
    private static let table: [[String]] = [
        ["Reuters", "Thomson Reuters", "Reuters news agency"], ["Associated Press", "AP"],
        ["Agence France-Presse", "AFP", "Agence France Presse"], ["Bloomberg", "Bloomberg News", "Bloomberg TV"],
        ["TASS", "Tass", "ITAR-TASS", "Itar-Tass"], ["Interfax"], ["RIA Novosti", "RIA", "RIA news agency"],
        ["Xinhua", "Xinhua News Agency"], ["Kyodo", "Kyodo News"], ["Yonhap", "Yonhap News", "Yonhap News Agency"],
        ["Korean Central News Agency", "KCNA"], ["IRNA", "Islamic Republic News Agency"], ["ISNA"],
        ["Fars", "Fars News Agency"],
        ["Tasnim", "Tasnim news agency"], ["Mehr News Agency", "Mehr"], ["Anadolu Agency", "Anadolu", "AA"],
        ["SANA", "Syrian Arab News Agency"], ["WAFA"], ["MENA", "Middle East News Agency"],
        ["Saudi Press Agency", "SPA"],
        ["DPA", "dpa", "Deutsche Presse-Agentur"], ["EFE", "Efe"], ["ANSA", "Ansa"], ["APA"],
        ["PA Media", "Press Association"],
        ["Press Trust of India", "PTI"], ["Asian News International", "ANI"], ["Antara"], ["Bernama"], ["Ukrinform"],
        ["BelTA"],
        ["United Press International", "UPI"], ["Canadian Press", "The Canadian Press"],
        ["Australian Associated Press", "AAP"],
        ["BBC", "BBC News", "British Broadcasting Corporation", "BBC Radio"], ["CNN"],
        ["Al Jazeera", "Al-Jazeera", "Aljazeera"],
        ["Al Arabiya", "Al-Arabiya"], ["Al-Manar", "Al Manar"], ["Al-Ahram", "Al Ahram"], ["Press TV"],
        ["RT", "Russia Today"],
        ["CCTV", "China Central Television"], ["NHK"], ["KBS"], ["ABC News"], ["CBS News", "CBS"], ["NBC News", "NBC"],
        ["MSNBC"],
        ["Fox News"], ["Sky News"], ["ITV News", "ITV"], ["Channel 4 News"], ["NPR", "National Public Radio"], ["PBS"],
        ["CBC"],
        ["Voice of America", "VOA"], ["Radio Free Europe/Radio Liberty", "Radio Free Europe", "RFE/RL"],
        ["Radio Free Asia"],
        ["Deutsche Welle", "DW"], ["Euronews"], ["France 24"], ["Radio France Internationale", "RFI"], ["RTÉ", "RTE"],
        ["RAI"],
        ["The New York Times", "New York Times", "NYT"], ["The Washington Post", "Washington Post"],
        ["The Wall Street Journal", "Wall Street Journal", "WSJ"], ["Los Angeles Times", "LA Times"], ["USA Today"],
        ["Boston Globe"], ["Chicago Tribune"], ["Politico"], ["Axios"], ["The Guardian", "Guardian newspaper"],
        ["The Times of London", "Times of London"], ["The Daily Telegraph", "Daily Telegraph"], ["Daily Mail"],
        ["Financial Times", "The Financial Times"], ["The Economist"], ["The Independent newspaper"],
        ["Der Spiegel", "Spiegel"],
        ["Die Zeit"], ["Die Welt"], ["Frankfurter Allgemeine Zeitung", "FAZ"],
        ["Süddeutsche Zeitung", "Sueddeutsche Zeitung"],
        ["Bild"], ["Le Monde"], ["Le Figaro"], ["Libération"], ["El País", "El Pais"], ["El Mundo"], ["La Repubblica"],
        ["Corriere della Sera"], ["Haaretz", "Ha'aretz"], ["The Jerusalem Post", "Jerusalem Post"],
        ["The Times of Israel", "Times of Israel"],
        ["Yedioth Ahronoth"], ["Maariv"], ["Hürriyet", "Hurriyet"], ["Kommersant"], ["Novaya Gazeta"], ["Izvestia"],
        ["Vedomosti"],
        ["People's Daily"], ["Global Times"], ["South China Morning Post"], ["China Daily"],
        ["The Times of India", "Times of India"],
        ["The Hindu newspaper"], ["Hindustan Times"], ["The Indian Express"], ["Dawn newspaper"],
        ["The Straits Times", "Straits Times"],
        ["Yomiuri Shimbun", "Yomiuri"], ["Asahi Shimbun", "Asahi"], ["Nikkei"],
        ["The Sydney Morning Herald", "Sydney Morning Herald"],
        ["Clarín", "Clarin"], ["Folha de S.Paulo", "Folha de S. Paulo"], ["O Globo"], ["El Universal"], ["Wikinews"],
    ]

    /// A way of writing a medium's name.
    struct Form {
        var words: [Substring]
        var medium: String
    }

    /// Forms by their first word, the longest first.
    static let forms: [Substring: [Form]] = {
        var forms: [Substring: [Form]] = [:]
        for row in table {
            for name in row {
                let words = name.split(separator: " ")
                // An article before the name is no part of the match.
                let bare = words.first == "The" ? words.dropFirst() : words[...]
                forms[bare.first!, default: []].append(Form(words: Array(bare), medium: row[0]))
            }
        }
        return forms.mapValues { $0.sorted { $0.words.count > $1.words.count } }
    }()

    /// Agencies by the name that stands in brackets behind a dateline or a story.
    static func agency(_ name: Substring) -> String? {
        let words = name.split(separator: " ")
        return forms[words.first ?? ""]?.first { $0.words == words }?.medium
    }
}
