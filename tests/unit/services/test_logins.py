"""A key opens its own pages for twelve hours and while it stands; nothing else does, and guessing is slow."""

import asyncio
import itertools

import msgspec
import pytest

from lodestone.base.clock import Instant, ManualClock
from lodestone.base.errors import BusyError, ForbiddenError, UnauthorisedError
from lodestone.content import CommunityIn
from lodestone.services.access import Access, logins, serving
from lodestone.services.access.logins import FORM_MICROS, LOGIN_MICROS, TRIES_MAX, Logins
from lodestone.stores.database import open_records
from tests.worlds.records_world import NOW, project, raised

SECRET = bytes(range(32))


class House:
    """Two communities, an operator's key, an app's key of each, and one that may only read."""

    def __init__(self, folder):
        draw = itertools.count(1)
        self.records = open_records(
            f"sqlite:///{folder}/records.db", draw=lambda: next(draw), project=project
        )
        for name in ("c", "d"):
            self.records.create_community(name, CommunityIn(), now=NOW)
        self.keys = {
            "app": self.key("c", ["read", "policy", "feeds"]),
            "reader": self.key("c", ["read"]),
            "other": self.key("d", ["read", "policy"]),
            "operator": self.key(None, ["operator"]),
        }
        self.nonce = itertools.count(1)
        self.logins = asyncio.run(self.opened())

    async def opened(self, secret=SECRET):
        """Make the logins of a process that has just started."""
        self.access = Access(self.records, ManualClock(NOW))
        await self.access.start()
        return Logins(self.access, secret, self.draw, self.end)

    def draw(self, size):
        return next(self.nonce).to_bytes(size, "big")

    async def end(self, nonce, now):
        self.records.end_login(nonce, now=now)

    def key(self, community, scopes):
        return self.records.create_key(community, name="", scopes=scopes, now=NOW)

    def enter(self, key, community=None, *, now=NOW, address="a", role="operator"):
        text = self.keys[key].text if key in self.keys else key
        return asyncio.run(self.logins.enter(role, text, community, address=address, now=now))

    def read(self, cookie, *, now=NOW, role="operator"):
        return self.logins.read(role, cookie, now)


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.records.close()


def test_a_key_that_serves_as_somebody_opens_the_desk_in_their_name_and_nothing_else(house):
    house.keys["clerk"] = house.key("c", [serving(77)])

    login = house.enter("clerk", role="merchant")
    assert (login.community, login.serves) == ("c", 77)
    assert house.read(house.logins.cookie(login), role="merchant") == login
    assert house.enter("app").serves is None
    raised(UnauthorisedError, "login_refused", house.enter, "clerk", role="operator")
    raised(UnauthorisedError, "login_refused", house.enter, "clerk", "d", role="merchant")
    for key in ("app", "reader", "operator"):
        raised(UnauthorisedError, "login_refused", house.enter, key, role="merchant")


@pytest.mark.parametrize(
    ("key", "community", "opened"),
    [
        ("app", None, "c"), ("app", "c", "c"), ("other", None, "d"),
        ("operator", "c", "c"), ("operator", "d", "d"),
    ],
)  # fmt: skip
def test_a_key_opens_its_community(house, key, community, opened):
    login = house.enter(key, community)

    assert house.read(house.logins.cookie(login)).community == opened


REFUSED = [
    ("app", "d", "login_refused"),
    ("reader", None, "login_refused"),
    ("operator", "nowhere", "login_refused"),
    ("operator", None, "login_community"),
    ("lsk_wrong", None, "login_refused"),
    ("", None, "login_refused"),
    ("钥匙", None, "login_refused"),
]


@pytest.mark.parametrize(("key", "community", "code"), REFUSED)
def test_another_key_is_refused(house, key, community, code):
    raised(UnauthorisedError, code, house.enter, key, community)


def test_every_wrong_part_is_answered_in_the_same_words(house):
    said = set()
    for key, community, code in REFUSED:
        if code == "login_refused":
            said.add(raised(UnauthorisedError, code, house.enter, key, community).message)

    assert len(said) == 1


def test_a_login_ends_after_twelve_hours(house):
    cookie = house.logins.cookie(house.enter("app"))

    house.read(cookie, now=Instant(NOW + LOGIN_MICROS - 1))
    late = Instant(NOW + LOGIN_MICROS)
    raised(UnauthorisedError, "login_ended", house.read, cookie, now=late)


def test_a_login_ends_with_its_key(house):
    app = house.logins.cookie(house.enter("app"))
    operator = house.logins.cookie(house.enter("operator", "c"))

    house.records.revoke_key("c", house.keys["app"].record.id, now=NOW)
    raised(UnauthorisedError, "login_ended", house.read, app)
    assert house.read(operator).community == "c"
    house.records.revoke_key(None, house.keys["operator"].record.id, now=NOW)
    raised(UnauthorisedError, "login_ended", house.read, operator)


def test_a_login_ends_with_its_community(house):
    cookie = house.logins.cookie(house.enter("app"))

    house.records.disable_community("c")

    raised(UnauthorisedError, "login_ended", house.read, cookie)
    raised(UnauthorisedError, "login_refused", house.enter, "app")


def test_logging_out_ends_a_copied_cookie_and_no_other(house):
    first, second = house.enter("app"), house.enter("app")

    asyncio.run(house.logins.leave(first, NOW))

    raised(UnauthorisedError, "login_ended", house.read, house.logins.cookie(first))
    assert house.read(house.logins.cookie(second)) == second


def test_logging_out_outlives_the_process(house):
    first, second = house.enter("app"), house.enter("app")
    asyncio.run(house.logins.leave(first, NOW))

    house.logins = asyncio.run(house.opened())

    raised(UnauthorisedError, "login_ended", house.read, house.logins.cookie(first))
    assert house.read(house.logins.cookie(second)) == second


def test_a_login_stays_ended_when_its_community_is_opened_again(house):
    cookie = house.logins.cookie(house.enter("app"))
    house.records.disable_community("c")

    house.records.update_community("c", CommunityIn())

    raised(UnauthorisedError, "login_ended", house.read, cookie)
    house.logins = asyncio.run(house.opened())
    raised(UnauthorisedError, "login_ended", house.read, cookie)
    assert house.read(house.logins.cookie(house.enter("app"))).community == "c"


def test_a_cookie_of_an_earlier_version_is_refused_with_a_reason(house):
    login = house.enter("app")
    body = msgspec.msgpack.encode(msgspec.to_builtins(login)[:4])

    raised(
        UnauthorisedError, "login_invalid",
        house.read, logins._COOKIE.sign(SECRET, body),
    )  # fmt: skip


def test_a_cookie_of_another_role_opens_nothing(house):
    cookie = house.logins.cookie(house.enter("app"))

    raised(UnauthorisedError, "login_invalid", house.read, cookie, role="merchant")


def forged(house, change):
    """Sign another login by a secret that is not ours."""
    login = msgspec.structs.replace(house.enter("app"), **change)
    return Logins(house.access, bytes(32), bytes, house.end).cookie(login)


@pytest.mark.parametrize(
    "cookie", ["x", "AAAA", "é", "A" * 5000, "=", "A" * 32], ids=lambda text: text[:8]
)
def test_what_is_no_cookie_is_refused(house, cookie):
    raised(UnauthorisedError, "login_invalid", house.read, cookie)


@pytest.mark.parametrize("cookie", [None, ""])
def test_no_cookie_is_no_login(house, cookie):
    raised(UnauthorisedError, "login_missing", house.read, cookie)


@pytest.mark.parametrize("change", [{}, {"community": "d"}, {"until": NOW * 2}])
def test_a_forged_cookie_is_refused(house, change):
    raised(UnauthorisedError, "login_invalid", house.read, forged(house, change))


def test_no_changed_letter_of_a_cookie_passes(house):
    cookie = house.logins.cookie(house.enter("app"))

    for at in range(len(cookie) - 1):  # the last letter holds bits that carry nothing
        letter = "A" if cookie[at] != "A" else "B"
        with pytest.raises(UnauthorisedError):
            house.read(cookie[:at] + letter + cookie[at + 1 :])


def test_ten_wrong_keys_from_one_address_are_followed_by_a_pause(house):
    for _ in range(TRIES_MAX):
        raised(UnauthorisedError, "login_refused", house.enter, "lsk_wrong")

    error = raised(BusyError, "too_many_tries", house.enter, "lsk_wrong")
    assert error.retry_seconds == 300
    raised(UnauthorisedError, "login_refused", house.enter, "lsk_wrong", address="b")
    later = Instant(NOW + 300 * 1_000_000)
    raised(UnauthorisedError, "login_refused", house.enter, "lsk_wrong", now=later)


def test_a_good_key_logs_in_however_many_wrong_ones_came_from_its_address(house):
    for _ in range(TRIES_MAX):
        raised(UnauthorisedError, "login_refused", house.enter, "lsk_wrong")
    raised(BusyError, "too_many_tries", house.enter, "lsk_wrong")

    assert house.enter("app").community == "c"


def test_a_form_is_good_for_its_own_login_only(house):
    first, second = house.enter("app"), house.enter("app")
    token = house.logins.form_token(first)

    house.logins.check_form(first, token)
    raised(ForbiddenError, "form_foreign", house.logins.check_form, second, token)
    raised(ForbiddenError, "form_foreign", house.logins.check_form, first, "")
    raised(ForbiddenError, "form_foreign", house.logins.check_form, first, "é")


def test_a_login_form_is_good_for_its_own_browser_for_an_hour(house):
    check, token = house.logins.check_entry, house.logins.entry_token(NOW)
    other = house.logins.entry_token(NOW)

    check(token, token, Instant(NOW + FORM_MICROS - 1))
    for cookie, sent, now in [
        (None, token, NOW), (other, token, NOW), (token, "", NOW), ("AAAA", "AAAA", NOW),
        (token, token, Instant(NOW + FORM_MICROS)), (token, token, Instant(NOW - 1)),
    ]:  # fmt: skip
        raised(ForbiddenError, "form_foreign", check, cookie, sent, now)
