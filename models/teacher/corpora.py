"""Readers of the training corpora: treebanks in CoNLL-U, names in token files.

A sentence is a dictionary: `words`, and where the corpus has them `upos`, `xpos`, `heads` (0 is the root), `relations`, `names` (IOB2).
A name label of None is unknown; the label "?" means "no person, organisation or place begins here", which is all that GUM's entities say
about a token outside of its named entities.
"""
import gzip
import re

TITLES = set(
    """mr mrs ms dr sir lord lady prof president vice-president minister premier chancellor secretary secretary-general general senator sen
    rep representative congressman congresswoman governor mayor king queen prince princess pope ambassador judge justice chief commander
    colonel col lieutenant lt major gen captain capt sergeant sgt admiral adm sheikh ayatollah imam reverend rev archbishop bishop cardinal
    spokesman spokeswoman chairman director ex-president former deputy leader professor""".split()
)
GMB = {"geo": "LOC", "gpe": "NORP", "per": "PER", "org": "ORG", "tim": "TIME", "art": "MISC", "eve": "MISC", "nat": "MISC"}


def lines(path):
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") if path.endswith(".gz") else open(path, encoding="utf-8") as f:
        yield from (line.rstrip("\n") for line in f)


def conllu(path, entities=False):
    """Sentences of a treebank; with `entities`, GUM's Entity column becomes names."""
    rows = []
    opened = []
    for line in lines(path):
        if line.startswith("# newdoc"):
            opened = []
        if line and line[0] != "#":
            columns = line.split("\t")
            if columns[0].isdigit():
                rows.append(columns)
        elif not line and rows:
            yield sentence(rows, opened if entities else None)
            rows = []
    if rows:
        yield sentence(rows, opened if entities else None)


def sentence(rows, opened):
    s = {
        "words": [r[1] for r in rows],
        "upos": [r[3] for r in rows],
        "xpos": [r[4] for r in rows],
        "heads": [int(r[6]) for r in rows],
        "relations": [r[7] for r in rows],
    }
    if opened is not None:
        s["names"] = gum_names(rows, s, opened)
    return s


def gum_names(rows, s, opened):
    labels = ["?"] * len(rows)
    spans = []
    for i, r in enumerate(rows):
        entity = next((m[7:] for m in r[9].split("|") if m.startswith("Entity=")), "")
        for part in re.findall(r"\([^()]*\)?|[^()]+\)", entity):
            if part[0] == "(":
                fields = part.strip("()").split("-")
                kind, linked = fields[1], len(fields) > 6
                if part[-1] == ")":
                    spans.append((i, i, kind, linked))
                else:
                    opened.append((fields[0], i, kind, linked))
            else:
                name = part[:-1]
                for k in range(len(opened) - 1, -1, -1):
                    if opened[k][0] == name:
                        _, first, kind, linked = opened.pop(k)
                        spans.append((first, i, kind, linked))
                        break
    opened.clear()
    kinds = {"person": "PER", "place": "LOC", "organization": "ORG"}
    for first, last, kind, _ in sorted(spans, key=lambda x: x[0] - x[1]):
        heads = [i for i in range(first, last + 1) if not first <= s["heads"][i] - 1 <= last]
        if kind not in kinds or len(heads) != 1 or s["upos"][heads[0]] != "PROPN":
            continue
        a = b = heads[0]
        inside = lambda i: first <= i <= last and s["upos"][i] == "PROPN"
        joins = lambda i: first <= i <= last and s["words"][i].lower() in ("of", "the", "and", "de", "la", "for", "'s", "-")
        while inside(a - 1) or (joins(a - 1) and inside(a - 2)):
            a -= 1
        while inside(b + 1) or (joins(b + 1) and (inside(b + 2) or (joins(b + 2) and inside(b + 3)))):
            b += 1
        while kinds[kind] == "PER" and a < b and s["words"][a].lower().rstrip(".") in TITLES:
            a += 1
        for i in range(a, b + 1):
            labels[i] = ("B-" if i == a else "I-") + kinds[kind]
    return labels


def gmb(path):
    """Sentences of the Groningen Meaning Bank with its names in our types, titles outside of persons."""
    words, names = [], []
    for line in lines(path):
        if not line.strip():
            if words:
                yield {"words": words, "names": untitled(words, names)}
            words, names = [], []
            continue
        columns = line.split("\t")
        words.append(columns[0])
        names.append(columns[2] if columns[2] == "O" else columns[2][:2] + GMB.get(columns[2][2:], "MISC"))
    if words:
        yield {"words": words, "names": untitled(words, names)}


def untitled(words, names):
    names = list(names)
    for i in range(len(names)):
        follows = i + 1 < len(names) and names[i + 1] == "I-PER"
        if names[i] == "B-PER" and follows and words[i].lower().rstrip(".") in TITLES:
            names[i], names[i + 1] = "O", "B-PER"
    return names
