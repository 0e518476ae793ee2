#!/usr/bin/env python3
"""Collect plain English text for the teacher to label, one file a kind.

usage: texts.py DOWNLOADS OUT

DOWNLOADS holds, unpacked, the Debian packages anarchism, fortunes, freedroidrpg-data and wesnoth-1.16-data, the archive of texts inside
the source distribution of the Python package vaderSentiment, and the test data of the Python package gensim. Texts are read as text, to be
tokenised and labelled; none of them is kept. A missing source is said and left out.
"""
import bz2
import glob
import html
import os
import random
import re
import sys

downloads, out = sys.argv[1:3]


def write(name, paragraphs, limit):
    seen = dict.fromkeys(p.strip() for p in paragraphs if len(p.split()) >= 4 and p.isprintable())
    kept = list(seen)
    random.Random(1).shuffle(kept)
    words = 0
    with open(os.path.join(out, name + ".txt"), "w", encoding="utf-8") as f:
        for p in kept:
            if words > limit:
                break
            words += len(p.split())
            f.write(p + "\n\n")
    print(f"{name}: {words} words{'' if words else ': nothing found'}", file=sys.stderr)


def files(pattern):
    for path in sorted(glob.glob(os.path.join(downloads, "**", pattern), recursive=True)):
        with open(path, encoding="utf-8", errors="ignore") as f:
            yield path, f.read()


def plain(markup):
    markup = re.sub(r"(?s)<(script|style|pre|head)\b.*?</\1>", " ", markup)
    markup = re.sub(r"</?(p|h\d|li|div|blockquote|tr|td|br)\b[^>]*>", "\n\n", markup)
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def paragraphs(text):
    return [re.sub(r"\s+", " ", p) for p in re.split(r"\n\s*\n", text)]


def reviews():
    for name in ("amazonReviewSnippets", "movieReviewSnippets", "nytEditorialSnippets", "tweets"):
        for _, text in files(name + "_GroundTruth.txt"):
            for line in text.split("\n"):
                columns = line.rstrip("\r").split("\t")
                if len(columns) > 2:
                    yield html.unescape(re.sub(r"<[^>]+>", "", columns[-1]))


def games():
    for _, text in files("*.lua"):
        for block in re.findall(r'_\[\[(.*?)\]\]|_"([^"]+)"', text, re.S):
            yield re.sub(r"\s+", " ", (block[0] or block[1]).replace("\\n", " "))
    for _, text in files("*.cfg"):
        for block in re.findall(r'(?:message|story|text|description)\s*=\s*_\s*"((?:[^"]|"")+)"', text):
            block = re.sub(r"<[^>]+>", "", block.replace('""', '"'))
            for p in block.split("\n"):
                yield re.sub(r"\s+", " ", p)


def fortunes():
    skip = {"ascii-art", "translate-me", "linuxcookie", "zippy", "songs-poems", "perl", "paradoxum"}
    for path in sorted(glob.glob(os.path.join(downloads, "**", "fortunes", "*"), recursive=True)):
        if "." in os.path.basename(path) or os.path.islink(path) or os.path.basename(path) in skip:
            continue
        with open(path, encoding="utf-8", errors="ignore") as f:
            for block in f.read().split("\n%\n"):
                yield from (p for p in paragraphs(re.sub(r"(?m)^\s*-- .*$", "", block)) if re.search(r"[a-z]{3}", p))


def wiki():
    for path in glob.glob(os.path.join(downloads, "**", "enwiki-latest*.xml*bz2"), recursive=True):
        with bz2.open(path, "rt", encoding="utf-8", errors="ignore") as f:
            for text in re.findall(r"(?s)<text[^>]*>(.*?)</text>", f.read()):
                text = html.unescape(html.unescape(text))
                for _ in range(4):
                    text = re.sub(r"\{\{[^{}]*\}\}|\{\|[^{}]*\|\}", "", text)
                text = re.sub(r"(?s)<ref[^>/]*>.*?</ref>|<[^>]+>", "", text)
                text = re.sub(r"\[\[(?:File|Image|Category)[^\[\]]*(?:\[\[[^\]]*\]\][^\[\]]*)*\]\]", "", text)
                text = re.sub(r"\[\[(?:[^|\]]*\|)?([^\]]*)\]\]", r"\1", text)
                text = re.sub(r"\[https?:\S+ ?([^\]]*)\]", r"\1", text).replace("'''", "").replace("''", "")
                yield from (p for p in text.split("\n") if p and p[0] not in "*#:;=|!{[" and len(p) > 80)


def essays():
    for _, text in files("anarchism/html/*.html"):
        yield from (p for p in paragraphs(plain(text)) if len(p) > 60)


os.makedirs(out, exist_ok=True)
write("reviews", reviews(), 450_000)
write("games", games(), 300_000)
write("fortunes", fortunes(), 150_000)
write("wiki", wiki(), 250_000)
write("essays", essays(), 150_000)
