"""What a boost has among the objects of advertising: an advertiser, a campaign, an ad group and an ad, all under one id.

The id is made here and no app can give it, so that whatever carries it, a receipt too, says that somebody boosts a post.
"""

import re
from typing import Final

PREFIX: Final = "bst_"
_DIGITS: Final = 32
ID_LENGTH: Final = len(PREFIX) + _DIGITS
_MADE: Final = re.compile(f"{PREFIX}[0-9a-f]{{{_DIGITS}}}")


def is_boost(name: str) -> bool:
    """Say whether an object of advertising belongs to a boost, by its id.

    >>> is_boost("bst_" + "0" * 32), is_boost("bst_soup")
    (True, False)
    """
    return _MADE.fullmatch(name) is not None
