#!/usr/bin/env python3
"""Reference scorer.  usage: score.py MODEL [--explain] < lines.txt   (one JSON object per line)"""
import sys, json, struct, math, array
import numpy as np
from textnorm import norm
M32 = 0xFFFFFFFF

def fnv(b):
    h = 2166136261
    for c in b:
        h = ((h ^ c) * 16777619) & M32
    return h

def mix(h):
    h ^= h >> 16; h = h * 0x85EBCA6B & M32
    h ^= h >> 13; h = h * 0xC2B2AE35 & M32
    return h ^ (h >> 16)

def hsh(s):
    return mix(fnv(s.encode("utf-8")))

def sig(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else (lambda e: e / (1 + e))(math.exp(x))

def bgrams(word, lo, hi):
    b = ("^" + word + "$").encode("utf-8")          # n-grams are over UTF-8 bytes
    for L in range(lo, hi + 1):
        for j in range(len(b) - L + 1):
            yield b[j:j + L]

class Model:
    def __init__(self, path):
        b = open(path, "rb").read()[:-32]  # without its checksum
        assert b[:8] == b"ESHTXT02", "not a text model"
        n = struct.unpack_from("<I", b, 8)[0]
        self.h = h = json.loads(b[12:12 + n]); o = 12 + n
        self.groups = {}
        for ln in b[o:o + h["groups_bytes"]].decode().split("\n"):
            if ln:
                w, k, c = ln.split("\t"); self.groups[w] = (k, c)
        o += h["groups_bytes"]
        self.vocab = {w: i for i, w in enumerate(b[o:o + h["vocab_bytes"]].decode().split("\n")[:-1])}
        o += h["vocab_bytes"]
        r = h["rnn"]; D, H, V, CB = r["dim"], r["hidden"], r["vocab"], r["char_buckets"]; NC = len(r["categories"]); N = len(h["labels"])
        def i8(k):
            nonlocal o; a = array.array("b"); a.frombytes(b[o:o + k]); o += k; return a
        def f4(k):
            nonlocal o; a = array.array("f"); a.frombytes(b[o:o + 4 * k]); o += 4 * k
            if sys.byteorder == "big": a.byteswap()
            return a
        def table(*shape): return np.array(f4(math.prod(shape))).reshape(shape)
        def rows(n): return np.array(i8(n * D)).reshape(n, D) * table(n, 1)
        self.E, self.C, self.K, G = rows(V), rows(CB), table(NC, D), 3 * H
        self.Wx, self.Uh, self.b, self.V, self.c = table(2, D, G), table(2, H, G), table(2, G), table(4 * H, N), table(N)
        self.L = i8((1 << h["linear"]["bits"]) * N)
        assert o == len(b)

    def delex(self, w):
        """-> list of (token, category or None, first word, end word)"""
        o, i, g = [], 0, self.groups
        while i < len(w):
            if w[i] not in g or g[w[i]][0] == "p":
                o.append((w[i], None, i, i + 1)); i += 1; continue
            j, noun, slur, cat = i, False, False, ""
            while j < len(w) and w[j] in g:
                k, c = g[w[j]]
                if k == "p":
                    noun = True; j += 1; break
                noun |= k == "n"; slur |= k == "s"
                if not cat or k == "s" or (cat == "gender" and c != "gender") or cat == "male":
                    cat = c
                j += 1
            o.append(("<s>" if slur else "<g>" if noun else "<a>", cat, i, j)); i = j
        return o

    def features(self, t):
        n = len(t); s = [x[0] for x in t]; S = "\x1f"; lin = self.h["linear"]; F = []
        tok = lambda i: "<b>" if i < 0 else "</b>" if i >= n else s[i]
        for w in s: F.append("1" + w)
        for L in range(2, lin["word_max"] + 1):
            for i in range(-1, n + 2 - L): F.append(str(L) + S.join(tok(i + j) for j in range(L)))
        for i in range(n):
            for d in range(2, lin["skip_max"] + 1):
                if i + d < n: F.append("s" + s[i] + S + s[i + d])
        fg = next((i for i in range(n) if t[i][1] is not None), -1)
        if fg >= 0:
            for i in range(n):
                if i != fg:
                    F.append(("b" if i < fg else "a") + s[i]); F.append("c" + t[fg][1] + S + s[i])
        if any(w in ("you", "your", "youre", "u", "ur", "yourself") for w in s):
            for w in s: F.append("y" + w)
        H = [hsh(f) for f in F]
        for x in t:
            if x[1] is None:
                for g in bgrams(x[0], lin["char_min"], lin["char_max"]): H.append(mix(fnv(b"x" + g)))
        return H

    def linear(self, t):
        lin = self.h["linear"]; N = len(self.h["labels"]); mask = (1 << lin["bits"]) - 1
        H = self.features(t); acc = [0] * N
        for h in H:
            o = (h & mask) * N
            for k in range(N): acc[k] += self.L[o + k]
        x = 1 / math.sqrt(max(1, len(H)))
        return [lin["bias"][k] + acc[k] * lin["scale"][k] * x for k in range(N)]

    def rnn(self, t):
        r = self.h["rnn"]; H, CB = r["hidden"], r["char_buckets"]; X = []
        for w, cat, _, _ in t[:r["max_tokens"]]:
            x = self.E[self.vocab.get(w, 0)]
            hs = [mix(fnv(g)) & (CB - 1) for g in bgrams(w, r["char_min"], r["char_max"])] if cat is None else []
            X.append(x + self.K[r["categories"].index(cat)] if cat is not None else x + self.C[hs].mean(0) if hs else x)
        if not X: return list(self.c)
        states = []
        for Wx, Uh, b, line in zip(self.Wx, self.Uh, self.b, (X, X[::-1])):
            h, hs = np.zeros(H), []
            for x in line:
                a, u = x @ Wx + b, h @ Uh
                z, q = 1 / (1 + np.exp(-(a[:2 * H] + u[:2 * H]))).reshape(2, H)
                h = (1 - z) * np.tanh(a[2 * H:] + q * u[2 * H:]) + z * h
                hs.append(h)
            states.append(np.array(hs))
        return list(np.concatenate([s.max(0) for s in states] + [s.mean(0) for s in states]) @ self.V + self.c)

    def raw(self, words):
        """mixed, uncalibrated values, maximum over windows"""
        w, st = self.h["window"], self.h["stride"]; best = None; s = 0; m = self.h["mix"]
        while True:
            t = self.delex(words[s:s + w])
            a, b = self.linear(t), self.rnn(t)
            z = [m["linear"][k] * a[k] + m["rnn"][k] * b[k] for k in range(len(a))]
            best = z if best is None else [max(x, y) for x, y in zip(best, z)]
            if s + w >= len(words): return best
            s += st

    def score(self, text):
        words = norm(text)
        if not words: return {l: 0.0 for l in self.h["labels"]}
        z, c = self.raw(words), self.h["calibration"]
        return {l: sig(c["a"][k] * z[k] + c["b"][k]) for k, l in enumerate(self.h["labels"])}

    def explain(self, text, label, top=4):
        """words whose removal lowers the value most (occlusion)"""
        words = norm(text); k = self.h["labels"].index(label)
        if len(words) < 2: return words
        full = self.raw(words)[k]; d = []
        for i in range(len(words)):
            d.append((full - self.raw(words[:i] + words[i + 1:])[k], words[i]))
        return [w for v, w in sorted(d, reverse=True)[:top] if v > 0]

if __name__ == "__main__":
    m = Model(sys.argv[1])
    for ln in sys.stdin:
        ln = ln.rstrip("\n"); s = m.score(ln)
        o = {"text": ln, "scores": {k: round(v, 4) for k, v in s.items()}}
        if "--explain" in sys.argv:
            b = max(s, key=s.get); o["label"] = b; o["words"] = m.explain(ln, b)
        print(json.dumps(o, ensure_ascii=False))
