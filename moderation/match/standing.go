package match

import "strings"

// standing are the short words that people say by themselves, of English and Indonesian, with the fillers, the letters'
// names and the titles of spoken language. A part of a longer word that is one of them is taken for what it is.
var standing = setOf(`
ab abs abide able about above abs ace ache ached aches acid acne acre acres act acted acts ad add added adds admin admit ado adobe adopt ads adult
aft after again age aged agent ages ago agree ah aha ahead ahem ahoy ai aid aide aided aids aim aimed aims air aired airs aka alarm album ale alert
alias alien alike alive all alley allow aloe alone along aloud alpha also alter am amaze amber amen amid amin amino among amp amps an and angel anger
angle angry ankle annoy ant anti ants any apart ape apes app apple apply apps apron arc arch area areas arena argue arise ark arm armed armor arms army
aroma arose array arrow art arts as ash ashes aside ask asked asks ass asset at ate atlas atm atom atoms attic audio audit aunt aunts aura auto avid
avoid await awake award aware away awe awful aww axe axis baby back backs bacon bad badge badly bag bags bail bait bake baked baker bald bale ball balls
ban band bands bang bank banks bar bare barge bark barn bars base based bases basic basil basin basis bass bat batch bath bats bay bays be beach bead
beads beak beam beams bean beans bear beard bears beast beat beats bed beds bee beef been beep beer beers bees beg began begin begs being belly below
belt belts bench bend bends bent berry best bet beta bets bias bib bid bids big bike bikes bill bills bin bind bingo bins bio bird birds birth bit bite
bites bits black blade blame bland blank blast blaze bleed blend bless blew blind blink bloat block blog blogs blond blood bloom blow blown blows blue
blues bluff blunt blur blush boar board boast boat boats bob bod body boil boils bold bolt bolts bomb bombs bond bonds bone bones bonus boo book books
boom boost boot booth boots booze bop bore bored boring born boss bot both bots bow bowel bowl bowls bows box boxed boxer boxes boy boys bra brag brain
brake brand brass brat brave bread break breed brew brick bride brief bring brink bro broad broke brook broom bros broth brow brown brush buck bucks bud
buddy budge buds buff bug bugs build built bulb bulk bull bulls bully bump bumps bun bunch bunk bunny buns burn burns burnt burp burst bus bush bust
busy but butt buy buyer buys buzz by bye byte cab cabin cable cabs cache cafe cage cake cakes call calls calm came camel camp camps can canal candy cane
cans cant cap cape caps car card cards care cares cargo carol carry cars cart carts carve case cases cash cast caste cat catch cater cats cause cave
caves cease cedar cell cello cells cent cents ceo chad chain chair chalk champ chant chaos chap chaps charm chart chase chat chats cheap cheat check
cheek cheer chef chess chest chew chic chick chief child chili chill chin china chip chips choir choke chop chops chord chore chose chunk chute cider
cigar cite city civic civil clad claim clam clamp clan clap clash clasp class claw clay clean clear clerk click cliff climb cling clip clips cloak clock
clone close cloth cloud club clubs clue clues coach coal coast coat coats cobra cocoa cod code coded codes coil coin coins cola cold colon color colt
com coma comb combo come comes comet comic comma con cone cook cooks cool coop cop cope cops copy coral cord core cork corn corps cost costs cot couch
cough could count court cove cover cow cows cozy crab crack craft cram cramp crane crank crap crash crate crave crawl crazy cream creed creek creep
crept crest crew crib cried cries crime crisp crop crops cross crow crowd crown crude cruel crush crust cry cub cube cubes cubs cue cues cuff cult cup
cups curb cure cured curl curls curry curse curve cut cute cuts cycle dab dad daddy dads daily dairy daisy dam damn damp dance dare dares dark dart
darts dash data date dated dates dawn day days daze dead deaf deal deals dealt dear death debit debt debts debut decay deck decks decor deed deeds deep
deer del delay deli delta demo demon demos den denim dense dent deny depot depth derby desk desks dew dial diary dice did die died dies diet diets dig
digit digs dim dime dine diner ding dip dips dire dirt dirty disc disco dish disk ditch dive diver dives dizzy dj dna do dock docks doc docs dodge does
dog dogs doing doll dolls dome don done donor donut doom door doors dope dorm dose dot dots doubt dough dove down doze dozen draft drag drain drama
drank draw drawn draws dread dream dress drew dried dries drift drill drink drip drive drone drool drop drops drove drown drug drugs drum drums drunk
dry dub duck ducks dude dudes due duel dues duet dug duke dull dumb dump dumps dune dunk duo dusk dust dusty duty dwarf dye dying each eager eagle ear
earl early earn earns ears earth ease eased east easy eat eaten eats echo edge edges edit edits eel egg eggs ego eight elbow elder elect elf elite elk
ella else elves em email embed emoji empty en end ended ends enemy enjoy enter entry envy epic equal er era eras error es essay et etc euro eve even
event ever every evil ex exact exam exams excel exes exist exit exits extra eye eyed eyes fab fable face faced faces fact facts fad fade faded fades
fail fails faint fair fairy faith fake fakes fall falls false fame fan fancy fang fans far fare farm farms fast fat fatal fate father fats fault favor
fax fear fears feast fed fee feed feeds feel feels fees feet fell felt fence fern ferry fest fetch fever few fiber field fifth fifty fig fight figs
file filed files fill fills film films final find finds fine fined fines fire fired fires firm firms first fish fist fit fits five fix fixed fixes flag
flags flame flap flaps flare flash flask flat flats flaw flaws flea fled flee fleet flesh flew flex flick flies fling flip flips flirt float flock
flood floor flop flops flour flow flown flows flu fluid flush flute fly foam focus fog foil fold folds folk folks fond font food foods fool fools foot
for force forge forgo fork forks form forms fort forth forty forum foul found four fox foxes frame frank fraud freak free freed frees fresh fried fries
frog frogs from front frost frown froze fruit fry fuel full fully fun fund funds funny fur fury fuse fuss fuzzy gag gain gains gala game gamer games gang
gangs gap gaps garb gas gases gasp gate gates gauge gave gay gays gaze gear gears gee geek geeks gel gem gems gen gene genes genre get gets ghost giant
gift gifts gig gigs gin girl girls gist give given gives glad gland glare glass glaze gleam globe gloom glory gloss glove glow glue go goal goals goat
goats god gods goes going gold golf gone gong gonna goo good goods goofy goose gosh got gotta gown grab grabs grace grade grain gram grand grant grape
graph grasp grass grave gravy gray great greed greek green greet grew grey grid grids grief grill grim grin grind grip grips grit groan groom gross
group grove grow grown grows gum gums gun guns guess guest guide guild guilt gulf gull gulp gust gut guts guy guys gym gyms habit hack hacks had hail
hair hairs hairy half hall halls ham hand hands handy hang hangs happy hard hare harm harms harp harsh has hash hat hate hated hates hats haul haunt
have haven hay hazel he head heads heal heals heap hear heard hears heart heat heats heavy heck hedge heed heel heels height heir held hell hello help
helps hem hen hence hens her herb herbs herd here hero hers hey hi hid hide hides high highs hike hiked hikes hill hills him hint hints hip hips hire
hired hires his hiss hit hits hive hm hmm ho hobby hoe hog hold holds hole holes holly holy home homes honey honk honor hood hoof hook hooks hoop hoops
hop hope hoped hopes hops horn horns horse host hosts hot hotel hound hour hours house hover how howl hub huff hug huge hugs huh hull hum human humid
humor hums hump hung hunt hunts hurry hurt hurts hush hut hyena hymn hype ice iced icing icon icons icy idea ideal ideas idle idol idols if ill image
imp in inch index ink inks inn inner input ion ions iota iris irk iron irons irony is isle issue it item items its ivory ivy jab jack jade jail jam jams
jar jars java jaw jaws jay jazz jealous jean jeans jeep jelly jerk jest jet jets jewel jig job jobs jog join joins joint joke joker jokes jolly jot joy
joys judge jug juice juicy jump jumps jumpy junk jury just kale karma kayak keen keep keeps kelp kept kettle key keys kick kicks kid kids kill kills
kilo kilt kin kind kinds king kings kiss kit kite kites kits kitty kiwi knack knee kneel knees knelt knew knife knit knob knock knot knots know known
knows lab label labor labs lace lack lacks lad ladder lads lady lag laid lair lake lakes lamb lame lamp lamps land lands lane lanes lap laps large laser
lash lass last lasts late later laugh lava law lawn laws lay layer lays lazy lead leads leaf leak leaks lean leans leap learn lease least leave led
ledge left leg legal legs lemon lend lends length lens lent less let lets level lever liar liars lick lid lids lie lied lies lieu life lift lifts light
like liked likes lily limb limbs lime limes limit limp line lined linen liner lines link links lion lions lip lips list lists lit liter live lived
liver lives llama load loads loaf loan loans lobby lobe local lock locks lodge loft log logic login logo logs lol long longs look looks loop loops
loose lord lords lose loser loses loss lost lot lots lotus loud lounge love loved lover loves low lower lows loyal luck lucky lump lumps lunar lunch
lung lungs lure lush lust lyric ma mac macro mad made madly magic maid mail mails main major make maker makes male males mall malls malt mama man mane
mango manor many map maple maps mar march mare mark marks marry mars mart mash mask masks mass mast mat match mate mates math maths mats matte max may
maybe mayor maze me meal meals mean means meant meat meats medal media medic meet meets mega mel melon melt melts meme memes memo men menu menus mercy
merge merit merry mesh mess met metal meter metro mice mid might mild mile miles milk mill mills mimic min mince mind minds mine mined mines mini mint
minus mint mints misery mist miss mix mixed mixes mm mmm mob mobs mock mocks mod mode model modem modes mods moist mold mole moles mom moms mommy mon
money monk monks month moo mood moods moon moons moose mop more mores morse moss most moth motor mount mouse mouth move moved moves movie mow mr mrs ms
much mud mug mugs mule mum mummy mums muse music must mute muted mutes my myth myths nah nail nails naive name named names nan nana nap naps nasty
nation naval navy nay near nearby neat neck necks need needs needy neon nerd nerds nerve nest nests net nets never new newly news next nice nicer niece
night nine ninja ninth no noble nod node nodes nods noise noisy none noob noon nope nor norm north nose noses not note noted notes noun nouns novel now
nude null num numb nun nuns nurse nut nuts oak oasis oat oath oats obey occur ocean odd odds of off offer often oh ohm oil oiled oils oily ok okay old
older olive on once one ones onion only onto oops ooze open opens opera opt opts or oral orange orbit orca order ore organ other otter ouch ought ounce
our ours out outer outs oval oven ovens over owe owed owes owl owls own owned owner owns ox oxen pa pace pack packs pad pads page paged pages paid pain
pains paint pair pairs pal pale palm palms pals pan panda pane panel panic pans pant pants papa paper par park parks parse part parts party pass past
pasta paste pat patch path paths patio pause paw pawn paws pay payee pays pea peace peach peak peaks pear pearl pears peas pec peck peel peels peep peer
peers peg pen pence penny pens per perch perks perm pest pet petal pets petty phase phone photo piano pick picks pie piece pier pies pig pigs pile piled
piles pill pills pilot pin pinch pine ping pink pins pint pints pipe pipes pit pitch pits pity pixel pizza place plain plan plane plank plans plant
plate play plays plaza plea plead pleas plot plots plow ploy plug plugs plum plus pod pods poem poems poet poets point poke poker pol polar pole poles
poll polls polo pond ponds pony pool pools poor pop pope pops porch pork port ports pose posed poses post posts pot pots pouch pound pour pours power
prank pray prays press prep prey price pride prime print prior prism prize pro probe prom promo prone proof prop props pros proud prove pub pubs puff
pull pulls pulp pulse puma pump pumps pun punch punk puns pup pupil puppy pups pure purse push pushy put puts puzzle quack quad quake qualm queen query
quest queue quick quiet quilt quirk quit quite quits quiz quota quote rabbi race raced racer races rack racks radar radio raft rag rage raged rags raid
raids rail rails rain rains rainy raise rally ram ramp ran ranch rang range rank ranks rant rants rap rapid raps rare rash rat rate rated rates ratio
rats rave raven raw ray rays razor re reach react read reads ready real realm reap rear rebel recap red reef reel refer reign relax relay rely remix
rent rents repay reply reps reset resin rest rests retro rev rhyme rib ribs rice rich rid ride rider rides ridge rift rig right rigid rim rims ring rings
rinse riot riots rip ripe rips rise risen rises risk risks risky ritual rival river road roads roam roar roast rob robe robes robin robot robs rock
rocks rocky rod rode rods rogue role roles roll rolls roof roofs room rooms root roots rope ropes rose roses rot rotor rough round route row rows royal
rub rubs ruby rude rug rugby rugs ruin ruins rule ruled ruler rules rum rumor run rung runs runny rural rush rust rusty rut sack sacks sad safe safer
saga sage said sail sails saint sake salad sale sales salon salsa salt salty sam same san sand sandy sane sang sank sat satin sauce sauna save saved
saves saw saws say says scale scam scams scan scans scar scare scarf scars scary scene scent scoop scope score scout scrap screw scrub scuba sea seal
seals seams seas seat seats sec second sect see seed seeds seek seeks seem seems seen sees self sell sells semi send sends sense sent serve set sets
setup seven sever sew sewn sex sexy shade shady shaft shake shaky shall sham shame shape share shark sharp shave shawl she shed sheds sheep sheer sheet
shelf shell shh shift shin shine shiny ship ships shirt shock shoe shoes shook shoot shop shops shore short shot shots should shout shove show shown
shows shrug shut shuts shy sick side sided sides siege sigh sight sign signs silk silky silly silo silver sim sin since sing sings sink sinks sins sip
sips sir siren sis sit site sites sits six sixth sixty size sized sizes skate ski skies skill skim skin skins skip skips skirt skull sky slab slack slam
slang slap slate slave sleek sleep slept slice slick slide slim slime slip slips slit slogan slope slot slots slow slows slug slump sly smack small smart
smash smell smile smog smoke smoky smooth snack snail snake snap snaps sneak sniff snore snow snows snowy snug so soak soaks soap soapy soar sob sober
sock socks soda sofa soft soil soils solar sold sole soles solid solo solve some son song songs sonic sons soon sore sorry sort sorts soul souls sound
soup soups sour south sow soy spa space span spare spark spas speak spear spec specs speed spell spend spent spice spicy spike spill spin spine spins
spite split spoke spoon sport spot spots spray spree spun spur spy squad squat squid stack staff stage stain stair stake stale stalk stall stamp stand
star stare stark stars start stash state stats stay stays steak steal steam steel steep steer stem stems step steps stew stick stiff still sting stink
stir stock stole stone stood stool stop stops store storm story stout stove strap straw stray street stress strip stuck study stuff stump stung stunt
style sub subs such suck sucks sudden sue sued suede suffix sugar suit suite suits sum sums sun sung sunk sunny sup super sure surf surge sushi swam swamp
swan swap swaps swarm sway swear sweat sweep sweet swell swept swift swim swims swing swipe swore sworn swung sync syrup tab table tabs tack taco tacos
tact tag tags tail tails take taken takes tale tales talk talks tall tally tame tan tang tank tanks tap tape taped tapes taps tar tart task tasks taste
tasty taught tax taxed taxes taxi tea teach team teams tear tears teas tease tech teen teens teeth tell tells temp tempo ten tend tends tense tent tenth
tents term terms test tests text texts than thank that the theft their them theme then there these they thick thief thigh thin thing think third this
thorn those three threw throw thud thug thumb thump thus ti tick ticks tidal tide tides tidy tie tied ties tiger tight tile tiles till tilt tim time
timed timer times tin tint tiny tip tips tired title to toast today toe toes tofu toilet token told toll tolls tom tomb ton tone toned toner tones tongs
tons too took tool tools tooth top topic tops torch tore torn toss total tote touch tough tour tours tow towel tower town towns toxic toy toys trace
track tract trade trail train trait trash tray trays tread treat tree trees trek trend triad trial tribe trick tried tries trim trio trip trips troll
troop trot trout truce truck true truly trump trunk trust truth try tub tube tubes tubs tuck tug tummy tumor tuna tune tuned tunes turf turn turns tutor
tv twice twin twins twist two tying type typed types ugh ugly uh uhm ulcer um umm un uncle under undo union unit units unity until up upon upper ups
upset urban urge urged urges urine us usage use used user users uses usual utter vague vain valid valley value valve vampire van vans vapor vary vase vast
vault veal vegan veil vein veins venue verb verbs verse very vest vet vets via vibe vibes vice video view views villa vine vines vinyl viola viral virus
visa visas visit vital vivid vocal vogue voice void volt volts vote voted voter votes vow vowel vows wade waffle wage waged wages wagon waist wait waits
wake wakes walk walks wall walls wanna want wants war ward warm warms warn warns wars wart was wash wasp waste watch water wave waved waves wavy wax way
ways we weak wealth wear wears weary weave web webs wed weed weeds week weeks weep weigh weird well wells went were west wet whale what wheat wheel when
where which whiff while whim whip whips white who whole whom whose why wide wider widow width wife wig wild will wills win wind winds windy wine wines
wing wings wink wins wipe wiped wipes wire wired wires wise wish wit witch with wits woke wolf woman womb women won wood woods wool word words wore work
works world worm worms worn worry worse worst worth would wound wow wrap wraps wreck wrist write wrong wrote yacht yall yam yard yards yarn yawn yay yeah
year years yeast yell yells yep yes yet yield yo yoga yolk you young your yours youth yum yup zebra zen zero zest zinc zip zone zones zoo zoom zooms
abdul adam ahmed alan alex ali amy andy ann anna anne art ben beth bill bob brad carl chen chris dan dana dave dean dee diego don ed ella emma eric eva
finn fred gary gene greg hal han hans harry henry ian igor ivan jack jake jan jane jay jeff jen jess jill jim jo joan joe joel john josh juan julia karl kate
ken kim kris kurt kyle lara lars lee len leo lisa liz lou luca lucy luke mae marc maria mario mark mary matt max meg mia mike mina mo mona nate ned neil nick
nina noah nora olga omar oscar otto pam pat paul per pete phil ray rex rick rita rob rod roger ron rosa ross ruth ryan sally sam sara sean seth stan sue
tanya ted tess tim tina todd tom tony uma val vera vic wayne will yan yuki zac zoe
abah ada adik agak agar air aja ajak akal akan akar aku akur alam alat amal aman ampun anak apa api arah arti asal asam asap atap atas atau atur awal awan
ayah ayam ayo bagi bagus bahan bahu baik baju bakal baku bala bang bantu bapak baru basah batal batas batu bau bawa bawah bayar beda begini begitu bekas
bela beli benar beras berat besar besok betul biar biasa bila bisa bosan buah buang buat bubar budi buka bukan bukti buku bulan bumi bunga buruk buta cabe
cair cakap cari cepat cinta coba cocok cuci cukup cuma curi daerah daging dah damai dan dapat dari dasar datang dekat dengan depan desa deh dia diam didik
dih dingin diri doa dong dua duduk duit dulu dunia eh emas empat enak enam encer gaji gak galak gan gara gede gitu guna gue guru habis hadir hai hak hal
halo hamil hampir hana hangat hari harus hati hidup hijau hilang hitam hobi hujan hukum hutan iba ibu ikan ikut ilmu indah ingat ingin ini inti ipar isi
istri itu iya izin jadi jaga jago jahat jalan jam jangan jarak jasa jatuh jauh jelas jemput jika jiwa jual juga jujur juta kaca kah kaki kalah kalau kali
kalo kamar kami kamu kan kandang kantor kapal kapan karena kasih kata kau kawan kaya ke kecil keju kena kenal kenapa kepala keras kering kerja ketika
khusus kira kiri kirim kita kok kopi kosong kota kuat kue kulit kuning kunci kurang kursi laci lagi lagu lah lahir lain laki laku lalu lama lampu langit
langsung lapar lari laut lawan layar lebih leher lemah lengan lewat libur lidah lihat lima lobi loh lu luar lucu luka lulus lupa lusa maaf mahal main maka
makan maki malah malam malas malu mampu mana mandi manis marah mari masa masak masih masuk mata mati mau mas mbak mba mereka merah mesti mimpi minta minum
minyak mobil mohon muda mudah mulai muka mungkin murah murid musik musim musuh naik nama nanti nasi neng ngga nih nilai nol nona nonton nyata olah om orang
otak pada padi pagi pakai paling pameran panas panggil panjang pantai para pasar pasti pecah pedas pelan peluk penuh perlu pergi perut pesan pesta pikir
pilih pindah pintu piring pisah pohon potong pria puas pukul pula pulang punya pusat pusing putih putra putri raja rajin ramah ramai rambut rasa rata ratus
rela rendah ribu rindu ringan roda roti ruang rugi rumah rupa rusak saat sabar sabtu saja sakit saku salah sama sambil sampai sana sangat santai sapa satu
saya sayang sebab sebut sedih sejak sekali selalu sendiri senin serta setia siang siap siapa sih sini sisa situ suami suara suatu sudah suka sulit sungguh
susah susu syukur tadi tahu tahun takut tamu tanah tangan tanya tapi tari tas tata tau tawa tebal telah teman tentang terang teras terus teh tiap tiba
tidur tiga timur titik toko tolong tua tuan tubuh tugas tuh tukang turun ubah udah ujian ujung ular umum umur untuk upah urut usah usia utama wajah wajib
waktu walau wanita warga warna warung wow ya yaitu yang yuk yah zaman
abu acara agama ajar akhir alami
dr eg el fe fr ft gi hq ie io iq ir kg km la le les lt mc mp mph nd ne nu nz og ol pc ph pi pm ps qa sh si sq st th uk usa usd vip vs wi xl ye yr yu`)

func setOf(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}
