"""Alphabets. Welsh counts ch, dd, ff, ng, ll, ph, rh and th as letters of their own."""

import unicodedata

WELSH = tuple("a b c ch d dd e f ff g ng h i j k l ll m n o p ph q r rh s t th u v w x y z".split())  # noqa: SIM905
"""The Welsh alphabet in its order, with the letters of loan words where English has them."""
_RANK = {letter: rank for rank, letter in enumerate(WELSH, start=len("0123456789") + 1)}

Key = tuple[tuple[int, ...], str]


def folded(text: str) -> str:
    """Lower case without accents and circumflexes, as `fold()` does in the database."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if not "\u0300" <= each <= "\u036f").lower()


def english_key(text: str) -> Key:
    """Sorts as an English reader looks a title up: letters and figures count, the rest only breaks ties."""
    return tuple(ord(each) for each in folded(text) if each.isalnum() or each == " "), text


def welsh_key(text: str) -> Key:
    """Sorts as a Welsh reader looks a title up. A pair that only happens to meet ("Bangor") is read as its letter."""
    plain, ranks, at = folded(text), [], 0
    while at < len(plain):
        pair, single = plain[at : at + 2], plain[at]
        if pair in _RANK and len(pair) == 2:
            ranks.append(_RANK[pair])
            at += 2
            continue
        if single in _RANK:
            ranks.append(_RANK[single])
        elif single.isdecimal() and single.isascii():
            ranks.append(int(single) + 1)
        elif single == " ":
            ranks.append(0)
        elif single.isalnum():
            ranks.append(1000 + ord(single))
        at += 1
    return tuple(ranks), text


def title_key(text: str, language: str) -> Key:
    return welsh_key(text) if language == "cy" else english_key(text)
