import Articles
import Records
import Testing

@Suite("Language") struct LanguageTests {
    /// Short news of our own words in languages with and without scripts of their own.
    static let samples: [(tag: String, texts: [String])] = [
        (
            "es",
            [
                "El presidente dijo el lunes que el gobierno no aceptará las condiciones de la oposición.",
                "Al menos doce personas murieron en un accidente de tren cerca de la capital, según la policía.",
            ]
        ),
        (
            "pt",
            [
                "O presidente disse na segunda-feira que o governo não vai aceitar as condições da oposição.",
                "Pelo menos doze pessoas morreram em um acidente de trem perto da capital, segundo a polícia.",
            ]
        ),
        (
            "fr",
            [
                "Le président a déclaré lundi que le gouvernement n'accepterait pas les conditions de l'opposition.",
                "Au moins douze personnes sont mortes dans un accident de train près de la capitale, selon la police.",
            ]
        ),
        (
            "it",
            [
                "Il presidente ha detto lunedì che il governo non accetterà le condizioni dell'opposizione.",
                "Almeno dodici persone sono morte in un incidente ferroviario vicino alla capitale, secondo la polizia.",
            ]
        ),
        (
            "ro",
            [
                "Președintele a spus luni că guvernul nu va accepta condițiile opoziției.",
                "Cel puțin doisprezece oameni au murit într-un accident de tren lângă capitală, potrivit poliției.",
            ]
        ),
        (
            "ca",
            [
                "El president va dir dilluns que el govern no acceptarà les condicions de l'oposició.",
                "Almenys dotze persones han mort en un accident de tren a prop de la capital, segons la policia.",
            ]
        ),
        (
            "de",
            [
                "Der Präsident sagte am Montag, die Regierung werde die Bedingungen der Opposition nicht annehmen.",
                "Mindestens zwölf Menschen sind bei einem Zugunglück in der Nähe der Hauptstadt ums Leben gekommen.",
            ]
        ),
        (
            "nl",
            [
                "De president zei maandag dat de regering de voorwaarden van de oppositie niet zal aanvaarden.",
                "Zeker twaalf mensen zijn om het leven gekomen bij een treinongeluk in de buurt van de hoofdstad.",
            ]
        ),
        (
            "sv",
            [
                "Presidenten sade på måndagen att regeringen inte kommer att godta oppositionens villkor.",
                "Minst tolv personer har dött i en tågolycka nära huvudstaden, enligt polisen.",
            ]
        ),
        (
            "da",
            [
                "Præsidenten sagde mandag, at regeringen ikke vil acceptere oppositionens betingelser.",
                "Mindst tolv mennesker er blevet dræbt i en togulykke nær hovedstaden, siger politiet ifølge avisen.",
            ]
        ),
        (
            "nb",
            [
                "Presidenten sa mandag at regjeringen ikke vil godta opposisjonens betingelser etter møtet.",
                "Minst tolv mennesker har mistet livet i en togulykke nær hovedstaden, sier politiet til avisen.",
            ]
        ),
        (
            "fi",
            [
                "Presidentti sanoi maanantaina, että hallitus ei hyväksy opposition ehtoja, mutta neuvottelut ovat kesken.",
                "Ainakin kaksitoista ihmistä on kuollut junaonnettomuudessa pääkaupungin lähellä poliisin mukaan.",
            ]
        ),
        (
            "pl",
            [
                "Prezydent powiedział w poniedziałek, że rząd nie przyjmie warunków opozycji.",
                "Co najmniej dwanaście osób zginęło w wypadku pociągu w pobliżu stolicy, jak podała policja.",
            ]
        ),
        (
            "cs",
            [
                "Prezident v pondělí řekl, že vláda nepřijme podmínky opozice, které byly zveřejněny.",
                "Nejméně dvanáct lidí zemřelo při nehodě vlaku nedaleko hlavního města, jak uvedla policie.",
            ]
        ),
        (
            "hr",
            [
                "Predsjednik je u ponedjeljak rekao da vlada neće prihvatiti uvjete oporbe.",
                "Najmanje dvanaest ljudi je poginulo u nesreći vlaka u blizini glavnog grada, kako je objavila policija.",
            ]
        ),
        (
            "hu",
            [
                "Az elnök hétfőn azt mondta, hogy a kormány nem fogadja el az ellenzék feltételeit.",
                "Legalább tizenkét ember meghalt egy vonatbalesetben a főváros közelében, közölte a rendőrség.",
            ]
        ),
        (
            "tr",
            [
                "Cumhurbaşkanı pazartesi günü hükümetin muhalefetin şartlarını kabul etmeyeceğini söyledi ve bu karar çok önemli dedi.",
                "Başkent yakınlarında meydana gelen tren kazasında en az on iki kişi öldü, polis için çok zor bir gün oldu.",
            ]
        ),
        (
            "id",
            [
                "Presiden mengatakan pada hari Senin bahwa pemerintah tidak akan menerima syarat dari oposisi.",
                "Sedikitnya dua belas orang tewas dalam kecelakaan kereta api di dekat ibu kota, kata polisi.",
            ]
        ),
        (
            "vi",
            [
                "Tổng thống nói hôm thứ Hai rằng chính phủ sẽ không chấp nhận các điều kiện của phe đối lập.",
                "Ít nhất mười hai người đã chết trong một vụ tai nạn tàu hỏa gần thủ đô, theo cảnh sát.",
            ]
        ),
        (
            "sw",
            [
                "Rais alisema siku ya Jumatatu kwamba serikali haitakubali masharti ya upinzani.",
                "Watu kumi na wawili wamefariki katika ajali ya treni karibu na mji mkuu, kwa mujibu wa polisi.",
            ]
        ),
        (
            "ru",
            [
                "Президент сказал в понедельник, что правительство не примет условия оппозиции.",
                "По меньшей мере двенадцать человек погибли при крушении поезда недалеко от столицы, сообщила полиция.",
            ]
        ),
        (
            "uk",
            [
                "Президент сказав у понеділок, що уряд не прийме умови опозиції, які були оприлюднені.",
                "Щонайменше дванадцять людей загинули під час аварії поїзда неподалік від столиці, повідомила поліція.",
            ]
        ),
        (
            "bg",
            [
                "Президентът каза в понеделник, че правителството няма да приеме условията на опозицията.",
                "Най-малко дванадесет души са загинали при влакова катастрофа в близост до столицата.",
            ]
        ),
        (
            "sr",
            [
                "Председник је у понедељак рекао да влада неће прихватити услове опозиције.",
                "Најмање дванаест људи је погинуло у железничкој несрећи у близини главног града.",
            ]
        ),
        (
            "ar",
            [
                "قال الرئيس يوم الاثنين إن الحكومة لن تقبل شروط المعارضة في هذا الوقت.",
                "قتل اثنا عشر شخصا على الأقل في حادث قطار بالقرب من العاصمة وفق ما قالت الشرطة.",
            ]
        ),
        (
            "fa",
            [
                "رئیس جمهور روز دوشنبه گفت که دولت شرایط مخالفان را نمی پذیرد و این تصمیم نهایی است.",
                "دست کم دوازده نفر در سانحه قطار در نزدیکی پایتخت کشته شدند، پلیس به خبرنگاران گفت.",
            ]
        ),
        (
            "ur",
            [
                "صدر نے پیر کو کہا کہ حکومت اپوزیشن کی شرائط قبول نہیں کرے گی۔",
                "پولیس کے مطابق دارالحکومت کے قریب ٹرین کے حادثے میں بارہ افراد ہلاک ہو گئے ہیں۔",
            ]
        ),
        ("hi", ["राष्ट्रपति ने सोमवार को कहा कि सरकार विपक्ष की शर्तें नहीं मानेगी।", "राजधानी के पास एक रेल दुर्घटना में कम से कम बारह लोगों की मौत हो गई है।"]),
        ("el", ["Ο πρόεδρος είπε τη Δευτέρα ότι η κυβέρνηση δεν θα δεχθεί τους όρους."]),
        ("he", ["הנשיא אמר ביום שני כי הממשלה לא תקבל את תנאי האופוזיציה."]),
        ("zh", ["总统星期一表示，政府不会接受反对派提出的条件。据警方称，至少十二人在首都附近的火车事故中丧生。"]),
        ("ja", ["大統領は月曜日、政府は野党の条件を受け入れないと述べた。警察によると、首都近郊の列車事故で少なくとも十二人が死亡した。"]),
        ("ko", ["대통령은 월요일 정부가 야당의 조건을 받아들이지 않을 것이라고 말했다."]),
        ("th", ["ประธานาธิบดีกล่าวเมื่อวันจันทร์ว่ารัฐบาลจะไม่ยอมรับเงื่อนไขของฝ่ายค้าน"]),
        ("bn", ["প্রেসিডেন্ট সোমবার বলেছেন যে সরকার বিরোধীদের শর্ত মেনে নেবে না।"]),
        ("ka", ["პრეზიდენტმა ორშაბათს განაცხადა, რომ მთავრობა ოპოზიციის პირობებს არ მიიღებს."]),
        ("am", ["ፕሬዚዳንቱ ሰኞ ዕለት መንግሥት የተቃዋሚዎችን ቅድመ ሁኔታ እንደማይቀበል ተናገሩ።"]),
    ]

    @Test func `short news is told in thirty-seven languages`() {
        var right = 0
        var all = 0
        for (tag, texts) in LanguageTests.samples {
            // A text by itself is two dozen words at most, so one miss in twenty is allowed; all of a language never fails.
            for text in texts {
                let found = LanguageIdentifier.identify(text)
                all += 1
                right += found?.tag == tag ? 1 : 0
                if found?.tag != tag { print("language: \(tag) taken for \(found.map { "\($0)" } ?? "none"): \(text)") }
            }
            #expect(LanguageIdentifier.identify(texts.joined(separator: " "))?.tag == tag)
        }
        print("language: \(right) of \(all) sentences right, in \(LanguageTests.samples.count) languages")
        #expect(right * 20 >= all * 19)
    }

    @Test(arguments: [
        "The minister met Zhang Wei and Nguyễn Thị Bình in São Paulo, and said that the deal had been signed.",
        "Recep Tayyip Erdoğan, Ursula von der Leyen and Emmanuel Macron will meet in Aix-en-Provence on Friday.",
        "Police in Łódź said that two men from Kraków were arrested after the match between Legia and Wisła.",
        "Oil rose 2 percent on Monday, the fifth day in a row.",
    ])
    func `English with foreign names is English`(text: String) {
        #expect(LanguageIdentifier.identify(text)?.tag == "en")
    }

    @Test func `English news is English`() {
        #expect(Story.seeds.count == 6)
        if Story.wikinews.isEmpty || Story.newswire.isEmpty {
            print("skipped: the collections are not on this machine")
        }
        for story in Story.seeds + Story.wikinews {
            let found = LanguageIdentifier.identify(story.text)
            #expect(found?.tag == "en" && found!.confidence > 0.8, "\(story.title): \(String(describing: found))")
        }
        let news = Story.newswire.prefix(300)
        let english = news.count { LanguageIdentifier.identify($0.text)?.tag == "en" }
        print("language: \(english) of \(news.count) newswire texts are English")
        #expect(english * 1000 >= news.count * 995)
        // Leads alone, as of a feed that gives no more.
        let leads = news.compactMap(\.paragraphs.first)
        let told = leads.count { LanguageIdentifier.identify($0)?.tag == "en" }
        print("language: \(told) of \(leads.count) first paragraphs are English")
        #expect(told * 100 >= leads.count * 99)
    }

    @Test(arguments: ["", "42", "Berlin", "Kim Jong Un", "Reuters, AP, AFP", "???", "👍👍👍", "12:30 – 14:00"])
    func `of what is too short nothing is said`(text: String) {
        #expect(LanguageIdentifier.identify(text) == nil)
    }

    @Test func `the text wins over what the source states, and says so`() throws {
        let english =
            "The minister said on Friday that the talks had failed, and that they would not be held again before the summer."
        let wrong = try article("Language: de\n\n\(english)")
        #expect(wrong.language == "en")
        #expect(wrong.languageReason == "the source states “de”, but the words of the text are of “en”")
        let right = try article("Language: en-GB\n\n\(english)")
        #expect(right.language == "en-GB" && right.languageReason == nil)
        #expect(try article(english).language == "en")
        #expect(try article("Language: de\n\nBerlin.").language == "de")
        #expect(try article("Berlin.").language == nil)
        let danish = LanguageTests.samples.first { $0.tag == "da" }!.texts.joined(separator: " ")
        #expect(try article("Language: no\n\n\(danish)").language == "no")
    }

    @Test func `hostile text is read in linear time`() {
        let long = String(repeating: "ł", count: 3_000_000)
        #expect(LanguageIdentifier.identify(long) == nil)
        _ = LanguageIdentifier.identify(String(repeating: "a\u{301} ", count: 1_000_000))
    }
}
