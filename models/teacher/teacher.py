#!/usr/bin/env python3
"""Fine-tune a transformer on the treebanks and names, then let it label plain sentences for the small model to learn from.

usage: teacher.py train CORPORA MODEL OUT [--layers 6 --epochs 3]
       teacher.py label OUT DIRECTORY FILE...
       teacher.py vectors DIRECTORY WIDTH > vectors.txt
       teacher.py score OUT GOLD.conllu

MODEL is a directory with an MPNet of the Hugging Face layout; OUT the file that holds the tuned teacher. Files to label are treebanks
(.conllu, .conllu.gz: only names are added), corpora of names (.tsv.gz: names are kept) and plain tokens, one a line with a blank line
between sentences (.tokens). Each becomes a .conllu in DIRECTORY, with the names in MISC and how sure each head is; beside it stand the
sums of the teacher's vectors by word, from which `vectors` makes one vector a word by principal components.
"""
import argparse
import glob
import json
import os
import random
import sys
import time

import numpy as np
import torch
from torch import nn
from transformers import MPNetModel, MPNetTokenizerFast

import corpora

NAMES = ["O"] + [p + t for t in ("PER", "ORG", "LOC", "NORP", "TIME", "MISC") for p in ("B-", "I-")]
OUTSIDE = [NAMES.index(n) for n in ("O", "B-NORP", "I-NORP", "B-TIME", "I-TIME", "B-MISC", "I-MISC")]


def case_of(word):
    return (
        0 if word.islower() else 1 if word.istitle() and len(word) > 1 else 2 if word.isupper() and len(word) > 1
        else 3 if word.isupper() else 4 if word.isdigit() else 5 if any(c.isdigit() for c in word) else 6 if any(c.isupper() for c in word) else 7
    )


class Teacher(nn.Module):
    def __init__(self, model, layers, inventory):
        super().__init__()
        self.encoder = MPNetModel.from_pretrained(model, add_pooling_layer=False, attn_implementation="eager") if isinstance(model, str) else MPNetModel(model)
        self.encoder.encoder.layer = self.encoder.encoder.layer[:layers]
        self.encoder.config.num_hidden_layers = layers
        self.inventory = inventory
        width = self.encoder.config.hidden_size
        self.case = nn.Embedding(8, width)
        nn.init.zeros_(self.case.weight)
        self.root = nn.Parameter(torch.randn(width) * 0.02)
        self.drop = nn.Dropout(0.2)
        arc, relation = 384, 128
        self.arc_dependent, self.arc_head = nn.Linear(width, arc), nn.Linear(width, arc)
        self.rel_dependent, self.rel_head = nn.Linear(width, relation), nn.Linear(width, relation)
        self.arc = nn.Parameter(torch.zeros(arc + 1, arc))
        self.rel = nn.Parameter(torch.zeros(len(inventory["relations"]), relation + 1, relation + 1))
        self.xpos = nn.Linear(width, len(inventory["xpos"]))
        self.upos = nn.Linear(width, len(inventory["upos"]))
        self.names = nn.Linear(width, len(NAMES))

    def forward(self, batch):
        e = self.encoder.embeddings.word_embeddings(batch["pieces"]) + self.case(batch["cases"])
        h = self.encoder(inputs_embeds=e, attention_mask=batch["mask"]).last_hidden_state
        index = batch["first"].unsqueeze(-1).expand(-1, -1, h.shape[-1])
        last = batch["last"].unsqueeze(-1).expand(-1, -1, h.shape[-1])
        h = self.drop((h.gather(1, index) + h.gather(1, last)) * 0.5)
        return h

    def arcs(self, h):
        g = torch.cat([self.root.to(h.dtype).expand(h.shape[0], 1, -1), h], 1)
        d, a = self.drop(torch.relu(self.arc_dependent(h))), self.drop(torch.relu(self.arc_head(g)))
        d = torch.cat([d, d.new_ones(d.shape[:-1] + (1,))], -1)
        return (d @ self.arc.to(d.dtype) @ a.transpose(1, 2)).float(), g

    def relations(self, h, g, heads):
        d = self.drop(torch.relu(self.rel_dependent(h)))
        a = self.drop(torch.relu(self.rel_head(g)))
        a = a.gather(1, heads.unsqueeze(-1).expand(-1, -1, a.shape[-1]))
        d = torch.cat([d, d.new_ones(d.shape[:-1] + (1,))], -1)
        a = torch.cat([a, a.new_ones(a.shape[:-1] + (1,))], -1)
        n, r, w = d.shape[0] * d.shape[1], self.rel.shape[0], d.shape[-1]
        left = (d.reshape(n, w) @ self.rel.to(d.dtype).permute(1, 0, 2).reshape(w, r * w)).view(n, r, w)
        return (left * a.reshape(n, 1, w)).sum(-1).float().view(d.shape[0], d.shape[1], r)


def collate(items, tokenizer):
    coded = tokenizer([[w if w.strip() else "?" for w in s["words"]] for s in items], is_split_into_words=True, padding=True, truncation=True, max_length=510, return_tensors="pt")
    n = max(len(s["words"]) for s in items)
    first, last = torch.zeros(len(items), n, dtype=torch.long), torch.zeros(len(items), n, dtype=torch.long)
    cases = torch.full_like(coded["input_ids"], 7)
    for b, s in enumerate(items):
        seen = set()
        for p, w in enumerate(coded.word_ids(b)):
            if w is not None:
                if w not in seen:
                    seen.add(w)
                    first[b, w] = p
                last[b, w] = p
                cases[b, p] = case_of(s["words"][w])
    return {"pieces": coded["input_ids"], "mask": coded["attention_mask"], "cases": cases, "first": first, "last": last}


def padded(items, key, index, n):
    return torch.tensor([[index(x) for x in s[key]] + [-100] * (n - len(s["words"])) for s in items])


def loss_of(model, h, items, inventory):
    n = h.shape[1]
    ce = nn.functional.cross_entropy
    total = 0.0
    if "heads" in items[0]:
        heads = padded(items, "heads", int, n)
        arcs, g = model.arcs(h)
        lengths = torch.tensor([len(s["words"]) for s in items])
        arcs = arcs.masked_fill(torch.arange(n + 1)[None, None, :] > lengths[:, None, None], -1e4)
        total = total + ce(arcs.flatten(0, 1), heads.flatten())
        rel = model.relations(h, g, heads.clamp(min=0))
        total = total + ce(rel.flatten(0, 1), padded(items, "relations", inventory["relations"].index, n).flatten())
        total = total + ce(model.xpos(h).float().flatten(0, 1), padded(items, "xpos", inventory["xpos"].index, n).flatten())
        total = total + 0.5 * ce(model.upos(h).float().flatten(0, 1), padded(items, "upos", inventory["upos"].index, n).flatten())
    if items[0].get("names"):
        logp = model.names(h).float().log_softmax(-1)
        gold = padded(items, "names", lambda x: -1 if x == "?" else NAMES.index(x), n)
        exact = logp.gather(-1, gold.clamp(min=0).unsqueeze(-1)).squeeze(-1)
        partial = logp[..., OUTSIDE].logsumexp(-1)
        known = gold >= 0
        total = total - (torch.where(known, exact, partial) * (gold != -100)).sum() / (gold != -100).sum()
    return total


def train(o):
    torch.manual_seed(1)
    random.seed(1)
    tokenizer = MPNetTokenizerFast.from_pretrained(o.model, add_prefix_space=True)
    ewt = list(corpora.conllu(f"{o.corpora}/ud/ewt-train.conllu.gz"))
    gum = list(corpora.conllu(f"{o.corpora}/ud/gum-train.conllu.gz", entities=True))
    gmb = list(corpora.gmb(f"{o.corpora}/ner/gmb-train.tsv.gz"))
    short = lambda xs: [s for s in xs if 0 < len(s["words"]) <= 120]
    ewt, gum, gmb = short(ewt), short(gum), short(gmb)
    inventory = {k: sorted({x for s in ewt + gum for x in s[k]}) for k in ("relations", "xpos", "upos")}
    model = Teacher(o.model, o.layers, inventory)
    heads = [p for n, p in model.named_parameters() if not n.startswith("encoder")]
    optimiser = torch.optim.AdamW(
        [{"params": model.encoder.parameters(), "lr": 6e-5}, {"params": heads, "lr": 1e-3}], weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    plan = []
    share = len(gmb) // o.epochs * o.names_share
    random.shuffle(gmb)
    for epoch in range(o.epochs):
        part = gmb[int(epoch * share) % len(gmb):][: int(share)]
        plan.append([ewt, gum, part])
    steps = sum(sum(len(s["words"]) for s in x) for e in plan for x in e) / o.size * 1.08
    step, start, words = 0, time.time(), 0
    model.train()
    for e in plan:
        pool = []
        for c in e:
            pool += [(c, x) for x in groups_of(c, o.size)]
        random.shuffle(pool)
        for c, group in pool:
            rate = min(1.0, step / (0.06 * steps)) * max(0.02, 1 - step / steps)
            for group_, base in zip(optimiser.param_groups, (6e-5, 1e-3)):
                group_["lr"] = base * rate
            items = [c[i] for i in group]
            with torch.autocast("cpu", torch.bfloat16):
                h = model(collate(items, tokenizer))
                loss = loss_of(model, h, items, inventory)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            step += 1
            words += sum(len(s["words"]) for s in items)
            if step % 20 == 0:
                print(f"{step}/{steps:.0f} loss {loss.item():.3f} {words / (time.time() - start):.0f} words/s", file=sys.stderr, flush=True)
            if o.stop and step >= o.stop:
                return
        save(model, o)
        evaluate(model, tokenizer, list(corpora.conllu(f"{o.corpora}/ud/ewt-dev.conllu.gz")), "EWT-dev")
        evaluate(model, tokenizer, list(corpora.conllu(f"{o.corpora}/ud/gum-dev.conllu.gz")), "GUM-dev")
        model.train()


def groups_of(sentences, size, lengths=None):
    """Sentences of like length together, in groups of at most `size` words, or pieces where their numbers are given."""
    lengths = lengths or [len(s["words"]) for s in sentences]
    order = sorted(range(len(sentences)), key=lambda i: lengths[i] + random.random() * 3)
    groups, group = [], []
    for i in order:
        if group and lengths[i] * (len(group) + 1) > size:
            groups.append(group)
            group = []
        group.append(i)
    groups.append(group)
    return groups


def save(model, o):
    torch.save({"weights": {k: v.to(torch.bfloat16) for k, v in model.state_dict().items()}, "inventory": model.inventory,
                "config": model.encoder.config.to_dict(), "layers": o.layers, "model": o.model}, o.out)


def load(path):
    kept = torch.load(path, weights_only=False)
    model = Teacher(kept["model"], kept["layers"], kept["inventory"])
    model.load_state_dict({k: v.float() for k, v in kept["weights"].items()})
    return model.eval(), MPNetTokenizerFast.from_pretrained(kept["model"], add_prefix_space=True)


@torch.inference_mode()
def predict(model, tokenizer, sentences, size=4000):
    """Yields (index, prediction) in batches of like length; a prediction has the keys of a sentence, and `sure`, the probability of each head."""
    model.eval()
    inventory = model.inventory
    coded = tokenizer([[w if w.strip() else "?" for w in s["words"]] for s in sentences], is_split_into_words=True)["input_ids"]
    for group in groups_of(sentences, size, [len(x) for x in coded]):
        items = [sentences[i] for i in group]
        with torch.autocast("cpu", torch.bfloat16):
            h = model(collate(items, tokenizer))
            arcs, g = model.arcs(h)
            lengths = torch.tensor([len(s["words"]) for s in items])
            arcs = arcs.masked_fill(torch.arange(h.shape[1] + 1)[None, None, :] > lengths[:, None, None], -1e4)
            p = arcs.softmax(-1)
            heads = tree_heads(arcs, lengths)
            relations = model.relations(h, g, heads).argmax(-1).tolist()
            sure = p.gather(-1, heads.unsqueeze(-1)).squeeze(-1).tolist()
            xpos, upos = model.xpos(h).argmax(-1).tolist(), model.upos(h).argmax(-1).tolist()
            names = model.names(h).float().log_softmax(-1).numpy()
            h = h.float().numpy()
        for b, i in enumerate(group):
            n = len(sentences[i]["words"])
            yield i, {
                "heads": heads[b, :n].tolist(),
                "relations": ["root" if heads[b, k] == 0 else inventory["relations"][relations[b][k]] for k in range(n)],
                "xpos": [inventory["xpos"][x] for x in xpos[b][:n]],
                "upos": [inventory["upos"][x] for x in upos[b][:n]],
                "names": iob(names[b, :n]),
                "sure": sure[b][:n],
                "vectors": h[b, :n],
            }


def tree_heads(arcs, lengths):
    """The best single-rooted head of each word, cycles broken by the next best arc that leaves them (few sentences need it)."""
    best = arcs.argmax(-1)
    chosen = best.tolist()
    for b, n in enumerate(lengths.tolist()):
        heads = chosen[b][:n]
        if heads.count(0) == 1 and acyclic(heads):
            continue
        scores = arcs[b, :n, : n + 1].log_softmax(-1).numpy()
        root = int(scores[:, 0].argmax())
        scores[:, 0] = scores[root] = -np.inf
        up = list(range(n + 1))

        def find(x):
            while up[x] != x:
                x = up[x]
            return x

        heads = [0 if d == root else -1 for d in range(n)]
        for flat in np.argsort(-scores, axis=None):
            d, h = divmod(int(flat), n + 1)
            if scores[d, h] == -np.inf:
                break
            if h != d + 1 and heads[d] < 0 and find(h) != find(d + 1):
                heads[d] = h
                up[find(d + 1)] = find(h)
        best[b, :n] = torch.tensor([h if h >= 0 else root + 1 for h in heads])
    return best


def acyclic(heads):
    for i in range(len(heads)):
        k, steps = i, 0
        while heads[k] != 0:
            k, steps = heads[k] - 1, steps + 1
            if steps > len(heads):
                return False
    return True


ALLOWED = np.array([[0.0 if not b.startswith("I-") or (b[2:] == a[2:] and a != "O") else -1e9 for b in NAMES] for a in NAMES])
FIRST = np.array([-1e9 if x.startswith("I-") else 0.0 for x in NAMES])


def iob(logp):
    """The best label sequence in which I- follows its own type."""
    path = logp.argmax(-1).tolist()
    if FIRST[path[0]] == 0 and all(ALLOWED[a, b] == 0 for a, b in zip(path, path[1:])):
        return [NAMES[x] for x in path]
    score, back = logp[0] + FIRST, []
    for line in logp[1:]:
        total = score[:, None] + ALLOWED
        back.append(total.argmax(0))
        score = total.max(0) + line
    path = [int(score.argmax())]
    for arg in reversed(back):
        path.append(int(arg[path[-1]]))
    return [NAMES[x] for x in reversed(path)]


def evaluate(model, tokenizer, gold, name):
    n = ok = 0
    counts = dict.fromkeys(("xpos", "uas", "las"), 0)
    start = time.time()
    for i, p in predict(model, tokenizer, gold):
        g = gold[i]
        for k in range(len(g["words"])):
            n += 1
            counts["xpos"] += g["xpos"][k] == p["xpos"][k]
            right = g["heads"][k] == p["heads"][k]
            counts["uas"] += right
            counts["las"] += right and g["relations"][k].split(":")[0] == p["relations"][k].split(":")[0]
    print(name, json.dumps({k: round(100 * v / n, 2) for k, v in counts.items()}), f"{n / (time.time() - start):.0f} words/s", file=sys.stderr, flush=True)


def key_of(word):
    """The form under which the small model knows a word."""
    word = word.translate(str.maketrans("\u2018\u2019\u201c\u201d", "''\"\""))
    return "".join("0" if c in "0123456789" else c.lower() if c.isascii() else c for c in word)


def label(o):
    model, tokenizer = load(o.out)
    os.makedirs(o.directory, exist_ok=True)
    for path in o.files:
        sentences, rows = read(path)
        sums, keys, start, done, told = {}, {}, time.time(), 0, 0
        base = os.path.basename(path).split(".")[0]
        found = [None] * len(sentences)
        for i, p in predict(model, tokenizer, sentences):
            for word, vector in zip(sentences[i]["words"], p.pop("vectors")):
                key = keys.get(word)
                if key is None:
                    key = keys[word] = key_of(word)
                kept = sums.get(key)
                if kept is None:
                    sums[key] = [1, vector.copy()]
                else:
                    kept[0] += 1
                    kept[1] += vector
            found[i] = p
            done += len(sentences[i]["words"])
            if done - told > 20_000:
                told = done
                print(f"{base}: {done} words, {done / (time.time() - start):.0f} words/s", file=sys.stderr, flush=True)
        with open(os.path.join(o.directory, base + ".conllu"), "w", encoding="utf-8") as f:
            for i, p in enumerate(found):
                words = sentences[i]["words"]
                names = sentences[i].get("names") or p["names"]
                for k, w in enumerate(words):
                    if rows:
                        f.write("\t".join(rows[i][k][:8] + ["_", "NER=" + names[k]]) + "\n")
                    else:
                        f.write(f"{k + 1}\t{w}\t_\t{p['upos'][k]}\t{p['xpos'][k]}\t_\t{p['heads'][k]}\t{p['relations'][k]}\t_\tNER={names[k]}|Sure={p['sure'][k]:.2f}\n")
                f.write("\n")
        words = list(sums)
        np.savez(os.path.join(o.directory, base + ".npz"), words=np.array(words, dtype=object), counts=np.array([sums[w][0] for w in words]),
                 sums=np.stack([sums[w][1] for w in words]).astype(np.float32))


def read(path):
    """The sentences of a file, and the rows of a treebank."""
    if path.endswith(".tsv.gz"):
        return [dict(s, words=s["words"][:200], names=s["names"][:200]) for s in corpora.gmb(path)], None
    sentences, rows, current = [], [], []
    is_treebank = ".conllu" in path
    for line in corpora.lines(path):
        if line and (not is_treebank or line[0] != "#"):
            columns = line.split("\t")
            if not is_treebank or columns[0].isdigit():
                current.append(columns)
        elif not line and current:
            rows.append(current)
            current = []
    if current:
        rows.append(current)
    if is_treebank:
        return [{"words": [r[1] for r in s]} for s in rows], rows
    return [{"words": [r[0] for r in s][:200]} for s in rows], None


def vectors(o):
    counts, sums = {}, {}
    for path in sorted(glob.glob(os.path.join(o.directory, "*.npz"))):
        data = np.load(path, allow_pickle=True)
        for w, c, v in zip(data["words"], data["counts"], data["sums"]):
            counts[w] = counts.get(w, 0) + int(c)
            sums[w] = sums.get(w, 0) + v
    words = [w for w in sorted(counts) if " " not in w and w]
    means = np.stack([sums[w] / counts[w] for w in words]).astype(np.float64)
    weights = np.sqrt(np.minimum(np.array([counts[w] for w in words]), 100.0))
    centred = means - np.average(means, axis=0, weights=weights)
    weighted = centred * weights[:, None]
    _, basis = np.linalg.eigh(weighted.T @ weighted)
    reduced = centred @ basis[:, ::-1][:, : o.width]
    reduced /= reduced.std() * 2
    for w, v in zip(words, reduced):
        print(w, *(f"{x:.3f}" for x in v))


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    c = a.add_subparsers(dest="command", required=True)
    t = c.add_parser("train")
    for x in ("corpora", "model", "out"):
        t.add_argument(x)
    t.add_argument("--layers", type=int, default=6)
    t.add_argument("--epochs", type=int, default=3)
    t.add_argument("--size", type=int, default=1600, help="words a batch")
    t.add_argument("--names-share", type=float, default=0.5, help="part of the names corpus that is read in all epochs together")
    t.add_argument("--stop", type=int, help="stop after so many steps")
    l = c.add_parser("label")
    l.add_argument("out")
    l.add_argument("directory")
    l.add_argument("files", nargs="+")
    v = c.add_parser("vectors")
    v.add_argument("directory")
    v.add_argument("width", type=int)
    s = c.add_parser("score")
    s.add_argument("out")
    s.add_argument("file")
    o = a.parse_args()
    if o.command == "train":
        train(o)
    elif o.command == "label":
        label(o)
    elif o.command == "vectors":
        vectors(o)
    else:
        model, tokenizer = load(o.out)
        evaluate(model, tokenizer, list(corpora.conllu(o.file)), o.file)


main()
