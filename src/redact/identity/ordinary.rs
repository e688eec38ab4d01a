//! Words that are also names, and words in names that are none.

/// How sure a word of a name is the name, when it stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Always: it is no other word.
    Sure,
    /// When it is written like a name: with a capital letter in the middle of a sentence, or after a greeting. In German, where
    /// all nouns have a capital letter, only after a greeting or a title.
    Capital,
    /// Only after a greeting or a title: as another word it has a capital letter, too.
    Introduced,
    /// Never alone: `de`, `van`, an initial.
    Never,
}

/// Words that have a capital letter whether they are names or not: months, days, places, makers.
const NOUNS: &str = " abril alexa amazon america apple april asia august austin avril bing chad china christian christmas chrome \
    dallas easter ford friday georgia houston india israel jan januar java jordan juli june juni kenya london \
    madison mai mars marzo may mercedes monday noel paris phoenix porsche ruby siri sunday swift sydney tuesday \
    virginia ";

/// Other words, in the languages of the names.
const COMMON: &str = " able ace acero achim agate aguila aime aimee alcalde alegre alegria alma alt alto amber amigo amo amor amour \
    angel angels apple arch arcos arm arroyo art arts asa ash ask aster aurora autumn bach bad baker ball bank \
    banks barba barber barco bare barn barrera barrio bas batalla bauer baum bay beach bean bear beau beauty beer \
    bell bella belle bello berg best better bien bill birch bird bishop bit bjerk blade blake blanc blanca blanche \
    blanco bliss block bloom blossom blue blum bo board bob bock bois bok bond book booker borg bosque boss \
    botella bow box boy branch branco brand bratt braun bravo bright brisk bro brook brooks brown browning buck \
    bud buddy bueno bull bunny burg burn burns busch bush busy butler caballero cabeza cal calle camara camino \
    campo campos can candela candy cannon care caro carro carter casa casado casas cash castillo cat cerro chance \
    change charity charm chase chef cherry chico chip church cielo claire claro clay clear clemente cliff close \
    cloud coelho coin cole collar colon colt company constant consuelo contra cook cooper coral corner corona \
    cortina costa cotton couch court cox craft crane creed cross crow cruz crystal cuesta curry cutter dag daisy \
    dal dale dan dare dart dawn day days dean dear del delgado dick dina dine dolores don door dorn dot dove drake \
    dream drew duck duke dulce dusty dutch duty earl earth east easy echo eg egg elder ella elm else em ember \
    encarnacion engel era espejo esperanza esser este estrela estrella eve even ever faith falk fall farmer \
    farrier fe feld feliz fern feuer field fields fils fin finch fink fire fischer fish fisher fleischer fleur \
    flint flor flora flores flower flowers fogo forest forester forster fort foss foster fountain fox franc franco \
    francs frank frankly freitag french fresco friede frode frost fuchs fuente gallo game gans gardener garland \
    garten gates gay gem gene general gentle ger gerber german gill gin ginger glas glaser glass glory gold golden \
    good goode goods graca grace gracia graf grand grande grant gras graves gray green grey gro gross ground grove \
    guardia guerra guest gull guy hahn hale hall ham hammer han hand handy hans happy hardy harm harmony harp hart \
    has haus hav hay hazel head heart heath heather heaven hei heide held hell help her herb herbst hero herring \
    herz herzog hest hidalgo hierro hill hills him hirsch hit hjelm hof hoffnung holiday holly holz home honey \
    hood hook hope hopes horn house how hoz huerta hull hund hunt hunter hus ide iglesia iglesias iris is island \
    ivory ivy izquierdo jack jade jasper jet jo job joker jolly joly joy judge jung just justice kaiser kaufmann \
    keen keller kern key keys kid kim kind king kings kit klein knight koch kohl konig kort kraft kramer kranz \
    kreuz krog kuhn kunst kurz kval la lace lago lake lamb lance land lane lang lange laurel law leal lee legend \
    lehrer leite leon lever levy li lie light lightner like lily limon linde line ling lion little liv live loan \
    lobo lone long loop lord lot lou loup love lovely low lower luck lucky luna lune luz lykke lys magic mai major \
    mal male maler malo man mann manna manner manzano mar mara marble march marechal margin marin marine mark \
    marks marques marsh mas mason mast master mat mate matter maurer mayo mayor meadow melody mercado mercer mercy \
    merit merry mesa meta mil mild miles milk mill miller millers mina mine mint miracle miss mo mode moe mond \
    money monk mont montag monte montes moon moore mora moral more morgen moss mother mount mundo muse myrtle nada \
    nagel nascimento neal near neat neo ness never neves new newton nick nieto night noble nock nod noir nor nord \
    norte north nova novak now nuevo nun ny oak ocean odd oliva olive opal open ora orange ort ost otter over own \
    pace pack page pages pan parent park parker parks parsley pastor pat patience paz pea peace peach pear pearl \
    pen pena penny pepper pera perfect pero pet petit petite pfeffer pfeiffer piano pike pine pino piper pit place \
    plata plaza plum pol pole pollard pond pool poppy porta porter porto post potter pound power powers praia \
    precious press price pride priest prima prime prince princess prior proper prosper prudence puente puerta \
    queen quick quill ra rabbit rain rainbow ramo ran range rat rauch raven ray read reader real red redondo reed \
    regular reich rein reina reis reiter rest rex rey rice rich richer richter rico ride ridge right ring rio rip \
    rise ritter river ro road robin roca rock rocky rojo roll roman rook root rosa rosado rosary rose roses roth \
    rousse royal rubio ruby rueda rule rush rust rusty sa sage sail sal sala sales salmon salt salud sand sander \
    santa saw say schaf schafer scharf schatz schlosser schneider schreiber schuh schwarz sea seal seco segura \
    sell serra set seven shade shah sharp she shell shepherd sheriff shine ship shore short siegel sigh silber \
    silencio silk silver sin singer skip skog sky skye slater sloan small smart smile smith snow sobrino socorro \
    sol sola sole soledad solheim solo sommer son sonne sonntag south sparrow speed spencer spice spiegel spring \
    square squire stage stahl star stark starr steel stein step stern steward stock stone storm story strand \
    strange street strong sturm such sum summer sun sund sunday sunny sunshine sur surf sve swan sweet swift tab \
    tag tai tailor tall tan tanner tara temple terra thor thorn thyme tide tierra tiger till time tip ton tone \
    tool top toro torre tower town trinity trip trove true truly trust turner ulv una union unity unn urban val \
    vale valentine valiente valle van vanity var ve vei vela venus verde verity vert victoire vida view vigil vik \
    viken villa vina vincent vind vinter violet virgin virtud virtue vista viv viva vogel voisin voll wade wagner \
    wald walker wall walls ward ware warner water waters way webb weg weiss well wells wen west western whistler \
    white wick wild wilder wiley will willow wills win wind wing winkler winner winter winters wirt wise wish wolf \
    wonder wood woods woody work worth wunder yard you young yule zen zimmer ";

/// Words that stand in the place of a name and are none.
const NO_NAMES: &str = " a admin administrator agent anonymous anonym anonyme anonimo assistant bot besucher bruker client cliente client customer \
    guest gast gjest human help helper invite invitado kunde kunden kundin member nobody null none operator person somebody support system team test the \
    ukjent unknown undefined unbekannt user usuario utilisateur utilizador visitante visiteur visitor webchat whatsapp web mr mrs ms miss mx dr prof professor herr frau \
    sir madam madame monsieur mme mlle sr sra srta senhor senhora don dona dna eng ing jr sr ii iii iv phd md dds dvm msc bsc mba bed ba ma b hr fr univ dipl lic me mestre sto sta \
    inc ltd gmbh as llc co company service services kundeservice kundenservice desk ";

/// Parts that stand between other parts of a name.
const PARTICLES: &str = " af al an auf ben bin da das de del della den der des di do dos du e el en et i ibn la las le les los of og und van vom von van y zu zum zur ter ten te ";

/// Words of Japanese and Chinese that are also names, and need a title behind them.
const UNSPACED: &[&str] = &[
    "未来",
    "希望",
    "大地",
    "平和",
    "和平",
    "青空",
    "太陽",
    "美人",
    "愛情",
    "幸福",
    "自然",
    "正直",
    "健康",
    "大和",
    "海斗",
    "西",
    "東",
    "さくら",
    "ひかり",
    "あい",
    "みらい",
    "のぞみ",
    "はる",
    "なつ",
    "ゆき",
    "そら",
    "うみ",
    "高橋",
    "中国",
    "上海",
    "明日",
    "今日",
    "春",
    "秋",
    "本田",
];

fn is_in(list: &str, word: &str) -> bool {
    list.match_indices(word).any(|(at, _)| {
        let bytes = list.as_bytes();
        bytes[at - 1] == b' ' && bytes[at + word.len()] == b' '
    })
}

/// Whether a folded word is none of a name.
pub fn is_no_name(word: &str) -> bool {
    word.chars().all(char::is_numeric) || is_in(NO_NAMES, word)
}

/// How sure a folded word of a name is the name, when it stands alone.
pub fn strength(word: &str) -> Strength {
    let length = word.chars().count();
    if word.contains(is_unspaced) {
        // A word of its own between blanks. Within a longer text names are looked for in another way.
        Strength::Sure
    } else if length == 1 || is_in(PARTICLES, word) {
        Strength::Never
    } else if is_in(NOUNS, word) {
        Strength::Introduced
    } else if length == 2 || is_in(COMMON, word) {
        Strength::Capital
    } else {
        Strength::Sure
    }
}

/// Whether a name in a script without blanks needs a title behind it.
pub fn needs_title(name: &str) -> bool {
    name.chars().count() < 2 || UNSPACED.contains(&name)
}

/// Whether a character belongs to a script without blanks between words.
pub fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use super::{Strength, is_no_name, strength};

    #[test]
    fn words_that_are_also_names_are_less_sure() {
        assert_eq!(strength("nordmann"), Strength::Sure);
        assert_eq!(strength("will"), Strength::Capital);
        assert_eq!(strength("wolf"), Strength::Capital);
        assert_eq!(strength("paris"), Strength::Introduced);
        assert_eq!(strength("van"), Strength::Never);
        assert!(is_no_name("guest") && !is_no_name("ola"));
    }
}
