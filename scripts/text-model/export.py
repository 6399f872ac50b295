"""export.py LIN.bin[,LIN2.bin…] GRU.bin GROUPS OUT NAME  [calibrate.py's OUT.json]
Averages the linear parts, quantises and writes the model file that docs/text-model.md describes."""
import hashlib, json, os, struct, sys

import numpy as np
lin, gru, groups, out, name = sys.argv[1:6]
cal = json.load(open(sys.argv[6])) if len(sys.argv) > 6 else None
NH = 5; LABELS = ["hate", "insult", "threat", "sexual", "scam"]
parts = [open(f, "rb").read() for f in lin.split(",")]; B = struct.unpack_from("<i", parts[0])[0]
mean = np.mean([np.frombuffer(b, "<f4", offset=4) for b in parts], axis=0)
bias, W = mean[:NH], mean[NH:].reshape(-1, NH)
sc = np.maximum(np.quantile(np.abs(W), 0.9997, axis=0), 1e-6) / 127.0
Wq = np.clip(np.rint(W / sc), -127, 127).astype(np.int8)
g = open(gru, "rb").read(); D, H, V, CB, NC, nh = struct.unpack_from("<6i", g); o = 24
G3, P = 3 * H, 4 * H
nd = 2 * D * G3 + 2 * H * G3 + 2 * G3 + P * NH + NH
dense = np.frombuffer(g, "<f4", nd, o); o += 4 * nd
E = np.frombuffer(g, "<f4", V * D, o).reshape(V, D); o += 4 * V * D
C = np.frombuffer(g, "<f4", CB * D, o).reshape(CB, D); o += 4 * CB * D
K = np.frombuffer(g, "<f4", NC * D, o).reshape(NC, D); o += 4 * NC * D
vocab = g[o:].split(b"\0")[:V]
def q(M):
    s = np.maximum(np.abs(M).max(1), 1e-6) / 127.0
    return np.clip(np.rint(M / s[:, None]), -127, 127).astype(np.int8), s.astype("<f4")
Eq, Es = q(E); Cq, Cs = q(C)
grp = open(groups, "rb").read(); voc = b"\n".join(vocab) + b"\n"
hdr = dict(name=name, version=2, labels=LABELS, languages=["en"], window=32, stride=16, max_token=24,
           linear=dict(bits=B, scale=[float(x) for x in sc], bias=[float(x) for x in bias], char_min=3, char_max=5, word_max=3, skip_max=4),
           rnn=dict(dim=D, hidden=H, vocab=V, char_buckets=CB, char_min=3, char_max=4, max_tokens=64,
                    categories=["gender", "male", "race", "nation", "religion", "sexuality", "disability", "migrant", "other"]),
           mix=dict(linear=[0.4, 0.5, 0.5, 0.5, 0.7], rnn=[0.65, 0.5, 0.5, 0.5, 0.3]),
           calibration=dict(a=[1.0] * NH, b=[0.0] * NH),
           groups_bytes=len(grp), vocab_bytes=len(voc)) | (cal or {})
h = json.dumps(hdr, separators=(",", ":")).encode()
tables = [grp, voc, Eq.tobytes(), Es.tobytes(), Cq.tobytes(), Cs.tobytes(),
          K.astype("<f4").tobytes(), dense.astype("<f4").tobytes(), Wq.tobytes()]
body = b"ESHTXT02" + struct.pack("<I", len(h)) + h + b"".join(tables)
with open(out, "wb") as f:
    f.write(body + hashlib.sha256(body).digest())
print(out, os.path.getsize(out), "bytes; zero weights %.2f" % (Wq == 0).mean())
