/// The commonest function words, endings and telling letters of a language, from general knowledge of it.
struct LanguageProfile {
    var tag: String
    var script = Script.latin
    var words: String
    var endings = ""
    var letters = ""

    /// Languages that share their scripts with others.
    static let all: [LanguageProfile] = latin + central + far + other

    private static let latin: [LanguageProfile] = [
        LanguageProfile(
            tag: "en",
            words: """
                the of and to in a is was for that it with as his on be at by this had not are but from or have an they which one \
                you were her all she there would their we him been has when who will more no if out so said what up its about into \
                than them can only other new some could time these two may then do first any my now such like our over after also \
                did many before must through years where much your way well down should because each just those people how too \
                while against during between under until since both being those he
                """,
            endings: "ing tion ed ly ment ness ity ers ight ould"
        ),
        LanguageProfile(
            tag: "es",
            words: """
                de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre \
                este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo \
                solo han yo hay vez puede todos así nos ni parte tiene él uno donde bien tras según durante contra ante además \
                aunque otros esa ese estos estas quien quienes dijo el gobierno
                """,
            endings: "ción ones mente ado ada idad ando iento aron ía ó",
            letters: "ñ¿¡"
        ),
        LanguageProfile(
            tag: "pt",
            words: """
                de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou quando muito \
                nos já eu também só pelo pela até isso ela entre era depois sem mesmo aos seus quem nas me esse eles você essa num \
                nem suas meu às minha numa pelos elas qual nós lhe deles foi são está ser tem têm segundo ainda após sobre disse \
                durante contra
                """,
            endings: "ção ções mente ado ada dade ando eira eiro ou aram ão ões",
            letters: "ãõ"
        ),
        LanguageProfile(
            tag: "fr",
            words: """
                de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son aux d l qu \
                s n c j ont été cette mais comme ou ses elle deux leur nous vous même après sans dont lors selon entre ans aussi \
                fait être très où leurs tout tous si ils on sa avait était depuis ces contre encore avant pendant sous peu bien je \
                y ainsi
                """,
            endings: "tion ment eur euse ais ait ée és eux aux ique ité ent",
            letters: "çœèêûù"
        ),
        LanguageProfile(
            tag: "it",
            words: """
                di che e la il un a è per in una sono mi ho si lo ma ti ha le cosa con i no da se del della dei delle nel nella al \
                alla dal dalla gli come più non anche questo questa suo sua dopo ci stato essere loro tra fra sul sulla hanno quando \
                molto quello ancora dove contro secondo ai alle nei degli negli dello ed era anni due solo prima perché chi ne
                """,
            endings: "zione zioni mente ato ata ati ità ando etto ella ano ono"
        ),
        LanguageProfile(
            tag: "ro",
            words: """
                de și în a la cu că o pe care un nu mai din se pentru este sunt ce au fost ca lui sa fi ale prin după dar al sau \
                către fără între acest această aceasta unui unei cei cele lor fiind el ei ea ele am ai ar vor va fie când unde \
                foarte despre împotriva până ani doar toate tot
                """,
            endings: "ului ilor ție ții ea ele ească ul",
            letters: "șțăşţ"
        ),
        LanguageProfile(
            tag: "ca",
            words: """
                de la i el que a en els les per un una amb del és al no es dels ha va més com ser són aquest aquesta però o també \
                seu seva pel als entre sobre quan fins des si tots molt han anys després segons durant contra sense mateix on
                """,
            endings: "ció cions ment itat ar at ada"
        ),
        LanguageProfile(
            tag: "de",
            words: """
                der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass \
                sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch \
                man sein wurde sei unter gegen vom wenn ihr seine kann seit soll ihre hatte dieser ich wir diese zwischen worden \
                schon wieder doch jedoch was wurden keine
                """,
            endings: "ung ungen lich isch keit heit schaft ten chen ieren",
            letters: "ßäöü"
        ),
        LanguageProfile(
            tag: "nl",
            words: """
                de het een van en in is dat op te zijn voor met die niet aan er om ook als door maar bij uit naar nog worden wordt \
                heeft tot over hij ze werd zich meer dan hebben was deze zo kan geen of al haar hun onder tegen na wel jaar tussen \
                waar volgens omdat wij ik je hem had wat zou moet veel dit waren
                """,
            endings: "ing heid lijk ijk aan tie ende eren sch"
        ),
        LanguageProfile(
            tag: "af",
            words: """
                die van en in is wat het nie om te vir op met n deur sy hy dat was aan as hulle ook word na oor by sal kan uit tot \
                nog maar een ons meer baie tussen teen mense jaar onder moet
                """,
            endings: "ing heid lik like"
        ),
        LanguageProfile(
            tag: "sv",
            words: """
                och i att det som en på är av för med den till inte har de om ett var han men sig från vi så kan när år under också \
                efter eller nu sin där vid mot ska skulle kommer ut får finns vara hade alla andra mycket än här då över bara in \
                blir upp även vad få två vill ha man hon mellan genom enligt jag
                """,
            endings: "ningen ande erna arna het tion lig ade",
            letters: "åäö"
        ),
        LanguageProfile(
            tag: "da",
            words: """
                og i at det er en til af på for med som den de der ikke har et om var han fra men vi sig kan så efter skal også \
                ved over være blev hun nu ud eller når under hvor år mod hvis alle været havde mere siger bliver kun meget op mellem \
                blive sin jeg ham ind anden end selv ifølge noget to
                """,
            endings: "ningen ende erne hed tion lig ede",
            letters: "æøå"
        ),
        LanguageProfile(
            tag: "nb",
            words: """
                og i det på er som en til å av for at med har de ikke den han et om fra men var seg vi så kan etter skal også ved \
                være ble hun nå ut eller når under hvor år mot hvis alle vært hadde mer sier blir bare mye opp mellom bli sin jeg \
                ham inn andre enn selv ifølge noe to dette
                """,
            endings: "ningen ende ene het sjon lig ing",
            letters: "æøå"
        ),
    ]
}
