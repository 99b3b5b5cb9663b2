"""Who may do what: keys with scopes, the one-hour tokens of pages, and what has ended of both."""

from lodestone.services.access.access import PAGE_SCOPES, SESSION_MICROS, Access
from lodestone.services.access.principal import OPERATOR, SCOPES, Principal, serves, serving
from lodestone.services.access.standing import Signed

__all__ = (
    "OPERATOR",
    "PAGE_SCOPES",
    "SCOPES",
    "SESSION_MICROS",
    "Access",
    "Principal",
    "Signed",
    "serves",
    "serving",
)
