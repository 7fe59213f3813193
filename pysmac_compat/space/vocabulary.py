"""Known words, found where they begin in a text."""

from __future__ import annotations

from collections.abc import Iterable


class Vocabulary:
    """Words that may hold any character, so that no pattern finds them.

    To look words up takes time by the number of different lengths of words with the same first character, not by the
    number of words.

    Parameters
    ----------
    words : iterable of str
        Empty ones are left out.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words) - {""}
        lengths: dict[str, set[int]] = {}
        for word in self.words:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def starting_at(self, text: str, position: int) -> list[str]:
        """The words that stand at this position, the longest first."""
        lengths = self._lengths.get(text[position : position + 1], ())
        words = (text[position : position + length] for length in lengths)
        return [word for word in words if word in self.words] if lengths else []

    def has_first(self, character: str) -> bool:
        """Whether a word begins with this character."""
        return character in self._lengths
