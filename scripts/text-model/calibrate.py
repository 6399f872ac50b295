"""calibrate.py MODEL TALK.tsv OUT.json: the scale of the scores, from ordinary talk (5 and 1 false alarms per 1,000 lines)"""
import json, math, sys

from score import Model

model, talk, out = sys.argv[1:4]
m = Model(model)
raw = [m.raw(line.rstrip("\n").split("\t")[-1].split()) for line in open(talk, encoding="utf-8")]
a, b = [], []
for label in zip(*raw):
    falling, n = sorted(label, reverse=True), len(label)
    one, five = ((falling[i - 1] + falling[i]) / 2 for i in (round(n / 1000), round(n / 200)))
    slope = math.log(9) / max(0.05, one - five)
    a.append(round(slope, 5))
    b.append(round(-slope * five, 5))
with open(out, "w") as f:
    json.dump({"a": a, "b": b}, f)
