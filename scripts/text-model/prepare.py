#!/usr/bin/env python3
"""Builds train/eval TSV files from fetched public repositories.

usage: prepare.py MIRROR OUT [--dynahate]
MIRROR holds bare git directories named owner+name/repo (or repo/.git).
OUT receives train.tsv, eval_*.tsv  (weight, hate, insult, threat, sexual, scam, source, text)
Labels: 1 yes, 0 no, - unknown.
"""
import itertools, sys, os, csv, io, json, re, html, subprocess, hashlib, random, ast
from textnorm import norm
csv.field_size_limit(1 << 30)
MIRROR, OUT = sys.argv[1], sys.argv[2]
DYN = "--dynahate" in sys.argv
H = ["hate", "insult", "threat", "sexual", "scam"]

def git(repo, *a):
    d = os.path.join(MIRROR, repo, "repo")
    if os.path.isdir(os.path.join(d, ".git")):
        d = os.path.join(d, ".git")
    return subprocess.run(["git", "--git-dir=" + d, *a], capture_output=True, check=True).stdout

def show(repo, path):
    return git(repo, "show", "HEAD:" + path).decode("utf-8", "replace")

def rows(repo, path, **k):
    body = show(repo, path).replace("\r\n", "\n").replace("\r", " ").replace("\0", "")
    return csv.DictReader(io.StringIO(body, newline=''), **k)

def clean(t):
    t = html.unescape(html.unescape(t))
    t = re.sub(r"&(amp|gt|lt|quot)\b;?", " ", t)
    t = re.sub(r"\bRT\b\s*:?|^\s*rt\b", " ", t)
    t = re.sub(r"https?\s*:\s*/?/?\s*\S+|www\.\S+|\[?\bURL\b\]?|\bt\.co\S*", " ", t)
    t = re.sub(r"\[USER\]|\bUSER\b|@\s?[\w]+", " ", t)
    t = re.sub(r"&#?\w+;", " ", t)
    return t

def bucket(t, n=100):
    return int(hashlib.md5(t.encode()).hexdigest()[:8], 16) % n

TRAIN, EVAL = [], {}
seen = {}

def add(text, source, w=1.0, dest="train", maxw=90, **lab):
    toks = norm(clean(text))
    if len(toks) < 1 or (len(toks) < 2 and dest == "train" and source not in ("own",)):
        return
    toks = toks[:maxw]
    s = " ".join(toks)
    v = [lab.get(h, -1) for h in H]
    if dest == "train":
        TRAIN.append((w, v, source, s))
    else:
        EVAL.setdefault(dest, []).append((1.0, v, source, s))

SWEAR = re.compile(r"\b(fuck|shit|bitch|cunt|idiot|stupid|dumb|moron|kill|murder|die|rape|nigg|fag|whore|slut|hate|asshole|loser|hang|shoot|ugly|fool|shut up|liar|hell|damn|beat|hurt)\w*", re.I)

# ---- Davidson (MIT) : 20 % held out
R = "t-davidson+hate-speech-and-offensive-language"
for r in rows(R, "data/labeled_data.csv"):
    t, c = r["tweet"], r["class"]
    part = bucket("dav" + t)
    if part < 28:
        add(t, "davidson:" + c, dest="davidson" if part < 20 else "davidsondev", hate=int(c == "0"))
    else:
        conf = int(r["hate_speech"]) / max(1, int(r["count"]))
        if c == "0": add(t, "davidson", w=1.3 + 0.8 * conf, hate=1)
        elif c == "1": add(t, "davidson", w=0.58, hate=0)
        else: add(t, "davidson", w=1.6, hate=0, insult=0, threat=0, sexual=0, scam=0)

# ---- EDOS (CC0)
for r in rows("rewire-online+edos", "data/edos_labelled_aggregated.csv"):
    t, cat, vec = r["text"], r["label_category"], r["label_vector"]
    sx = r["label_sexist"] == "sexist"
    if r["split"] == "test":
        add(t, "edos:" + r["label_category"], dest="edos", hate=int(sx)); continue
    if r["split"] == "dev":
        add(t, "edos:" + r["label_category"], dest="edosdev", hate=int(sx)); continue
    lab = dict(hate=int(sx), scam=0)
    if cat.startswith("1"): lab["threat"] = 1
    elif cat.startswith("2"): lab["threat"] = 0
    elif not sx and not SWEAR.search(t): lab.update(threat=0, insult=0, sexual=0)
    if vec.startswith("2.3"): lab["sexual"] = 1
    w = 2.8
    if cat.startswith("3"): w *= 0.8
    if cat.startswith("4"): w *= 0.7
    if not sx: w *= 0.8
    add(t, "edos", w=w, **lab)

# ---- Measuring Hate Speech (CC BY 4.0), binary version
R = "paul-rottger+efficient-low-resource-hate-detection"
def union(ds):
    test = {r["text"] for f in ("test_2000", "dev_500") for r in rows(R, f"0_data/main/1_clean/{ds}/{f}.csv")}
    got = {}
    for i in range(1, 11):
        for r in rows(R, f"0_data/main/1_clean/{ds}/train/train_20000_rs{i}.csv"):
            if r["text"] not in test: got[r["text"]] = int(r["label"])
    return got
for t, y in union("ken20_en").items():
    lab = dict(hate=y)
    if not y and not SWEAR.search(t): lab.update(insult=0, threat=0, sexual=0, scam=0)
    add(t, "mhs", w=1.35, **lab)
for r in rows(R, "0_data/main/1_clean/ken20_en/test_2000.csv"):
    add(r["text"], "mhs", dest="mhs", hate=int(r["label"]))
for r in rows(R, "0_data/main/1_clean/ken20_en/dev_500.csv"):
    add(r["text"], "mhs", dest="mhsdev", hate=int(r["label"]))
for r in rows(R, "0_data/main/1_clean/dyn21_en/test_2000.csv"):
    add(r["text"], "dyn", dest="dyn", hate=int(r["label"]))
for r in rows(R, "0_data/main/1_clean/dyn21_en/dev_500.csv"):
    add(r["text"], "dyn", dest="dyndev", hate=int(r["label"]))
if DYN:
    for t, y in union("dyn21_en").items():
        add(t, "dyn", w=1.0, hate=y)

# ---- HatemojiBuild (CC BY 4.0): the words only
for f in ("train", "validation", "test"):
    for r in rows("HannahKirk+Hatemoji", f"HatemojiBuild/{f}.csv"):
        y = int(r["label_gold"])
        n = len(norm(r["text"]))
        if n < 4: continue
        lab = dict(hate=y)
        if "threat" in r["type"]: lab["threat"] = 1
        add(r["text"], "hatemoji", w=0.6, **lab)

# ---- Implicit Hate Corpus (CC BY 4.0 / MIT)
R2 = "timewaitsfor+ImpCon"
for r in rows(R2, "dataset/implicit-hate-corpus/implicit_hate_v1_stg1_posts.tsv", delimiter="\t", quoting=csv.QUOTE_NONE):
    c = (r["class"] or "").strip()
    if c not in ("explicit_hate", "implicit_hate", "not_hate"): continue
    t = r["post"].replace('"', " ")
    y = int(c != "not_hate")
    w = {"explicit_hate": 1.5, "implicit_hate": 0.95, "not_hate": 0.95}[c]
    if bucket("ihc" + t) < 10: add(t, "ihc:" + c, dest="ihc", hate=y)
    else: add(t, "ihc", w=w, hate=y)

# ---- ToxiGen demonstration sentences (CDLA-Permissive 2.0)
got = {}
for ln in git("microsoft+TOXIGEN", "ls-tree", "-r", "--name-only", "HEAD").decode().split("\n"):
    m = re.match(r"(prompts|demonstrations/.*)/(hate|neutral)_.*\.txt$", ln)
    if m:
        y = int(m.group(2) == "hate")
        body = show("microsoft+TOXIGEN", ln).replace("\\n", "\n")
        for s in body.split("\n"):
            s = s.strip().lstrip("-").strip()
            if len(s) > 12: got.setdefault(s, set()).add(y)
n = 0
for s, ys in got.items():
    if len(ys) == 1:
        y = ys.pop(); n += 1
        if y: add(s, "toxigen", w=0.9, hate=1)
        else: add(s, "toxigen", w=1.0, hate=0, insult=0, threat=0, sexual=0, scam=0)
print("toxigen unique", n)

# ---- ConvAbuse (CC BY 4.0)
for f in ("train", "valid", "test"):
    for r in rows("amandacurry+convabuse", f"2_splits/ConvAbuseEMNLP{f}.csv"):
        ann = []
        for i in range(1, 9):
            g = lambda k: (r.get(f"Annotator{i}_{k}") or "").strip() in ("1", "1.0")
            sc = None
            for k in ("1", "0", "-1", "-2", "-3"):
                if g("is_abuse." + k): sc = int(k)
            if sc is not None:
                ann.append((sc, any(g(x) for x in ("homophobic", "racist", "sexist", "transphobic")), g("sex_harassment"), g("target.individual") or g("target.system"), g("target.generalised")))
        if not ann: continue
        mean = sum(a[0] for a in ann) / len(ann)
        frac = lambda i: sum(a[i] for a in ann) / len(ann)
        lab = dict(scam=0)
        if mean > 0.3: lab.update(hate=0, insult=0, sexual=0, threat=0)
        elif mean <= -0.6:
            sh = frac(2) >= 0.5
            lab["sexual"] = int(sh)
            if not sh and frac(3) >= 0.5: lab["insult"] = 1
            elif sh: lab["insult"] = -1
            lab["hate"] = 1 if frac(1) >= 0.5 and frac(4) >= 0.5 else (-1 if frac(1) > 0 else 0)
        else: continue
        add(r["user"], "convabuse", w=1.0, dest="train" if f != "test" else "convabuse", **lab)

# ---- Toxic Spans / Civil Comments (CC0): sentence labels from typed spans
com = {r["comment_id"]: r["comment_text"] for r in rows("ipavlopoulos+toxic_spans", "data/comments.csv")}
ann = {r["annotation"]: r for r in rows("ipavlopoulos+toxic_spans", "data/annotations.csv")}
spans, raters = {}, {}
for a, r in ann.items(): raters.setdefault(r["comment_id"], set()).add(r["worker"])
types = {}
for r in rows("ipavlopoulos+toxic_spans", "data/spans.csv"):
    a = ann.get(r["annotation"])
    if a:
        types[r["type"]] = types.get(r["type"], 0) + 1
        spans.setdefault(a["comment_id"], []).append((r["type"], int(r["start"]), int(r["end"]), a["worker"]))
print(types)
YOU = re.compile(r"\b(you|your|youre|you're|u|ur|yourself)\b", re.I)
for cid, t in com.items():
    nr = len(raters.get(cid, ())) or 1
    pos = 0
    for m in re.finditer(r"[^.!?\n]+[.!?\n]*", t):
        s, a, b = m.group(0), m.start(), m.end()
        if len(norm(s)) < 2: continue
        cnt = {}
        for ty, x, y, wk in spans.get(cid, []):
            if x < b and y > a: cnt.setdefault(ty.lower(), set()).add(wk)
        f = {k: len(v) / nr for k, v in cnt.items()}
        ins = max((v for k, v in f.items() if "insult" in k), default=0)
        thr = max((v for k, v in f.items() if "threat" in k), default=0)
        idn = max((v for k, v in f.items() if "ident" in k), default=0)
        lab = {}
        if not f: lab = dict(hate=0, insult=0, threat=0, sexual=0, scam=0)
        else:
            if ins >= 0.5: lab["insult"] = 1 if YOU.search(s) else 0 if False else -1
            elif ins == 0: lab["insult"] = 0
            if thr >= 0.3: lab["threat"] = 1
            elif thr == 0: lab["threat"] = 0
            if idn >= 0.4: lab["hate"] = 1
            elif idn == 0: lab["hate"] = 0
        lab = {k: v for k, v in lab.items() if v >= 0}
        if not lab: continue
        w = 0.8 if f else 0.5
        add(s, "toxspans", w=w, dest="toxspans" if bucket("ts" + cid) < 10 else "train", **lab)

# ---- surge-ai toxicity (MIT)
for r in rows("surge-ai+toxicity", "toxicity_en.csv"):
    if r["is_toxic"].strip().lower().startswith("not"):
        add(r["text"], "surge", hate=0, insult=0, threat=0, sexual=0, scam=0)

# ---- SMS Spam Collection (CC BY 4.0): scam head
R3 = "dixitomkar1809+Text-Classification"
p = [x for x in git(R3, "ls-tree", "-r", "--name-only", "HEAD").decode("utf8", "replace").split("\n") if "SMSSpamCollection" in x][0]
for ln in show(R3, p).split("\n"):
    if "\t" in ln: y, t = ln.split("\t", 1)
    elif "," in ln: y, t = ln.split(",", 1)
    else: continue
    y = y.strip().strip('"')
    if y not in ("ham", "spam"): continue
    s = int(y == "spam")
    lab = dict(scam=s)
    if not s: lab.update(hate=0, insult=0 if not SWEAR.search(t) else -1, threat=0, sexual=-1)
    else: lab.update(hate=0, threat=0)
    add(t, "sms", w=1.3, dest="sms" if bucket("sms" + t) < 20 else "train", **lab)

ZERO = dict(hate=0, insult=0, threat=0, sexual=0, scam=0)
def ordinary(t, src, w=1.0):
    lab = dict(ZERO)
    if SWEAR.search(t): lab["insult"] = lab["threat"] = -1; w *= 0.7
    add(t, src, w=w, dest="ordinary" if bucket(src + t) < 8 else "train", **lab)

# ---- QMSum meetings and committees (MIT; AMI and ICSI parts CC BY 4.0)
fs = [x for x in git("Yale-LILY+QMSum", "ls-tree", "-r", "--name-only", "HEAD").decode().split("\n") if x.startswith("data/ALL/") and x.endswith(".json")]
rnd = random.Random(3)
n = 0
for f in fs:
    for u in json.loads(show("Yale-LILY+QMSum", f)).get("meeting_transcripts", []):
        c = re.sub(r"\{[^}]*\}|<[^>]*>", " ", u["content"])
        toks = c.split()
        i = 0
        while i < len(toks):
            k = rnd.choice((6, 10, 14, 20, 28))
            seg = " ".join(toks[i:i + k]); i += k
            if len(norm(seg)) >= 3 and rnd.random() < 0.6: ordinary(seg, "qmsum", 0.7); n += 1
print("qmsum segs", n)

# ---- Topical-Chat ASR (CDLA-Sharing: evaluation only) and Taskmaster-4 (CC BY 4.0)
for f in ("freq", "rare"):
    for c in json.loads(show("alexa+Topical-Chat", f"TopicalChatASR/actual/test_{f}_audio.json")).values():
        for u in c["content"]:
            add(u.get("message_asr_B") or u["message"], "topical", dest="topical", hate=0, insult=0, threat=0, sexual=0, scam=0)
n = 0
for i in range(8):
    try: js = json.loads(show("google-research-datasets+Taskmaster", f"TM-4-2024/data/data_0{i}.json"))
    except Exception: continue
    for c in js:
        for u in c["utterances"]:
            # All of them; the draw is there for those below, which would be others without it.
            if u["speaker"] == "user" and rnd.random() < 1: ordinary(u["text"], "taskmaster", 0.4); n += 1
print("tm4", n)

# ---- Tatoeba English side (CC BY 2.0 FR)
R4 = "pjgao+seq2seq_keras"
for ln in show(R4, "data/cmn.txt").split("\n"):
    t = ln.split("\t")[0]
    if t and t not in seen: seen[t] = 1; ordinary(t, "tatoeba", 1.0)

# ---- evaluation only: HateCheck (CC BY 4.0), MELD
for r in rows("paul-rottger+hatecheck-data", "test_suite_cases.csv"):
    add(r["test_case"], f"{r['functionality']}|{r['target_ident']}|{r['case_id']}", dest="hatecheck", hate=int(r["label_gold"] == "hateful"))
for f in ("train", "dev", "test"):
    for r in rows("declare-lab+MELD", f"data/MELD/{f}_sent_emo.csv"):
        add(r["Utterance"].replace("\x92", "'").replace("\ufffd", "'"), "meld", dest="meld" + f, hate=0)

# ---- own templates and sentences
import spoken, templates
for w, lab, t in itertools.chain(templates.generate(), spoken.generate()):
    add(t, "own", w=w, **lab)
for lab, t in templates.heldout():
    add(t, "own", dest="own", **lab)

# no training text may equal an evaluation text
ev = {s for k, d in EVAL.items() for _, _, _, s in d if len(s.split()) > 3 or k == 'hatecheck'}
before = len(TRAIN)
TRAIN = [x for x in TRAIN if x[3] not in ev]
print("dropped as in evaluation:", before - len(TRAIN))
# merge duplicates
m = {}
for w, v, src, s in TRAIN:
    k = (s, src if src == "own" else "")
    if k in m:
        o = m[k]
        o[1] = [a if a == b else (max(a, b) if min(a, b) == -1 else -1) for a, b in zip(o[1], v)]
        o[0] = max(o[0], w)
    else: m[k] = [w, list(v), src, s]
TRAIN = list(m.values())
random.Random(5).shuffle(TRAIN)
def wr(name, data):
    with open(os.path.join(OUT, name), "w") as f:
        for w, v, src, s in data:
            f.write("%.3f\t%s\t%s\t%s\n" % (w, "\t".join("-" if x < 0 else str(x) for x in v), src.replace("\t", " "), s))
wr("train.tsv", TRAIN)
for k, d in EVAL.items(): wr(f"eval_{k}.tsv", d)
import collections
c = collections.defaultdict(lambda: [0] * 11)
for w, v, src, s in TRAIN:
    c[src][0] += 1
    for i, x in enumerate(v):
        if x == 1: c[src][1 + 2 * i] += 1
        if x == 0: c[src][2 + 2 * i] += 1
print("source n | hate+ - | insult+ - | threat+ - | sexual+ - | scam+ -")
for k, v in sorted(c.items()): print(k, *v)
print({k: len(v) for k, v in EVAL.items()})
