#!/usr/bin/env python3
"""figures.py MODEL WORK [OTHER]: the figures of docs/text-model.md, measured on the evaluation sets that prepare.py wrote into WORK,
and those that are worse or better than OTHER's beyond chance (paired, the difference is more than 1.96 of its standard errors)."""
import bisect, collections, math, os, sys

from score import Model

LABELS = ["hate", "insult", "threat", "sexual", "scam"]
POINTS = (0.5, 0.9)
HATEFUL = {"HateCheck": "hatecheck", "EDOS": "edos", "Davidson": "davidson", "Measuring Hate Speech": "mhs", "Implicit Hate": "ihc"}
FOUND = {"insult": {"Toxic Spans": "toxspans", "ConvAbuse": "convabuse"}, "threat": {"own sentences": "own", "Toxic Spans": "toxspans"},
         "sexual": {"ConvAbuse": "convabuse", "own sentences": "own"}, "scam": {"SMS spam": "sms"}}
TALK = {"MELD test": "meldtest", "Topical-Chat": "topical"}

model, work = Model(sys.argv[1]), sys.argv[2]


class Lines:
    """A set: of each line its labels (- where unknown), its source and its scores."""

    def __init__(self, name, model):
        rows = [line.rstrip("\n").split("\t") for line in open(os.path.join(work, f"eval_{name}.tsv"), encoding="utf-8")]
        self.labels, self.source = [r[1:6] for r in rows], [r[6] for r in rows]
        self.scores = [list(model.score(r[7]).values()) for r in rows]

    def of(self, label, value):
        k = LABELS.index(label)
        return [s[k] for l, s in zip(self.labels, self.scores) if l[k] == value]


sets = {}


def lines(name):
    if name not in sets:
        sets[name] = Lines(name, model)
    return sets[name]


def shares(scores, of=1):
    """How many reach either point."""
    return " / ".join(f"{of * sum(s >= p for s in scores) / max(1, len(scores)):.{2 if of == 1 else 1}f}" for p in POINTS)


def auc(name):
    bad, good = lines(name).of("hate", "1"), sorted(lines(name).of("hate", "0"))
    return sum(bisect.bisect_left(good, b) + bisect.bisect_right(good, b) for b in bad) / (2 * len(bad) * len(good))


for label in LABELS:
    found = {n: (s, label) for n, s in (HATEFUL if label == "hate" else FOUND[label]).items()}
    print(f"{label}: false alarms per 1,000:", ", ".join(f"{n} {shares([s[LABELS.index(label)] for s in lines(v).scores], 1000)}" for n, v in TALK.items()))
    print("  recall:", " · ".join(f"{n} {shares(lines(s).of(l, '1'))} ({len(lines(s).of(l, '1'))})" for n, (s, l) in found.items()))
print("any: false alarms per 1,000:", ", ".join(f"{n} {shares([max(s) for s in lines(v).scores], 1000)}" for n, v in TALK.items()))
print("harmless flagged:", ", ".join(f"{n} {shares(lines(s).of('hate', '0'))}" for n, s in HATEFUL.items()))
davidson = lines("davidson")
print("  Davidson neither", shares([s[0] for s, src in zip(davidson.scores, davidson.source) if src.endswith(":2")]))
print("area under the curve:", ", ".join(f"{n} {auc(s):.3f}" for n, s in {**HATEFUL, "DynaHate": "dyn"}.items()))
check, groups = lines("hatecheck"), collections.defaultdict(lambda: ([], []))
for l, src, s in zip(check.labels, check.source, check.scores):
    groups[src.split("|")[1] or "none"][l[0] == "1"].append(s[0])
for name, (harmless, hateful) in sorted(groups.items()):
    print(f"HateCheck, {name}: hateful {shares(hateful)}, harmless {shares(harmless)}")


def compared():
    """Figures: what is counted, its set, label (5: any), which lines, and whether they should be flagged."""
    for k, label in enumerate(LABELS + ["any label"]):
        for n, s in TALK.items():
            yield f"{label}, false alarms of {n}", s, k, lambda l, src: True, False
    for label, found in {"hate": HATEFUL, **FOUND}.items():
        for n, s in found.items():
            yield f"{label}, recall of {n}", s, LABELS.index(label), lambda l, src, k=LABELS.index(label): l[k] == "1", True
    for n, s in HATEFUL.items():
        yield f"hate, harmless lines of {n}", s, 0, lambda l, src: l[0] == "0", False
    yield "hate, Davidson neither", "davidson", 0, lambda l, src: src.endswith(":2"), False
    for i in (0, 1):  # functions and groups
        for n in sorted({src.split("|")[i] for src in check.source}):
            for y in "10":
                chosen = lambda l, src, i=i, n=n, y=y: l[0] == y and src.split("|")[i] == n
                yield f"HateCheck, {n or 'no group'} ({y})", "hatecheck", 0, chosen, y == "1"


if len(sys.argv) > 3:
    other, before, count = Model(sys.argv[3]), {}, collections.Counter()
    for name, s, k, chosen, wanted in compared():
        old = before[s] = before.get(s) or Lines(s, other)
        pairs = [(a[k:] if k < 5 else [max(a)], b[k:] if k < 5 else [max(b)]) for a, b, l, src
                 in zip(old.scores, lines(s).scores, old.labels, old.source) if chosen(l, src)]
        for p in POINTS if pairs else ():
            d = [(1 if wanted else -1) * ((b[0] >= p) - (a[0] >= p)) for a, b in pairs]
            mean = sum(d) / len(d)
            error = math.sqrt(sum((x - mean) ** 2 for x in d)) / len(d)
            verdict = "the same" if abs(mean) <= 1.96 * error else "better" if mean > 0 else "worse"
            count[verdict] += 1
            if verdict == "worse":
                was, now = (sum(x[i][0] >= p for x in pairs) / len(d) for i in (0, 1))
                print(f"worse: {name} at {p}: {was:.3f} -> {now:.3f}")
    print("of", sum(count.values()), "figures:", ", ".join(f"{n} {v}" for v, n in count.items()))
