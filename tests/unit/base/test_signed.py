"""What was signed by an earlier version is ours still: every signature is what it was, to the byte."""

import asyncio
import itertools

import pytest

from lodestone.base.clock import Instant, ManualClock
from lodestone.base.errors import ForbiddenError, InvalidError, UnauthorisedError
from lodestone.commerce.webhooks import signature, standard_signature
from lodestone.content import Community, CommunityIn
from lodestone.events.beacon import Beacon, mint_all, open_beacon
from lodestone.events.dedupe import event_key
from lodestone.features.directory import Directory
from lodestone.ledger.accounts import account_id
from lodestone.services.access import Access
from lodestone.services.access.logins import Login, Logins
from lodestone.services.feed.cursor import Chain, decode_cursor, encode_cursor
from lodestone.services.live.rooms import Live
from lodestone.services.receipts.receipts import pseudonym
from lodestone.services.support import ids
from lodestone.services.support.encryption import Sealer, open_under, seal_under
from lodestone.services.webhooks.deliveries import secret_of
from lodestone.stores.database import open_records
from lodestone.stores.log.chain import tag_key, tag_of
from lodestone.stores.log.mark import owner_of
from lodestone.stores.sql.encryption import Seal, id_hash
from tests.worlds.records_world import NOW, project

SECRET = bytes(range(32))
OTHER = bytes(32)
COMMUNITY = Community("c", "", "UTC", "CNY", SECRET)
BEACONS = (
    Beacon(1, 5, 2, 3, 4, -1, 0, 0, 0, 1, 0),
    Beacon(2**40, 2**63, 7, 1_700_000_000, 2**32 - 1, 300, 2, 5, 4, 49, 3),
)
CHAIN = Chain((3, 9, 12), (1, 5, 70_000))
LOGIN = Login("merchant", "c", "key-1", Instant(NOW + 1), b"n" * 16, 3, 11)
LATER = Instant(NOW + 1_000_000)


@pytest.fixture
def records(tmp_path):
    draw = itertools.count(1)
    kept = open_records(
        f"sqlite:///{tmp_path}/records.db", draw=lambda: next(draw), project=project
    )
    kept.create_community("c", CommunityIn(), now=NOW)
    yield kept
    kept.close()


async def opened(records):
    access = Access(records, ManualClock(NOW), demo="c")
    await access.start()
    return access


@pytest.fixture
def access(records):
    access = asyncio.run(opened(records))
    yield access
    access.close()


def logins(access, secret=SECRET):
    nonce = itertools.count(1)
    return Logins(access, secret, lambda size: next(nonce).to_bytes(size, "big"), None)


def directory():
    known = Directory()
    known.add_person(7, "ann", bytes([9]) * 32)
    return known


SIGNATURES = {
    "beacons": lambda: mint_all(SECRET, BEACONS),
    "cursor": lambda: encode_cursor(SECRET, "ann", CHAIN),
    "cursor of nobody": lambda: encode_cursor(SECRET, "", Chain()),
    "receipt": lambda: ids.receipt_id(SECRET, 77),
    "order": lambda: ids.made_id(ids.ORDER, SECRET, 77),
    "voucher": lambda: ids.made_id(ids.VOUCHER, SECRET, 77),
    "event": lambda: ids.made_id(ids.EVENT, SECRET, 77),
    "delivery": lambda: ids.made_id(ids.DELIVERY, SECRET, 77),
    "payment": lambda: ids.made_id(ids.PAYMENT, SECRET, 77),
    "seed": lambda: ids.decision_seed(SECRET, 77),
    "pseudonym": lambda: pseudonym(SECRET, 77),
    "event key": lambda: event_key(SECRET, "e1"),
    "account": lambda: account_id(SECRET, 2, "ann", "CNY").hex(),
    "id hash": lambda: id_hash("ann", SECRET).hex(),
    "record": lambda: Seal(SECRET).seal(b"plain", what=b"people.data").hex(),
    "answer": lambda: seal_under(b"a key of any length", b"plain").hex(),
    "position": lambda: Sealer(directory()).seal(0, b"1.5,2.5").hex(),
    "log": lambda: tag_of(tag_key(SECRET, b"facts tag"), 3, b"l" * 32, b"v" * 32).hex(),
    "owner": lambda: owner_of(SECRET).hex(),
    "hook": lambda: Live(COMMUNITY, None, None, None, None, None).token,
    "stream key": lambda: Live(COMMUNITY, None, None, None, None, None)._key("room"),
    "webhook secrets": lambda: [secret_of(COMMUNITY, salt) for salt in (b"short", b"s" * 64)],
    "webhook": lambda: signature(["s", "t"], 1_700_000_000, b"{}"),
    "standard webhook": lambda: standard_signature(
        ["whsec_c2VjcmV0"], "dlv_1", 1_700_000_000, b"{}"
    ),
}
WROTE = {'beacons': ['AQAAAAAAAAAFAAAAAAAAAAIAAAADAAAABAAAAP__AAAAAQDqHNVoXNXj2zHOwaYn',
             'AAAAAAABAAAAAAAAAAAAgAcAAAAA8VNl_____ywBAgUEMQPjgVAp0tPxROkXmehK'],
 'cursor': 'riUWMIgt3cSFqqm43VcyApKTAwYDkwEEzgABEWs',
 'cursor of nobody': 'NYrem45a6gBuC9g9iitPvJKQkA',
 'receipt': 'rcp_00000000004d72f4c66b313f9fdb4c23',
 'order': 'ord_00000000004df83a25f962f2659b5172',
 'voucher': 'vch_00000000004d0e15b431f667c0df711f',
 'event': 'evt_00000000004d5c4dcbcd4fc5af6b4fe9',
 'delivery': 'whd_00000000004d9d5916074dc60cf591dc',
 'payment': 'pmt_00000000004ddeb132741543cd1162c1',
 'seed': 11803753253829902674,
 'pseudonym': 'SYSD5R7',
 'event key': 5532865341259978181,
 'account': '85e05b3b9db9cc0906fe4666b9489e67',
 'id hash': '87ed6be2beaffedf03ac4604ba903bf0',
 'record': '01aad1bc2e1764b12d74a4619730b64218b100540ed6a067d215ab83ce46e454b7f4',
 'answer': 'd6719c657b4e387e316ab8e2d2522b779b05a8eeafd38f74165c92d60559bd3af7',
 'position': '30f92c1ffe8a02dcc5d6b99873f7b7365563d85a3e17599966649350a244b6a6fcf1e7',
 'log': 'f51d90e64e7038cad3c1844c9b300028',
 'owner': 'b68d132ac29bab7fab194180271bbd1d',
 'hook': 'srs_55fac3447ae96642ab822adc88bd89b1',
 'stream key': 'b10b46be1cb3c376d337800913f28490',
 'webhook secrets': ['whsec__wsIvmN-XPrAbcH2AvGJfXKpRYn_0Dc91Oz1dYiQYIg',
                     'whsec_L9mC0l+1KptBmw6UaOlyBKNC3hzBUV05klt3HIwzAMc='],
 'webhook': 't=1700000000,v1=e9232c9945da8456c2dea6b39da7786c07b00bca7a64d5dd1283674713a7b72a,v1=f9762c82ebc0926ec6d395be9d443d03ad815b37320956c5216f38eda6780fb7',
 'standard webhook': 'v1,N61W7pyr7nckXBuFQlzF9uI44R9nKOqN11a0xwFhwhc='}  # fmt: skip


@pytest.mark.parametrize("what", SIGNATURES)
def test_a_signature_is_what_it_was(what):
    assert SIGNATURES[what]() == WROTE[what]


COOKIE = "92bDalFP3dT7AN11DoO8_FPUIMUiDhGvl6htZXJjaGFudKFjpWtleS0xzwAGCiQYHkABxBBubm5ubm5ubm5ubm5ubm5uAws"
FORM = "U57EyiWLB_jPrOWlOAVyR1xfFIDwR3Dz"
ENTRY = "VYApifBy2eLrqviYlVgx2zobGtk3AU3xks8ABgokGB5AAMQQAAAAAAAAAAAAAAAAAAAAAQ"
PAGE = "vt_teATbJ0tw1IWMhL_hDW0m4b6MHbEpkJDlqFjo2FubgXPAAYKJO6x5ACgAQ"


def test_an_earlier_cookie_and_its_forms_are_good(access):
    ours, theirs = logins(access), logins(access, OTHER)

    assert ours.cookie(LOGIN) == COOKIE
    assert ours._opened(COOKIE) == LOGIN
    assert theirs._opened(COOKIE) is None
    ours.check_form(LOGIN, FORM)
    assert ours.entry_token(NOW) == ENTRY
    ours.check_entry(ENTRY, ENTRY, LATER)
    with pytest.raises(ForbiddenError):
        theirs.check_entry(ENTRY, ENTRY, LATER)
    with pytest.raises(ForbiddenError):
        theirs.check_form(LOGIN, FORM)


def test_an_earlier_page_token_is_good_and_one_that_was_touched_is_not(access):
    assert access.session("c", ("ann", 5), "", NOW)[0] == PAGE
    assert access.known(PAGE, None, LATER).viewer == "ann"
    for touched in (PAGE[:-3] + "AAA", "vt_" + "A" * 40, "vt_", "vt_é", PAGE + "A" * 2048):
        with pytest.raises(UnauthorisedError):
            access.known(touched, None, LATER)


def test_what_was_signed_opens_with_its_own_secret_only():
    cursor = encode_cursor(SECRET, "ann", CHAIN)

    assert decode_cursor(SECRET, "ann", cursor) == CHAIN
    for secret, viewer, text in (
        (OTHER, "ann", cursor), (SECRET, "bea", cursor), (SECRET, "ann", cursor[:-1]),
        (SECRET, "ann", "é" + cursor), (SECRET, "ann", ""),
    ):  # fmt: skip
        with pytest.raises(InvalidError):
            decode_cursor(secret, viewer, text)
    assert [open_beacon(SECRET, token) for token in mint_all(SECRET, BEACONS)] == list(BEACONS)
    assert [open_beacon(OTHER, token) for token in mint_all(SECRET, BEACONS)] == [None, None]
    assert open_under(b"key", seal_under(b"key", b"plain")) == b"plain"
    assert ids.receipt_sequence(SECRET, ids.receipt_id(SECRET, 77)) == 77
    assert ids.receipt_sequence(OTHER, ids.receipt_id(SECRET, 77)) is None
