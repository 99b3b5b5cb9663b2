"""Names of the demo's people, places, channels, trades and shops in English: Chinese names in pinyin, other words translated."""

from typing import Final

from lodestone.town.people.topics import CHANNELS, GIVEN, PROFESSIONS, QUARTERS, SURNAMES

TOWN: Final = "Fengxiang County"
"""What 枫香县 is called in English."""
_SURNAMES: Final = dict(zip(
    SURNAMES,
    ["Yang", "Wu", "Li", "Wang", "Zhang", "Long", "Pan", "Shi", "Luo", "Chen", "Liu", "Tian", "Jiang", "Ou", "Ouyang", "Wei", "Meng", "Gu", "Tai", "Hou", "Ren", "Lei", "Yu", "Tang"],
    strict=True,
))  # fmt: skip
_GIVEN: Final = dict(zip(
    GIVEN,
    ["Ming", "Xiuying", "Aduo", "Jianguo", "Xiaoman", "Li", "Zhiqiang", "Chunhua", "Alei", "Cheng", "Wenjing", "Laosan", "Guixiang", "Bo", "Yun", "Jinfeng", "Hai", "Yulan", "Awang", "Siyu", "Guoqing", "Mei", "Yuan", "Xiaoyan", "Li", "Yinhua", "Ajia", "Tao", "Zhengrong", "Zaizhen", "Guanghui", "Xuemei", "Changlin", "Shengmei", "Yinglong", "Jiaxing", "Qiuju", "Yongfu", "Shuilian", "Axing", "Tianyou", "Xiaoqin", "Maocai", "Hongying", "Zihan", "Yinuo", "Haoran", "Kexin"],
    strict=True,
))  # fmt: skip
QUARTERS_EN: Final = dict(zip(
    (name for name, *_ in QUARTERS),
    ("Old Town", "West Gate", "East Bank", "New District", "South Village", "Maple Hollow", "Three Forks", "Cloud Terrace", "Lower River Village"),
    strict=True,
))  # fmt: skip
_CHANNELS: Final = dict(zip(
    CHANNELS.values(),
    ("Eating in Town", "Hills and Fields", "Market Day", "Made by Hand", "Village Sports", "Song and Reed Pipes", "Out to the Villages", "Everyday Neighbours", "All the Trades"),
    strict=True,
))  # fmt: skip
_PROFESSIONS: Final = dict(zip(
    PROFESSIONS.values(),
    ("Farmer", "Cook", "Teacher", "Driver", "Embroiderer", "Carpenter", "Doctor", "Shopkeeper", "Student", "Guide", "Mechanic", "Civil Servant"),
    strict=True,
))  # fmt: skip
DOMAINS: Final = QUARTERS_EN | _CHANNELS | _PROFESSIONS
"""By Chinese name: places, channels and professions."""


def romanised(name: str) -> str:
    """Write a person's name in pinyin, the surname first.

    >>> romanised("欧阳秀英"), romanised("潘波")
    ('Ouyang Xiuying', 'Pan Bo')
    """
    surname = surname_of(name)
    return f"{_SURNAMES[surname]} {_GIVEN[name.removeprefix(surname)]}"


def surname_of(name: str) -> str:
    """Return the surname that a person's name begins with; one of two characters before one of one."""
    fitting = (
        surname
        for surname in SURNAMES
        if name.startswith(surname) and name.removeprefix(surname) in _GIVEN
    )
    return max(fitting, key=len)


def surname_en(surname: str) -> str:
    """Write a surname in pinyin."""
    return _SURNAMES[surname]
