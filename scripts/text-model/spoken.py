"""Lines of our own in text files: harmless.txt (every label 0) and abusive.txt (one label, the rest as it usually is)."""
import itertools, os, random, re

import mkgroups, templates
HERE = os.path.dirname(os.path.abspath(__file__))
LABELS = ("hate", "insult", "threat", "sexual", "scam")
# What else a line of a label is not; what is missing here may be either.
NOT = {"hate": ("scam",), "insult": ("scam", "hate", "threat", "sexual"), "threat": ("scam", "hate", "sexual"),
       "sexual": ("scam", "hate", "threat"), "scam": ("hate", "insult", "threat", "sexual")}
MOST = 30  # lines of one template
GROUPS = {w for l in mkgroups.G.strip().split("\n") if not l.startswith("p") for w in l.split()[2:]}

# In a template GROUPS, GROUP, KIND and SLURS stand for the name of any group ("immigrants", "a deaf man", "deaf", a slur).
NAMES = {"GROUPS": templates.GROUPS, "GROUP": templates.SING, "KIND": templates.ADJ, "SLURS": templates.SLUR}
MOST_NAMED = 60  # lines of one template that names a group

def expand(template, rnd):
    if any(n in template.split() for n in NAMES):
        got = set()
        for _ in range(MOST_NAMED):
            s = "".join(rnd.choice(p.split("|")) if i % 2 else p for i, p in enumerate(re.split(r"[{}]", template)))
            got.add(" ".join(rnd.choice(NAMES[w]) if w in NAMES else w for w in s.split()))
        return sorted(got)
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
