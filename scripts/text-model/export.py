"""export.py LIN.bin[,LIN2.bin…] GRU.bin[,GRU2.bin…] GROUPS OUT NAME  [calibrate.py's OUT.json]
Averages the linear parts, puts the recurrent ones beside each other so that their values are averaged, quantises, and writes the model
file that docs/text-model.md describes."""
import hashlib, json, os, struct, sys

import numpy as np
lin, gru, groups, out, name = sys.argv[1:6]
cal = json.load(open(sys.argv[6])) if len(sys.argv) > 6 else None
NH = 5; LABELS = ["hate", "insult", "threat", "sexual", "scam"]
parts = [open(f, "rb").read() for f in lin.split(",")]; B = struct.unpack_from("<i", parts[0])[0]
mean = np.mean([np.frombuffer(b, "<f4", offset=4) for b in parts], axis=0)
bias, W = mean[:NH], mean[NH:].reshape(-1, NH)
sc = np.maximum(np.quantile(np.abs(W), 1.0, axis=0), 1e-6) / 127.0
Wq = np.clip(np.rint(W / sc), -127, 127).astype(np.int8)
def recurrent(name):
    """The sizes, tables and vocabulary of one recurrent part."""
    g = open(name, "rb").read(); D, H, V, CB, NC, nh = struct.unpack_from("<6i", g); o = 24
    def table(*shape):
        nonlocal o
        t = np.frombuffer(g, "<f4", int(np.prod(shape)), o).reshape(shape); o += t.nbytes
        return t
    dense = [table(2, D, 3, H), table(2, H, 3, H), table(2, 1, 3, H), table(2, 2, H, NH), table(NH)]  # gates z, r, n; maxima, means
    tables = [table(V, D), table(CB, D), table(NC, D)]
    return (D, H, V, CB), dense, tables, g[o:].split(b"\0")[:V]
def beside(blocks):
    """Matrices as one: a unit of one part takes nothing from the other."""
    rows, cols = (sum(m.shape[i] for m in blocks) for i in (1, 3))
    out = np.zeros((2, rows, 3, cols), "<f4"); r = c = 0
    for m in blocks:
        out[:, r:r + m.shape[1], :, c:c + m.shape[3]] = m; r += m.shape[1]; c += m.shape[3]
    return out
recs = [recurrent(name) for name in gru.split(",")]
(_, _, V, CB), vocab = recs[0][0], recs[0][3]
assert all(r[3] == vocab for r in recs)
D, H = (sum(r[0][i] for r in recs) for i in (0, 1))
Wx, Uh, b, P, c = zip(*(r[1] for r in recs))
dense = np.concatenate([m.ravel() for m in (beside(Wx), beside(Uh), np.concatenate(b, 3), np.concatenate(P, 2) / len(recs), np.mean(c, 0))])
E, C, K = (np.concatenate(t, 1) for t in zip(*(r[2] for r in recs)))
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
