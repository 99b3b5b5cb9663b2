"""The judgement of transfers, by table and by law, beside a book so plain that it can be seen to be right."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.money import MICROS_MAX
from lodestone.ledger import Account, LedgerSlice, Limit, Outcome, Transfer, TransferKind, post
from lodestone.ledger.accounts import account_id
from lodestone.ledger.chart import CHART, PLATFORM, AccountKind, account, person, provider, shop
from lodestone.ledger.judge import Hold, HoldState
from lodestone.ledger.transfers import NONE, Booked, chain, reverse, transfer_id
from tests.worlds.ledger_oracle import Oracle

A, B, C, D = (name.encode() * 16 for name in "abcd")
NOW, TODAY = 1_700_000_000_000_000, 19_675
HELD = transfer_id("held")
WRONG = transfer_id("wrong")
MOVE, HOLD = TransferKind.MOVE, TransferKind.HOLD
POST, VOID, EXPIRE = TransferKind.POST, TransferKind.VOID, TransferKind.EXPIRE


def transfer(name="t", debit=A, credit=B, amount=10, **more):
    return Transfer(transfer_id(name), debit, credit, amount, **{"code": 1, **more})


def booked(one, late_for=None):
    return Booked(one, NOW, TODAY, late_for, 1)


def accounts(*given):
    return {one.id: one for one in given}


def book(*given, transfers=(), holds=(), corrected=None, closed_through=-1):
    return LedgerSlice(
        accounts(*given), {one.transfer.id: one for one in transfers},
        {one.id: one for one in holds}, corrected or {}, closed_through,
    )  # fmt: skip


PLAIN = (Account(A, 1, "x", "CNY"), Account(B, 2, "y", "CNY"))


class Case:
    """A transfer and the book it meets, to be broken one rule at a time."""

    def __init__(self, **fields):
        self.fields = fields
        self.accounts = list(PLAIN)
        self.transfers, self.holds, self.corrected, self.closed = [], [], {}, -1

    def put(self, at, **fields):
        self.accounts[at] = replace(self.accounts[at], **fields)

    def outcome(self):
        held = book(
            *self.accounts, transfers=self.transfers, holds=self.holds, corrected=self.corrected,
            closed_through=self.closed,
        )  # fmt: skip
        asked = Transfer(**{"id": transfer_id("t"), "debit": A, "credit": B, "amount": 10, "code": 1, **self.fields})  # fmt: skip
        posted = post(held, [asked], now=NOW, today=TODAY)
        if posted.outcomes != [Outcome.POSTED]:
            assert (posted.booked, posted.accounts, posted.holds) == ([], [], [])
        return posted.outcomes[0]


def _corrects(case):
    case.fields["corrects"] = WRONG
    case.transfers = [booked(transfer("wrong", amount=100))]
    case.corrected = {WRONG: 100}


def _own(**fields):
    return lambda case: case.fields.update(fields)


MOVING = [
    (Outcome.ID_INVALID, _own(id=bytes(16))),
    (Outcome.CODE_OUT_OF_RANGE, _own(code=0)),
    (Outcome.AMOUNT_OUT_OF_RANGE, _own(amount=MICROS_MAX + 1)),
    (Outcome.TIMEOUT_OUT_OF_RANGE, _own(timeout_seconds=1)),
    (Outcome.EXTERNAL_TOO_LONG, _own(external="x" * 161)),
    (Outcome.HOLD_NOT_NAMED, _own(hold=HELD)),
    (Outcome.ACCOUNTS_ARE_THE_SAME, _own(debit=C, credit=C)),
    (Outcome.DAY_AHEAD, _own(day=TODAY + 1)),
    (Outcome.DAY_CLOSED, lambda case: setattr(case, "closed", TODAY)),
    (Outcome.DEBIT_ACCOUNT_UNKNOWN, _own(debit=C)),
    (Outcome.CREDIT_ACCOUNT_UNKNOWN, _own(credit=D)),
    (Outcome.CURRENCIES_DIFFER, lambda case: case.put(1, currency="EUR")),
    (Outcome.CORRECTED_UNKNOWN, _own(corrects=transfer_id("never"))),
    (Outcome.CORRECTED_EXCEEDED, _corrects),
    (Outcome.OVERFLOWS, lambda case: case.put(0, debits_posted=MICROS_MAX)),
    (Outcome.EXCEEDS_CREDITS, lambda case: case.put(0, limit=Limit.DEBITS_NOT_OVER_CREDITS, credits_posted=9)),
    (Outcome.EXCEEDS_DEBITS, lambda case: case.put(1, limit=Limit.CREDITS_NOT_OVER_DEBITS, debits_posted=9)),
    (Outcome.POSTED, _own()),
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(MOVING)), ids=[outcome.name for outcome, _ in MOVING])
def test_each_row_breaks_one_more_rule_than_the_next_and_the_earliest_is_told(at):
    case = Case()
    for _, break_it in reversed(MOVING[at:]):
        break_it(case)

    assert case.outcome() is MOVING[at][0]


def _hold(**fields):
    def put(case):
        case.holds = [replace(Hold(HELD, A, B, 9, NOW + 1), **fields)]

    return put


RESOLVING = [
    (Outcome.ID_INVALID, _own(id=b"short")),
    (Outcome.CODE_OUT_OF_RANGE, _own(code=2**15)),
    (Outcome.AMOUNT_OUT_OF_RANGE, _own(amount=0)),
    (Outcome.TIMEOUT_OUT_OF_RANGE, _own(timeout_seconds=-1)),
    (Outcome.EXTERNAL_TOO_LONG, _own(external="x" * 161)),
    (Outcome.HOLD_NOT_NAMED, _own(hold=NONE)),
    (Outcome.DAY_AHEAD, _own(day=TODAY + 1)),
    (Outcome.DAY_CLOSED, lambda case: setattr(case, "closed", TODAY)),
    (Outcome.HOLD_UNKNOWN, lambda case: setattr(case, "holds", [])),
    (Outcome.HOLD_OF_OTHER_ACCOUNTS, _own(debit=B, credit=A)),
    (Outcome.HOLD_POSTED, _hold(state=HoldState.POSTED, expires=NOW)),
    (Outcome.HOLD_VOIDED, _hold(state=HoldState.VOIDED, expires=NOW)),
    (Outcome.HOLD_EXPIRED, _hold(state=HoldState.EXPIRED)),
    (Outcome.HOLD_EXPIRED, _hold(expires=NOW)),
    (Outcome.HOLD_EXCEEDED, _hold()),
    (Outcome.CORRECTED_UNKNOWN, _own(corrects=transfer_id("never"))),
    (Outcome.CORRECTED_EXCEEDED, _corrects),
    (Outcome.POSTED, lambda case: case.fields.update(kind=POST, hold=HELD, debit=b"", credit=b"")),
]


@pytest.mark.parametrize("at", range(len(RESOLVING)), ids=[one.name for one, _ in RESOLVING])
def test_each_resolution_breaks_one_more_rule_than_the_next_and_the_earliest_is_told(at):
    case = Case()
    case.holds = [Hold(HELD, A, B, 10, NOW + 1)]
    case.put(0, debits_pending=10)
    case.put(1, credits_pending=10)
    for _, break_it in reversed(RESOLVING[at:]):
        break_it(case)

    assert case.outcome() is RESOLVING[at][0]


@pytest.mark.parametrize(
    ("fields", "expires", "outcome"),
    [
        ({"amount": 1}, NOW, Outcome.AMOUNT_OUT_OF_RANGE),
        ({}, NOW + 1, Outcome.HOLD_NOT_EXPIRED),
        ({}, None, Outcome.HOLD_NOT_EXPIRED),
        ({}, NOW, Outcome.POSTED),
    ],
)
def test_a_hold_expires_when_its_time_is_over_and_not_before(fields, expires, outcome):
    case = Case(kind=EXPIRE, hold=HELD, debit=b"", credit=b"", **{"amount": 0, **fields})
    case.put(0, debits_pending=10)
    case.put(1, credits_pending=10)
    case.holds = [Hold(HELD, A, B, 10, expires)]

    assert case.outcome() is outcome


EARLIER = transfer("t", kind=POST, hold=HELD, external="o1", corrects=WRONG)
DIFFERENT = [
    ("KIND", {"kind": HOLD}),
    ("CODE", {"code": 2}),
    ("DEBIT", {"debit": C}),
    ("CREDIT", {"credit": C}),
    ("AMOUNT", {"amount": 11}),
    ("HOLD", {"hold": WRONG}),
    ("TIMEOUT", {"timeout_seconds": 5}),
    ("CORRECTED", {"corrects": HELD}),
    ("EXTERNAL", {"external": "o2"}),
    ("DAY", {"day": TODAY - 1}),
]


@pytest.mark.parametrize("at", range(len(DIFFERENT)), ids=[name for name, _ in DIFFERENT])
def test_the_same_id_with_other_contents_is_told_by_the_first_that_differs(at):
    asked = EARLIER
    for _, fields in DIFFERENT[at:]:
        asked = replace(asked, **fields)

    told = post(book(*PLAIN, transfers=[booked(EARLIER)]), [asked], now=NOW, today=TODAY)

    assert [one.name for one in told.outcomes] == [f"EXISTS_WITH_DIFFERENT_{DIFFERENT[at][0]}"]
    assert told.booked == []


def test_the_same_again_exists_whether_it_names_its_accounts_or_its_day_or_neither():
    held = book(*PLAIN, transfers=[booked(EARLIER)])
    again = [
        EARLIER, replace(EARLIER, debit=b"", credit=b""), replace(EARLIER, day=TODAY),
    ]  # fmt: skip

    assert post(held, again, now=NOW, today=TODAY + 9).outcomes == [Outcome.EXISTS] * 3


def test_a_link_that_was_not_there_is_told():
    held = book(*PLAIN, transfers=[booked(transfer("t"))])

    told = post(held, chain(transfer("t"), transfer("u")), now=NOW, today=TODAY)

    assert told.outcomes == [Outcome.EXISTS_WITH_DIFFERENT_LINK, Outcome.CHAIN_REFUSED]
    assert told.accounts == []


def test_every_outcome_is_met_by_a_row_of_these_tables():
    met = {outcome for outcome, _ in MOVING + RESOLVING}
    met |= {Outcome[f"EXISTS_WITH_DIFFERENT_{name}"] for name, _ in DIFFERENT}
    beside = {
        Outcome.EXISTS, Outcome.EXISTS_WITH_DIFFERENT_LINK, Outcome.HOLD_NOT_EXPIRED,
        Outcome.CHAIN_OPEN, Outcome.CHAIN_REFUSED,
    }  # fmt: skip

    assert met | beside == set(Outcome)
    assert [int(one) for one in Outcome] == list(range(len(Outcome)))


def test_a_chain_stands_or_falls_as_one():
    purse = replace(PLAIN[0], limit=Limit.DEBITS_NOT_OVER_CREDITS, credits_posted=25)
    asked = [
        *chain(transfer("1"), transfer("2"), transfer("3")),
        *chain(transfer("4"), transfer("5")),
        transfer("6", amount=5, linked=True),
    ]

    told = post(book(purse, PLAIN[1]), asked, now=NOW, today=TODAY)

    refused = Outcome.CHAIN_REFUSED
    assert told.outcomes == [
        refused, refused, Outcome.EXCEEDS_CREDITS, Outcome.POSTED, Outcome.POSTED, Outcome.CHAIN_OPEN,
    ]  # fmt: skip
    assert [(one.debits_posted, one.credits_posted) for one in told.accounts] == [(20, 25), (0, 20)]


def test_a_hold_posts_at_most_what_it_holds_and_releases_the_rest():
    purse = replace(PLAIN[0], limit=Limit.DEBITS_NOT_OVER_CREDITS, credits_posted=100)
    asked = [
        transfer("hold", kind=HOLD, amount=80, timeout_seconds=60),
        transfer("more", amount=21),
        transfer("post", debit=b"", credit=b"", amount=50, kind=POST, hold=transfer_id("hold")),
        transfer("void", debit=b"", credit=b"", amount=0, kind=VOID, hold=transfer_id("hold")),
        transfer("rest", amount=50),
        transfer("over", amount=1),
    ]

    told = post(book(purse, PLAIN[1]), asked, now=NOW, today=TODAY)

    assert told.outcomes == [
        Outcome.POSTED, Outcome.EXCEEDS_CREDITS, Outcome.POSTED, Outcome.HOLD_POSTED,
        Outcome.POSTED, Outcome.EXCEEDS_CREDITS,
    ]  # fmt: skip
    assert told.accounts == [(A, 0, 100, 0, 100), (B, 0, 0, 0, 100)]
    assert told.holds == [Hold(transfer_id("hold"), A, B, 80, NOW + 60_000_000, HoldState.POSTED)]


def test_a_late_fact_goes_into_the_present_day_and_says_which_it_is_about():
    asked = [transfer("late", day=TODAY - 2), transfer("open", day=TODAY - 1), transfer("today")]

    told = post(book(*PLAIN, closed_through=TODAY - 2), asked, now=NOW, today=TODAY)

    assert [(one.day, one.late_for) for one in told.booked] == [
        (TODAY, TODAY - 2), (TODAY - 1, None), (TODAY, None),
    ]  # fmt: skip


def test_a_correction_is_the_transfer_the_other_way_round_and_names_it():
    first = transfer("first", amount=10, external="o1")

    assert reverse(first, transfer_id("back"), code=13, amount=4) == Transfer(
        transfer_id("back"), B, A, 4, 13, corrects=first.id, external="o1"
    )
    assert reverse(first, transfer_id("back"), code=13).amount == 10


def test_accounts_follow_from_the_chart():
    made = [
        account(b"secret", AccountKind.MERCHANT_PAYABLE, shop("s"), "CNY"),
        account(b"secret", AccountKind.CREATOR_PAYABLE, person(5), "CNY"),
        account(b"secret", AccountKind.PROVIDER_CLEARING, provider("manual"), "CNY"),
        account(b"secret", AccountKind.COMMISSION_REVENUE, PLATFORM, "CNY"),
        account(b"secret", AccountKind.COMMISSION_REVENUE, PLATFORM, "EUR"),
        account(b"other", AccountKind.COMMISSION_REVENUE, PLATFORM, "EUR"),
    ]

    assert set(CHART) == set(AccountKind)
    assert len({one.id for one in made}) == 6
    assert made[0].limit is Limit.DEBITS_NOT_OVER_CREDITS
    assert made[2].limit is Limit.CREDITS_NOT_OVER_DEBITS
    assert made[0].id == account_id(b"secret", 3, "shop:s", "CNY")


# The oracle

IDS = [transfer_id("drawn", n) for n in range(12)]
transfers = st.builds(
    Transfer,
    id=st.sampled_from([*IDS, bytes(16)]),
    debit=st.sampled_from([A, B, C, D, b"", b"z" * 16]),
    credit=st.sampled_from([A, B, C, D, b""]),
    amount=st.sampled_from([0, 1, 3, 5, 20, MICROS_MAX, MICROS_MAX + 1]),
    code=st.sampled_from([1, 1, 1, 2, 0]),
    kind=st.sampled_from(list(TransferKind)),
    linked=st.booleans(),
    hold=st.sampled_from([NONE, *IDS]),
    timeout_seconds=st.sampled_from([0, 0, 1, 3]),
    corrects=st.sampled_from([NONE, NONE, NONE, *IDS]),
    external=st.sampled_from(["", "", "o1"]),
    day=st.sampled_from([None, None, TODAY - 1, TODAY, TODAY + 1]),
)
FOUR = (
    Account(A, 1, "a", "CNY", Limit.DEBITS_NOT_OVER_CREDITS),
    Account(B, 1, "b", "CNY"),
    Account(C, 1, "c", "CNY", Limit.CREDITS_NOT_OVER_DEBITS),
    Account(D, 1, "d", "EUR"),
)


class Running:
    """The fast path, its book carried from batch to batch as a store would."""

    def __init__(self):
        self.accounts = accounts(*FOUR)
        self.transfers, self.holds, self.corrected = {}, {}, {}

    def post(self, asked, now, today, closed):
        held = LedgerSlice(self.accounts, self.transfers, self.holds, self.corrected, closed)
        told = post(held, asked, now=now, today=today)
        for one in told.accounts:
            sums = dict(zip(one._fields[1:], one[1:], strict=True))
            self.accounts[one.account] = replace(self.accounts[one.account], **sums)
        self.holds |= {one.id: one for one in told.holds}
        self.transfers |= {one.transfer.id: one for one in told.booked}
        for one in told.booked:
            wrong = one.transfer.corrects
            if wrong != NONE and one.transfer.kind != HOLD:
                self.corrected[wrong] = self.corrected.get(wrong, 0) + one.transfer.amount
        return told.outcomes


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(transfers, max_size=6), st.integers(0, 2), st.booleans()), max_size=6
    )
)
def test_the_fast_path_answers_and_stands_as_the_plain_book_does(batches):
    plain = Oracle({one.id: (one.currency, one.limit) for one in FOUR})
    fast, now = Running(), NOW
    for asked, seconds, close in batches:
        now += seconds * 1_000_000
        if close:
            plain.closed_through = TODAY - 1

        assert fast.post(asked, now, TODAY, plain.closed_through) == plain.post(asked, now, TODAY)

        for one in fast.accounts.values():
            sums = (one.debits_pending, one.debits_posted, one.credits_pending, one.credits_posted)
            assert sums == plain.sums(one.id)
        assert sum(one.balance for one in fast.accounts.values()) == 0
