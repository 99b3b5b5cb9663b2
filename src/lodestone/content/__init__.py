"""Content: items, the middle domains they live in, and the community that owns both."""

from lodestone.content.community import Community, CommunityIn, CommunityOut, community_out
from lodestone.content.domain import DomainIn, DomainOut, domain_out
from lodestone.content.item import TAGS_MAX, ItemIn, ItemOut, item_out
from lodestone.content.moderation import DomainMark, LabelIn, ModerationIn, RemovalIn

__all__ = (
    "TAGS_MAX",
    "Community",
    "CommunityIn",
    "CommunityOut",
    "DomainIn",
    "DomainMark",
    "DomainOut",
    "ItemIn",
    "ItemOut",
    "LabelIn",
    "ModerationIn",
    "RemovalIn",
    "community_out",
    "domain_out",
    "item_out",
)
