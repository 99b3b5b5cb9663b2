"""Names as a search compares them: without regard to case, width and other forms of the same letter."""

import unicodedata


def folded(text: str) -> str:
    r"""Return a text as searches compare it: compatibility forms made one (NFKC), case folded.

    >>> folded("TEA\u3000House №1")
    'tea house no1'
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def search_words(query: str) -> tuple[str, ...]:
    """Split a query into the folded words that a name must all hold; none for blank text.

    >>> search_words(" 老城  TEA ")
    ('老城', 'tea')
    """
    return tuple(folded(query).split())


def fits(words: tuple[str, ...], *texts: str) -> bool:
    """Say whether every word lies somewhere in the texts; Chinese has no spaces, so parts of words count.

    >>> fits(("粉", "老城"), "老城李家粉店"), fits(("粉", "新城"), "老城李家粉店")
    (True, False)
    """
    known = "\n".join(folded(text) for text in texts)
    return all(word in known for word in words)
