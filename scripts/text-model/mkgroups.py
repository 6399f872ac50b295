"""Writes groups.tsv: word <TAB> kind <TAB> category.
kind: n = group noun ("women"), a = group adjective ("gay"), s = slur for a group.
category: gender race nation religion sexuality disability migrant other
person nouns have kind p and no category."""
G = """
n gender women woman womens womans female females girl girls lady ladies wives feminist feminists housewife housewives lasses gals bimbos mothers
n male men mens males
n race blacks whites asians africans latinos latinas hispanics natives aboriginals indigenous nonwhites browns negro negroes orientals
a race black white asian african latino latina hispanic brown coloured biracial interracial oriental caucasian
n nation mexicans pakistanis indians arabs americans brits somalis nigerians romanians albanians turks russians germans italians chinamen vietnamese filipinos koreans ukrainians poles syrians afghans iraqis iranians israelis palestinians africans kenyans ghanaians jamaicans haitians venezuelans colombians cubans bangladeshis kurds serbs greeks spaniards australians canadians irishmen scots egyptians moroccans algerians ethiopians
a nation mexican pakistani indian arab american british somali nigerian romanian albanian turkish russian german italian chinese japanese filipino korean ukrainian polish syrian afghan iraqi iranian israeli palestinian french spanish irish scottish english european kenyan jamaican haitian venezuelan colombian cuban bangladeshi kurdish serbian greek arabic brazilian egyptian moroccan algerian ethiopian indonesian thai
n religion muslims jews christians hindus catholics protestants sikhs buddhists mormons evangelicals atheists jew islamists zionists
a religion muslim jewish christian hindu catholic islamic sikh buddhist mormon islam judaism christianity hinduism zionist atheist hijabi
n sexuality gays lesbians homosexuals bisexuals queers trans transgenders transsexuals transsexual bis homos lgbt lgbtq lgbtqia transwomen transwoman transmen transman nonbinary
a sexuality gay lesbian homosexual bisexual queer transgender transgendered bi nonbinary enby
n disability cripples amputees autistics paraplegics handicapped downies dwarfs dwarves midget midgets
a disability disabled autistic deaf blind mute handicapped wheelchair paralyzed schizophrenic bipolar dyslexic crippled
n migrant immigrants immigrant migrants migrant refugees refugee foreigners foreigner illegals aliens asylum
a migrant foreign undocumented
n other gypsies gypsy travellers roma romani elderly homeless pensioners boomers dalits
s race nigger niggers nigga niggas niggers coon coons darkie darkies jigaboo porchmonkey porchmonkeys dindu dindus sheboon sheboons groid groids negroid negroids spic spics spick spicks beaner beaners wetback wetbacks chink chinks gook gooks slant slanteyes zipperhead zipperheads honky honkies cracker crackers redskin redskins squaw halfbreed halfbreeds chinaman wog wogs golliwog abo abos
s nation paki pakis currymuncher currymunchers sandnigger sandniggers cameljockey polack polacks dago dagos wop wops kraut krauts nip nips jap japs
s religion kike kikes raghead ragheads towelhead towelheads muzzie muzzies muzrat muzrats mudslime mudslimes mozzie mozzies goatfucker goatfuckers hebe heebs yid yids shylock christkiller christkillers
s sexuality faggot faggots fag fags faggy dyke dykes tranny trannies trannys shemale shemales ladyboy ladyboys poofter poofters poof poofs homo lesbo lesbos batty battyboy battyboys sodomite sodomites
s disability retard retards retarded spastic spastics spaz mong mongs mongoloid mongoloids tard tards
s gender thot thots feminazi feminazis roastie roasties femoid femoids foid foids
s migrant illegals shitskin shitskins invaders
s other gyppo gyppos gippo pikey pikeys
p - people person persons folks folk guy guys community communities kid kids child children family families boy boys population populations race students student neighbours neighbors workers worker friend friends colleagues couple couples person teachers
"""

def listed():
    """The words with their kind and category; of a word that is listed twice the first counts."""
    seen = {}
    for line in G.strip().split("\n"):
        kind, category, *words = line.split()
        for w in words:
            seen.setdefault(w, (kind, category))
    return seen

if __name__ == "__main__":
    import sys
    with open(sys.argv[1], "w") as f:
        for w, (kind, category) in sorted(listed().items()):
            f.write(f"{w}\t{kind}\t{category}\n")
