#!/usr/bin/env python3
"""What a recogniser makes of a line: words dropped, said twice, merged, split, taken for others that sound alike, numbers in digits.

usage: worderrors.py SHARE < LINES > LINES

About SHARE of the words of each line (0.1: a tenth) are wrong.  The same line always comes out the same.
"""
import hashlib, random, re, sys

HOMOPHONES = [s.split() for s in """
your you're|you're your|their there|there their|they're there|to two|two to|too to|for four|four for|know no|no know|hear here|here hear
right write|write right|son sun|sun son|would wood|buy by|by buy|one won|won one|eight ate|whole hole|hole whole|week weak|weak week
see sea|meet meat|meat meet|piece peace|peace piece|die dye|dye die|kill keel|hate ate|dumb dam|stupid stooped|idiot idea|ugly oddly
liar lyre|fool full|pig big|trash crash|shut shot|shoot suit|hurt hut|house how's|leave live|live leave|send sent|code coat|card car
bank bang|coin coyne|money many|pay play|free three|three free|gift give|click clique|link linked|women woman|woman women|men man|man men
are our|our are|and an|an and|is his|his is|as has|has as|of off|off of|than then|then than|were where|where were|this these|these this
that the|the a|a the|will well|well will|want won't|going gonna|because cause|people pebble|all old|i eye|she sea|he his|them then
""".replace("\n", "|").split("|") if s.strip()]
SOUNDS_LIKE = {}
for a, b in HOMOPHONES: SOUNDS_LIKE.setdefault(a, []).append(b)
DIGITS = {w: str(i) for i, w in enumerate("zero one two three four five six seven eight nine ten".split())}
SPOKEN = {d: w for w, d in DIGITS.items()}
# Sounds that are taken for each other at the beginning, in the middle and at the end of a word that has no homophone here.
SOUNDS = [("th", "f"), ("f", "th"), ("b", "p"), ("p", "b"), ("d", "t"), ("t", "d"), ("g", "k"), ("k", "g"), ("v", "f"), ("s", "z"),
          ("m", "n"), ("n", "m"), ("ee", "i"), ("oo", "u"), ("a", "e"), ("e", "i"), ("o", "u"), ("ing", "in"), ("er", "a")]

def similar(word, rnd):
    bare = re.sub(r"[^\w']", "", word).lower()
    if bare in SOUNDS_LIKE: return rnd.choice(SOUNDS_LIKE[bare])
    can = [(a, b) for a, b in SOUNDS if a in bare]
    if not can: return ""
    a, b = rnd.choice(can)
    return bare.replace(a, b, 1)

def errors(text, share):
    rnd = random.Random(int(hashlib.md5(text.encode()).hexdigest()[:12], 16))
    words, out, i = text.split(), [], 0
    while i < len(words):
        w = words[i]; i += 1
        if rnd.random() >= share: out.append(w); continue
        bare = re.sub(r"\W", "", w).lower()
        if bare in DIGITS: out.append(DIGITS[bare]); continue
        if bare in SPOKEN: out.append(SPOKEN[bare]); continue
        kind = rnd.random()
        if kind < 0.20: pass  # not heard
        elif kind < 0.30: out += [w, w]  # said or heard twice
        elif kind < 0.40 and i < len(words): out.append(w + words[i]); i += 1
        elif kind < 0.55 and len(w) >= 6: out += [w[:len(w) // 2], w[len(w) // 2:]]
        else:
            x = similar(w, rnd)
            if x: out.append(x)
    return " ".join(out) or text

if __name__ == "__main__":
    for line in sys.stdin: print(errors(line.rstrip("\n"), float(sys.argv[1])))
