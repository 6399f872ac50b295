"""calibrate.py MODEL TALK.tsv… OUT.json: the scale of the scores, from how many of 1,000 lines of ordinary talk reach 0.5 and 0.9"""
import json, math, sys

from score import Model

REACH = {"hate": (4, 1), "insult": (5, 1.5), "threat": (4.5, 1), "sexual": (3.5, 1), "scam": (5, 1.5)}

model, *talk, out = sys.argv[1:]
m = Model(model)
raw = [m.raw(line.rstrip("\n").split("\t")[-1].split()) for name in talk for line in open(name, encoding="utf-8")]
a, b = [], []
for name, label in zip(m.h["labels"], zip(*raw)):
    falling, n = sorted(label, reverse=True), len(label)
    half, nine = ((falling[i - 1] + falling[i]) / 2 for i in (round(n * r / 1000) for r in REACH[name]))
    slope = math.log(9) / max(0.05, nine - half)
    a.append(round(slope, 5))
    b.append(round(-slope * half, 5))
with open(out, "w") as f:
    json.dump({"a": a, "b": b}, f)
