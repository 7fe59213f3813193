"""A set of words that finds which of its words begin at a position of a text."""

from __future__ import annotations

from collections.abc import Iterable


class Vocabulary:
    """Words that may hold any character, so that no pattern can find them.

    The time of a lookup grows with the number of distinct lengths of the words that share a first character, not
    with the number of words.

    Parameters
    ----------
    words : iterable of str
        The words. Empty words are left out.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words) - {""}
        lengths: dict[str, set[int]] = {}
        for word in self.words:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def starting_at(self, text: str, position: int) -> list[str]:
        """Return the words that begin at this position of the text, the longest first."""
        lengths = self._lengths.get(text[position : position + 1], ())
        words = (text[position : position + length] for length in lengths)
        return [word for word in words if word in self.words] if lengths else []

    def has_first(self, character: str) -> bool:
        """Return whether any word begins with this character."""
        return character in self._lengths
