"""calibrate.py MODEL OUT.json SCALE.tsv,… [MORE.tsv…]: the scale of the scores, and how many lines of ordinary talk reach them.

REACH of 1,000 lines of SCALE reach 0.5 and 0.9, the last of them by a little. How many of all lines reach 0.01, 0.02, … 0.99 is counted
for each label."""
import json, math, sys

from score import Model

REACH = {"hate": (4, 0.8), "insult": (5, 1.5), "threat": (4.5, 1), "sexual": (3.5, 1), "scam": (4, 1)}

model, out, scale, *more = sys.argv[1:]
m = Model(model)


def values(names):
    return [m.raw(line.rstrip("\n").split("\t")[-1].split()) for name in names for line in open(name, encoding="utf-8")]


raw = values(scale.split(","))
a, b, reached = [], [], []
for name, label in zip(m.h["labels"], zip(*raw)):
    falling, n = sorted(label, reverse=True), len(label)
    half, nine = (0.9 * falling[i - 1] + 0.1 * falling[i] for i in (round(n * r / 1000) for r in REACH[name]))
    slope = math.log(9) / max(0.05, nine - half)
    a.append(round(slope, 5))
    b.append(round(-slope * half, 5))
raw += values(more)
for slope, offset, label in zip(a, b, zip(*raw)):
    scores = [1 / (1 + math.exp(min(700, -(slope * z + offset)))) for z in label]
    reached.append([sum(s >= i / 100 for s in scores) for i in range(1, 100)])
with open(out, "w") as f:
    json.dump({"calibration": {"a": a, "b": b}, "false_alarms": {"lines": len(raw), "reached": reached}}, f)
