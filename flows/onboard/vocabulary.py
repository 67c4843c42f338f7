"""What columns are called in exports: from the words of a name to the column of a feed."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..configuration import load_yaml

_FILE = Path(__file__).with_name("vocabulary.yml")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FUZZY, _SHORTEST = 0.88, 5

SURE, LIKELY, MAYBE = 1.0, 0.8, 0.6


@dataclass(frozen=True)
class Vocabulary:
    """The words of names, and the phrases made of them by feed and column."""

    words: Mapping[str, str]
    ignored: frozenset[str]
    columns: Mapping[str, Mapping[str, tuple[str, ...]]]
    feeds: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]]
    files: Mapping[str, frozenset[str]]
    defaults: Mapping[str, Mapping[str, tuple[str, str]]]
    values: Mapping[str, Mapping[str, tuple[str, ...]]]
    footers: Mapping[str, tuple[str, ...]]

    def tokens(self, name: str) -> tuple[str, ...]:
        """Give the words of a name, each as the one that stands for those of its meaning."""
        plain = unicodedata.normalize("NFKD", _HUMP.sub(" ", name))
        letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
        found = re.findall(r"[^\W_]+|#|%", letters.lower())
        words = [self.words.get(word, word) for word in found if word not in self.ignored]
        return tuple(dict.fromkeys(words))

    def likeness(self, title: str, feed: str, column: str) -> float:
        """Tell how sure it is that a title means a column: 1 for sure, 0 for not at all."""
        words = frozenset(self.tokens(title))
        joined = re.sub(r"[\W_]+", "", title.lower())
        best = 0.0
        for meant, phrase, certainty in _phrases(feed, column) if words else ():
            if words == meant or joined == phrase:
                best = max(best, certainty)
            elif certainty > LIKELY and best == 0 and _is_misspelt(joined, phrase):
                best = MAYBE
        return best


def _is_misspelt(joined: str, phrase: str) -> bool:
    if min(len(joined), len(phrase)) < _SHORTEST or abs(len(joined) - len(phrase)) > 2:
        return False
    return difflib.SequenceMatcher(None, joined, phrase).ratio() >= _FUZZY


@lru_cache(maxsize=2048)
def _phrases(feed: str, column: str) -> tuple[tuple[frozenset[str], str, float], ...]:
    """Give what a column of a feed is called: words, the phrase without blanks, how sure it is."""
    phrases = [(column.replace("_", " "), SURE)]
    for known in (
        vocabulary().feeds.get(feed, {}).get(column, {}), vocabulary().columns.get(column, {}),
    ):  # fmt: skip
        phrases += [(text, SURE - 0.003 * at) for at, text in enumerate(known.get("is", ()), 1)]
        phrases += [(text, LIKELY - 0.003 * at) for at, text in enumerate(known.get("may_be", ()))]
    return tuple(
        (frozenset(vocabulary().tokens(text)), text.replace(" ", ""), certainty)
        for text, certainty in phrases
    )


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Give the vocabulary that comes with niaga."""
    data = load_yaml(_FILE).data
    words = {
        word: first for first, alike in data["words"].items() for word in alike if " " not in word
    }
    feeds = {
        feed: {column: _lists(known) for column, known in columns.items() if column != "files"}
        for feed, columns in data["feeds"].items()
    }
    files = {feed: frozenset(columns.get("files", [])) for feed, columns in data["feeds"].items()}
    return Vocabulary(
        words,
        frozenset(data["ignored"]),
        {column: _lists(known) for column, known in data["columns"].items()},
        feeds,
        files,
        {
            feed: {column: (told[0], told[1]) for column, told in columns.items()}
            for feed, columns in data["defaults"].items()
        },
        {
            column: {allowed: tuple(words) for allowed, words in known.items()}
            for column, known in data["values"].items()
        },
        _lists(data["footers"]),
    )


def _lists(known: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {certainty: tuple(phrases) for certainty, phrases in known.items()}
