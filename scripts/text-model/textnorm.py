"""Text normalisation shared by training and scoring (docs/text-model.md, How it reads a line)."""

def norm(text):
    """Lower-case letter tokens."""
    out = []
    cur = []
    num = False

    def flush():
        nonlocal cur, num
        if cur:
            w = []
            for ch in cur:                      # collapse runs of 3+ equal letters to 1
                w.append(ch)
            s = []
            i = 0
            while i < len(w):
                j = i
                while j < len(w) and w[j] == w[i]:
                    j += 1
                s.append(w[i] * (1 if j - i >= 3 else j - i))
                i = j
            out.append("".join(s)[:24])
            cur = []
        elif num:
            if not out or out[-1] != "0":
                out.append("0")
        num = False

    for ch in text:
        if ch in "'\u2019\u2018\u02bc`":
            continue                            # apostrophes vanish: don't -> dont
        if ch.isalpha():
            if num:
                flush()
            l = ch.lower()
            cur.append(l if len(l) == 1 else ch)
        elif "0" <= ch <= "9":
            if cur:
                flush()
            num = True
        else:
            if cur or num:
                flush()
    if cur or num:
        flush()
    return out
