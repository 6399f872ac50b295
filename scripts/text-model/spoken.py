"""Lines of our own in text files: harmless.txt (every label 0) and abusive.txt (one label, the rest as it usually is)."""
import itertools, os, random, re

import mkgroups
HERE = os.path.dirname(os.path.abspath(__file__))
LABELS = ("hate", "insult", "threat", "sexual", "scam")
# What else a line of a label is not; what is missing here may be either.
NOT = {"hate": ("scam",), "insult": ("scam", "hate", "threat", "sexual"), "threat": ("scam", "hate", "sexual"),
       "sexual": ("scam", "hate", "threat"), "scam": ("hate", "insult", "threat", "sexual")}
MOST = 30  # lines of one template
GROUPS = {w for l in mkgroups.G.strip().split("\n") if not l.startswith("p") for w in l.split()[2:]}

def expand(template, rnd):
    parts = [p.split("|") for p in re.split(r"[{}]", template)]
    parts = [p if i % 2 else ["|".join(p)] for i, p in enumerate(parts)]
    total = 1
    for p in parts: total *= len(p)
    if total <= MOST: got = {"".join(c) for c in itertools.product(*parts)}
    else:
        got = set()
        while len(got) < MOST: got.add("".join(rnd.choice(p) for p in parts))
    return sorted(" ".join(s.split()) for s in got)

def lines(name):
    for ln in open(os.path.join(HERE, name), encoding="utf-8"):
        ln = ln.strip()
        if ln and not ln.startswith("#"): yield ln

def names_group(line):
    """The trainer weighs harmless lines that name a group more, so these weigh less here."""
    return any(w in GROUPS for w in line.split())

def generate():
    rnd = random.Random(11)
    for t in lines("harmless.txt"):
        for s in expand(t, rnd): yield (0.4 if names_group(s) else 1.0), dict.fromkeys(LABELS, 0), s
    for ln in lines("abusive.txt"):
        label, t = ln.split(" ", 1)
        lab = {label: 1, **dict.fromkeys(NOT[label], 0)}
        for s in expand(t, rnd): yield 0.8, lab, s
