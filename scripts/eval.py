#!/usr/bin/env python3
"""Judges public data sets by a profile and prints what it flags and what a host is asked about.

usage: eval.py MIRROR PROGRAM [PROFILE...]

MIRROR holds bare git directories owner+name/repo of t-davidson/hate-speech-and-offensive-language, rewire-online/edos,
paul-rottger/hatecheck-data, declare-lab/MELD, alexa/Topical-Chat and
okkyibrohim/id-multi-label-hate-speech-and-abusive-language-detection; what is missing is left out and said.  The sets are read
where they lie and never copied: their licences are their own.  PROFILE is open-mic unless named; Indonesian lines are
judged by harassment.id.  Every set is judged twice: as it is, and with a tenth of its words wrong as a recogniser gets them wrong
(worderrors.py).  The lines of our own tests are judged so too, by the kind of what should be flagged.

Then it says what acts without asking, how much of what is flagged is still flagged with wrong words, and whether the about: of each
rule of the shipped packs says what it costs on ordinary talk.  It exits with 1 if one does not.
"""
import collections, csv, hashlib, html, io, json, os, re, subprocess, sys

sys.dont_write_bytecode = True
from worderrors import errors

MIRROR, PROGRAM = sys.argv[1:3]
PROFILE = sys.argv[3:] or ["open-mic"]
csv.field_size_limit(1 << 30)


def show(repo, path, encoding="utf-8"):
    d = os.path.join(MIRROR, repo, "repo")
    if os.path.isdir(os.path.join(d, ".git")):
        d = os.path.join(d, ".git")
    return subprocess.run(["git", "--git-dir=" + d, "show", "HEAD:" + path], capture_output=True, check=True).stdout.decode(encoding, "replace")


def rows(repo, path, encoding="utf-8"):
    return csv.DictReader(io.StringIO(show(repo, path, encoding).replace("\r\n", "\n").replace("\0", ""), newline=""))


def clean(text):
    text = html.unescape(html.unescape(text))
    text = re.sub(r"\bRT\b\s*:?|https?://\S+|\[?\bURL\b\]?|\[USER\]|\bUSER\b|@\s?\w+", " ", text)
    return " ".join(text.split()).replace(" | ", " ")


def hatecheck():
    for r in rows("paul-rottger+hatecheck-data", "test_suite_cases.csv"):
        yield r["label_gold"], r["test_case"]


def hatecheck_groups():
    for r in rows("paul-rottger+hatecheck-data", "test_suite_cases.csv"):
        if r["target_ident"]:
            yield r["target_ident"] + ", " + r["label_gold"], r["test_case"]


def davidson():  # the fifth that the text model was not trained on
    for r in rows("t-davidson+hate-speech-and-offensive-language", "data/labeled_data.csv"):
        if int(hashlib.md5(("dav" + r["tweet"]).encode()).hexdigest()[:8], 16) % 100 < 20:
            yield {"0": "hate", "1": "offensive", "2": "neither"}[r["class"]], r["tweet"]


def edos():
    for r in rows("rewire-online+edos", "data/edos_labelled_aggregated.csv"):
        if r["split"] == "test":
            yield r["label_sexist"], r["text"]


def meld():
    for r in rows("declare-lab+MELD", "data/MELD/test_sent_emo.csv"):
        yield "talk", r["Utterance"].replace("\x92", "'").replace("\ufffd", "'")


def topical_chat():
    for f in ("freq", "rare"):
        for c in json.loads(show("alexa+Topical-Chat", f"TopicalChatASR/actual/test_{f}_audio.json")).values():
            for u in c["content"]:
                yield "talk", u.get("message_asr_B") or u["message"]


def indonesian():
    for r in rows("okkyibrohim+id-multi-label-hate-speech-and-abusive-language-detection", "re_dataset.csv", "latin-1"):
        bad = r["HS"] == "1" or r["Abusive"] == "1"
        yield ("hate or abuse" if bad else "none"), re.sub(r"\\x[0-9a-f]{2}|\\n", " ", r["Tweet"])


def own():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../moderation/engine/testdata/fairness.tsv"), encoding="utf-8") as f:
        for line in f:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")[1:3]


def all_meld():
    for part in ("train", "dev", "test"):
        for r in rows("declare-lab+MELD", f"data/MELD/{part}_sent_emo.csv"):
            yield "talk", r["Utterance"].replace("\x92", "'").replace("\ufffd", "'")


def judge(lines, profile):
    """The verdicts of lines: one list of (rule, mode) for each."""
    out = subprocess.run([PROGRAM, "rules", "try", *profile, "--batch"], input="\n".join(t for _, t in lines) + "\n",
                         capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
    assert len(out) == len(lines)
    return [[] if v == "none" else [(x.split()[0], x.split()[2]) for x in v.split(", ")] for v in out]


def report(name, source, profile):
    try:
        lines = [(label, clean(text)) for label, text in source()]
    except (subprocess.CalledProcessError, FileNotFoundError):
        print(f"{name}: not here")
        return
    lines = [(label, text) for label, text in lines if text]
    judged = judge(lines, profile)
    counts = [count(lines, judged), count(lines, judge([(label, errors(text, WRONG)) for label, text in lines], profile))]
    (n, flagged, asked, rules), (_, flagged_wrong, asked_wrong, _) = counts
    if not name.startswith(" "):  # the groups are lines of the set before
        acts(name, lines, judged)
    for label in sorted(n):
        per = ", ".join(f"{rule} {count}" for (rule, l), count in sorted(rules.items()) if l == label)
        share = lambda c: f"{c[label] / n[label]:.3f}"
        print(f"{name:12} {label:28} {n[label]:6} lines, asked {share(asked)}, flagged {share(flagged)}; "
              f"with word errors asked {share(asked_wrong)}, flagged {share(flagged_wrong)}  ({per})")
        if label not in GOOD and not name.startswith(" "):
            plain, wrong = kept.get(name, (0, 0))
            kept[name] = plain + flagged[label], wrong + flagged_wrong[label]


WRONG = 0.1  # of the words


GOOD = {"non-hateful", "neither", "offensive", "not sexist", "talk", "none"}
kept = {}  # of each set, how many of the other lines are flagged, and how many with wrong words

# These redact at once, in the shipped mode too; everything else asks, or waits for a host.
AT_ONCE = {"pii.card", "pii.email"}
acted = []


def acts(name, lines, judged):
    """Remembers the lines on which something is done without a host."""
    for (label, text), verdicts in zip(lines, judged):
        rules = [rule for rule, mode in verdicts if mode == "act" or rule in AT_ONCE and mode != "watch"]
        if rules:
            acted.append((name, rules, label == "pii" or personal(text)))


def personal(text):
    """Whether a line has the digits of a card, or what a mail address is written or said with."""
    return len(re.sub(r"\D", "", text)) >= 13 or bool(re.search(r"\S@\S|\b(at|di) [\w ]+ (dot|titik) \w", text, re.I))


def count(lines, judged):
    """Lines, those flagged, those asked about, and the rules that asked, by label."""
    n, flagged, asked, rules = (collections.Counter() for _ in range(4))
    for (label, _), verdicts in zip(lines, judged):
        n[label] += 1
        flagged[label] += bool(verdicts)
        asked[label] += any(mode != "watch" for _, mode in verdicts)
        rules.update((rule, label) for rule, mode in verdicts if mode != "watch")
    return n, flagged, asked, rules


CONFIGS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../configs/rules")
SAID = re.compile(r"(asks|flags) (?:about )?(fewer than )?(\d+) of 1,000")


def costs(pack, profile, source, of):
    """Prints how often each rule of a pack asks or flags on harmless lines, and whether its about: says so: within a half, or a fifth."""
    try:
        lines = [(label, clean(text)) for label, text in source() if label == of]
    except (subprocess.CalledProcessError, FileNotFoundError):
        print(f"{pack}: costs not measured, the set is not here")
        return True
    lines = [(label, text) for label, text in lines if text]
    asks, flags = collections.Counter(), collections.Counter()
    for verdicts in judge(lines, profile):
        asks.update({rule for rule, mode in verdicts if mode != "watch"})
        flags.update({rule for rule, _ in verdicts})
    right = True
    with open(os.path.join(CONFIGS, pack + ".yaml"), encoding="utf-8") as f:
        for rule, about in re.findall(r"^  - id: (\S+)\n    about: (.*)", f.read(), re.M):
            said = SAID.search(about)
            if not said:
                continue
            rate = 1000 * (asks if said[1] == "asks" else flags)[rule] / len(lines)
            number = int(said[3])
            fits = rate < number if said[2] else abs(rate - number) <= max(0.5, number / 5)
            right &= fits
            print(f"{pack:16} {rule:18} {said[1]} {rate:5.2f} of 1,000 lines; its about: says {said[2] or ''}{number}{'' if fits else '  WRONG'}")
    return right


for name, source in (("HateCheck", hatecheck), ("  per group", hatecheck_groups), ("Davidson", davidson), ("EDOS", edos),
                     ("MELD", meld), ("Topical-Chat", topical_chat)):
    report(name, source, PROFILE)
report("Indonesian", indonesian, ["harassment.id"])
report("our lines", own, PROFILE + ["harassment.id"])

right = sum(r for _, _, r in acted)
print(f"acts without asking: {len(acted)} lines of all sets, {right} of them rightly" + (f", precision {right / len(acted):.3f}" if acted else ""))
for name, rules, rightly in acted:
    if not rightly:
        print(f"  wrongly, {name}: {', '.join(rules)}")
for name, (plain, wrong) in kept.items():
    print(f"{name}: with a tenth of the words wrong, {wrong} of {plain} flagged lines are flagged ({wrong / plain - 1:+.0%})")
said = [costs(pack, PROFILE, all_meld, "talk") for pack in ("harassment.en", "scams.en", "personal-data")]
said += [costs("strict", ["strict"], all_meld, "talk"), costs("lenient", ["lenient"], all_meld, "talk")]
said.append(costs("harassment.id", ["harassment.id"], indonesian, "none"))
sys.exit(not all(said))
