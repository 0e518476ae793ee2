extension LanguageProfile {
    static let central: [LanguageProfile] = [
        LanguageProfile(
            tag: "pl",
            words: """
                w i na z do się nie że o jest to od za przez po jak są oraz dla co ale tym jego który która które tego przy roku być \
                był była było ze już tylko ich także jej może pod też nad bez czy przed będzie został między ma ten tak podczas ponad \
                lub więc gdy jako powiedział
                """,
            endings: "ego ych owie nych ości ania enie ski ską ów",
            letters: "łąęśźżńć"
        ),
        LanguageProfile(
            tag: "cs",
            words: """
                a v se na je že s z do o to i ve k pro za by ale po jako jsou které který která od byl byla bylo není jeho podle \
                také však před nebo než při už až jen u co ze mezi aby tak jak má pod během jejich být bude roku ještě kde tím
                """,
            endings: "ého ní ých ost ování ství ech ské",
            letters: "ěřůčšž"
        ),
        LanguageProfile(
            tag: "sk",
            words: """
                a v sa na je že s z do o to aj vo k pre za by ale po ako sú ktoré ktorý ktorá od bol bola bolo nie jeho podľa tiež \
                však pred alebo než pri už až len u čo zo medzi aby tak má pod počas ich byť bude roku ešte kde
                """,
            endings: "ého ých osť ovanie stvo och ské",
            letters: "ľĺŕôäčšž"
        ),
        LanguageProfile(
            tag: "hr",
            words: """
                i u je se na da su za od o s a koji koja koje nije iz po kako bi što kao će ili do više ali te sa samo još već \
                prema nakon bio bila bilo između prije tako ne njegov njegova može protiv kada gdje godine rekao to ova ovaj toga \
                zbog
                """,
            endings: "anje enje osti ski ske ima ija nja ju",
            letters: "đćčšž"
        ),
        LanguageProfile(
            tag: "sl",
            words: """
                in je v na se da so za z ki od o s pa ne po pri tudi kot bi ali do še več iz bil bila bilo med pred kako sta njegov \
                lahko proti ko kjer leta dejal to ta tega zaradi ni bo bodo že po
                """,
            endings: "anje enje osti ski ske ega ih",
            letters: "čšž"
        ),
        LanguageProfile(
            tag: "hu",
            words: """
                a az és hogy nem is egy van volt meg ez csak de ki már azt még el mint kell be fel szerint között után ami vagy \
                majd lesz ezt pedig sem minden akkor ha nagyon le én két alatt miatt illetve aki amely mert lehet ellen mondta
                """,
            endings: "nak nek ban ben ról ről val vel ság ség tól ás és",
            letters: "őűáéíóöüú"
        ),
        LanguageProfile(
            tag: "fi",
            words: """
                ja on ei että oli se hän mutta ovat kun myös joka kuin sen olla mukaan tai jo vain niin jos ole sitä mitä nyt vielä \
                kanssa sekä jotka noin hänen ollut kuitenkin jälkeen ennen vuonna ne ovat sanoi koska tämä tämän voi välillä
                """,
            endings: "ssa ssä sta stä lla llä lle een iin nen inen vat",
            letters: "äö"
        ),
        LanguageProfile(
            tag: "et",
            words: """
                ja on ei et oli see ta aga kui ka mis kes või oma ning siis selle nii juba pärast enne ütles mida veel tema kuid \
                vahel aastal ole olnud üle vastu sest seda
                """,
            endings: "ust mine mise sse ates dus",
            letters: "õäöü"
        ),
        LanguageProfile(
            tag: "lt",
            words: """
                ir į kad yra iš su tai buvo o per už po bet apie dėl nuo kaip tik taip pat prie jo jos jų iki ne bus ar kai tarp \
                pagal metų sakė prieš tačiau
                """,
            endings: "ai as us os imas ijos ų",
            letters: "ąčęėįšųūž"
        ),
        LanguageProfile(
            tag: "lv",
            words: """
                un ir ka ar no par uz tas bija arī kas lai pēc gan bet tā kā vai nav līdz viņš starp gada gadā pie šī savu jau teica \
                pret
                """,
            endings: "šana ības iem as us ām",
            letters: "āčēģīķļņšūž"
        ),
        LanguageProfile(
            tag: "tr",
            words: """
                ve bir bu da de için ile olarak çok daha olan gibi en ne kadar sonra o ama ise ki dedi var olduğunu şu yeni kendi \
                üzerinde tarafından karşı arasında göre her iki ilk yok etti oldu değil önce ya mi şekilde büyük
                """,
            endings: "lar ler nın nin dan den ında inde mek mak yor",
            letters: "ğışçöü"
        ),
        LanguageProfile(
            tag: "az",
            words:
                "və bir bu da də üçün ilə olan kimi daha ki o isə edib olub sonra görə hər var edilib bildirib ən öz",
            endings: "lar lər nın nin dan dən ında ində",
            letters: "əğışçöü"
        ),
        LanguageProfile(
            tag: "sq",
            words: """
                të e në dhe i një me për që nga se u është më ka ishte nuk si janë por ky kjo do kanë pas ndërsa mund duke mes sipas \
                kishte tha vetëm edhe
                """,
            endings: "ve it ën ës imit",
            letters: "ëç"
        ),
    ]

    static let far: [LanguageProfile] = [
        LanguageProfile(
            tag: "id",
            words: """
                yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa ada mereka kami oleh \
                telah sudah atau seperti dia menjadi lebih kata saat setelah hari sebagai lalu para kepada bahwa namun orang tahun \
                antara masih adalah hanya seorang
                """,
            endings: "kan nya an asi annya"
        ),
        LanguageProfile(
            tag: "ms",
            words: """
                yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke kerana tersebut boleh ada mereka kami oleh telah \
                sudah atau seperti beliau menjadi lebih kata ketika selepas hari sebagai para kepada bahawa namun orang tahun antara \
                masih adalah hanya seorang daripada berkata
                """,
            endings: "kan nya an annya"
        ),
        LanguageProfile(
            tag: "tl",
            words: """
                ang ng sa na mga at ay si ni kay para nang hindi ito may kung siya niya nila sila ayon din rin pa po isang mula \
                matapos dahil lang nito nasa bilang
                """
        ),
        LanguageProfile(
            tag: "vi",
            words: """
                và của là có được trong cho một không các với người này đã những về từ khi đến ông năm tại sau cũng để ra vào trên \
                theo nhưng bị phải đó nước như nhiều việc sẽ hai ngày
                """,
            letters: "ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
        ),
        LanguageProfile(
            tag: "sw",
            words: """
                ya na wa kwa ni katika za la kuwa cha huo hiyo baada yake pia kama lakini watu kutoka hii wake ambao alisema huyo \
                nchini rais serikali hilo mwaka siku wao yao amesema
                """
        ),
        LanguageProfile(
            tag: "so",
            words:
                "oo ka ku iyo waa uu in ee la ah soo waxaa ayaa si ugu isaga ay laga kale dalka sida markii wax badan lagu"
        ),
        LanguageProfile(
            tag: "ha",
            words:
                "da a na ta ya ba ga an ne kuma cewa wannan don su shi ce daga sai har kasar shugaban wata yin cikin kan"
        ),
    ]

    static let other: [LanguageProfile] = [
        LanguageProfile(
            tag: "ru",
            script: .cyrillic,
            words: """
                и в не на что с по как он из за к то это его от о у для был так же до также но было она они их мы все при уже или если \
                бы после которые который этом была были году о об ее только во со сообщил сказал между может
                """,
            endings: "ого ение ться ть ия ый ов ых",
            letters: "ыэёъ"
        ),
        LanguageProfile(
            tag: "uk",
            script: .cyrillic,
            words: """
                і в не на що з по як він із за до та це його від о у для був так же також але було вона вони їх ми всі при вже або \
                якщо після які який цьому була були році про її тільки й під час між може де сказав
                """,
            endings: "ого ення ться ти ія ий ів их",
            letters: "іїєґ"
        ),
        LanguageProfile(
            tag: "be",
            script: .cyrillic,
            words:
                "і ў не на што з па як ён за да гэта яго ад аб у для быў так таксама але было яна яны іх пры ужо або пасля які якая яе",
            endings: "ага энне ца ць ія",
            letters: "ўі"
        ),
        LanguageProfile(
            tag: "bg",
            script: .cyrillic,
            words: """
                на и в да се за от е с не че са по като това до при ще който която които след но беше има го те той тя или още \
                само според във със към през между бяха би
                """,
            endings: "ите ата ият ето ване",
            letters: "ъщ"
        ),
        LanguageProfile(
            tag: "sr",
            script: .cyrillic,
            words: """
                и у је се на да су за од о с а који која које није из по како би што као ће или до више али са само још после био \
                била између пре рекао због против
                """,
            endings: "ање ење ости ски",
            letters: "ђћљњјџ"
        ),
        LanguageProfile(
            tag: "mk",
            script: .cyrillic,
            words: "на и во да се за од е со не дека не се како што ќе кој која кои по но беше има ги тоа меѓу според",
            endings: "ите ата иот ето ње",
            letters: "ѓќѕјљњџ"
        ),
        LanguageProfile(
            tag: "kk",
            script: .cyrillic,
            words: "және мен бұл үшін деп бір да де бойынша болды туралы жылы осы кейін болып ол еді бар оның",
            endings: "ның нің лар лер дық",
            letters: "әғқңөұүһі"
        ),
        LanguageProfile(
            tag: "ar",
            script: .arabic,
            words: """
                في من على إلى أن التي الذي عن مع هذا هذه كان بعد بين قال ما لا أو كما وقد قد إن ذلك وكان حيث لم كل خلال قبل منذ \
                حول وقال أنه وفي ومن غير عبر عندما ضد
                """,
            letters: "ةأإىؤئ"
        ),
        LanguageProfile(
            tag: "fa",
            script: .arabic,
            words:
                "و در به از که این را با است برای آن یک خود تا کرد بر هم نیز شد بود شده گفت می ما اما یا هر کرده دو پس بین ها های وی",
            letters: "پچژگیک"
        ),
        LanguageProfile(
            tag: "ur",
            script: .arabic,
            words:
                "کے میں کی ہے اور سے کا کو پر نے کہ ہیں اس یہ بھی نہیں ایک تھا ان جو کر گیا ہو لیے کہا بعد تک وہ ہوئے گئی تھے",
            letters: "ٹڈڑےںھہ"
        ),
        LanguageProfile(
            tag: "ps",
            script: .arabic,
            words: "د په او چې ته کې له دی شوي یې ده سره هم دا کړي پر نه څخه وو وي ویلي",
            letters: "ټډړښځڅېۍګ"
        ),
        LanguageProfile(
            tag: "hi",
            script: .devanagari,
            words: "के में की है और से का को पर ने कि हैं इस यह भी नहीं एक था उन जो कर गया हो लिए कहा बाद तक वह हुए गई थे ही या साथ"
        ),
        LanguageProfile(
            tag: "mr",
            script: .devanagari,
            words: "आहे आणि या व तर हे ते की होते होता आहेत केली केला मध्ये त्यांनी असे नाही हा ही त्या यांनी करण्यात येथे मात्र"
        ),
        LanguageProfile(
            tag: "ne",
            script: .devanagari,
            words: "छ र को मा ले छन् यो पनि भएको गरेको लागि हो थियो भने तथा गर्न उनले एक गरी नेपाल नै बताए"
        ),
    ]
}
