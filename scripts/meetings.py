#!/usr/bin/env python3
"""meetings.py FOLDER: writes public meetings as the lines of JSON on which the weights of lists are trained (docs/summaries.md).

FOLDER holds bare clones of akash-network/community, WebAssembly/meetings, tc39/notes, ethereum/pm and w3c-ccg/meetings, each in
OWNER+NAME. Nothing of their text belongs into the project."""
import json
import os
import re
import subprocess
import sys

NOT_PEOPLE = set(
    "Where When Location Logistics Note TODO Presenter Conclusion Chair Notes Reviewer Reviewers Attendees Poll Outcome Topic Result "
    "Results Resolution Action Slides Speaker Stage Spec PR SF WA".split())


def git(repo, *args):
    run = subprocess.run(["git", "-C", os.path.join(sys.argv[1], repo), *args], capture_output=True, check=True)
    return run.stdout.decode("utf8", "replace")


def files(repo):
    for path in git(repo, "ls-tree", "-r", "--name-only", "HEAD").split("\n"):
        yield path


def plain(text):
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return text.replace("**", "").replace("`", "").replace("\\", "")


def emit(name, turns, people=3):
    turns = [[who.strip(), text.strip()] for who, text in turns if text.strip()]
    if len(turns) >= 20 and len({who for who, _ in turns}) >= people:
        print(json.dumps({"id": name, "turns": turns, "summary": "", "topics": []}))


def akash():
    repo = "akash-network+community"
    for path in files(repo):
        if "/meetings/" not in path or not path.endswith(".md"):
            continue
        text = git(repo, "show", "HEAD:" + path)
        heads = list(re.finditer(r"^#+ *\**transcript\**\s*$", text, re.I | re.M))
        turns = []
        for line in text[heads[-1].end():].split("\n") if heads else []:
            line = plain(line.strip())
            said = re.match(r"^([A-Z][\w .'’()/|-]{1,40}?):\s+(.*)$", line)
            if said:
                turns.append([said[1], said[2]])
            elif line and turns and not line.startswith(("#", "_", "00:", "This editable", "Meeting ended")):
                turns[-1][1] += " " + line
        emit("akash/" + path.split("/")[0] + "/" + os.path.basename(path)[:-3], turns)


def minutes(repo, prefix, pattern):
    """Minutes that people typed: "AB: what AB said"."""
    name = r"[A-Z][A-Za-z]{1,2}[A-Z]?|[A-Z]{2,4}|[A-Z][a-z]+(?: [A-Z][a-z]+)?"
    for path in files(repo):
        if not re.search(pattern, path):
            continue
        turns, code = [], False
        for line in git(repo, "show", "HEAD:" + path).split("\n"):
            if line.startswith("```"):
                code = not code
            said = re.match(r"^(" + name + r") ?: +(.*)$", plain(line.strip().lstrip(">-* ").strip()))
            if said and not code and said[1] not in NOT_PEOPLE:
                turns.append([said[1], said[2]])
        emit(prefix + path[:-3], turns)


def ethereum():
    repo = "ethereum+pm"
    for path in files(repo):
        if not path.endswith("transcript.vtt"):
            continue
        turns = []
        for block in git(repo, "show", "HEAD:" + path).replace("\r", "").split("\n\n"):
            lines = block.strip().split("\n")
            at = [i for i, line in enumerate(lines) if "-->" in line]
            text = " ".join(lines[at[0] + 1:]) if at else ""
            said = re.match(r"^([^:]{2,50}): (.*)$", text)
            if said:
                turns.append([said[1], said[2]])
            elif turns and text:
                turns[-1][1] += " " + text
        emit("eth/" + "/".join(path.split("/")[-3:-1]), turns, people=1)


def credentials():
    repo = "w3c-ccg+meetings"
    for path in files(repo):
        if not path.endswith("/irc.log"):
            continue
        turns = []
        for line in git(repo, "show", "HEAD:" + path).split("\n"):
            said = re.match(r"^\[[^\]]*\]\s*<Transcriber>\s*([^:]{2,40}): (.*)$", line)
            if not said or said[2].startswith(" "):
                continue  # what begins with a space is said again by the next line
            who, text = said[1], said[2].strip()
            if len(text.split()) <= 2 and text.endswith(".") and text[0].islower():
                continue
            if turns and turns[-1][0] == who and len(turns[-1][1]) < 400:
                turns[-1][1] += " " + text
            else:
                turns.append([who.replace("_", " "), text])
        emit("ccg/" + path.split("/")[0], turns)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    akash()
    minutes("WebAssembly+meetings", "wasm/", r"^(main|wasi|gc|stack|threads|simd|exceptions|component|debugging|benchmarking|flexible)"
            r"[\w-]*/20.*\.md$")
    minutes("tc39+notes", "tc39/", r"meetings/.*\.md$")
    ethereum()
    credentials()
