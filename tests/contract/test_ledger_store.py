"""The ledger in the records' own database, SQLite and PostgreSQL: one suite, the same answers."""

import threading

import pytest
from sqlalchemy import text

from ledger_world import (
    ADJUSTMENT,
    CLEARING,
    COMMISSION,
    TODAY,
    held,
    hold,
    move,
    payable,
    resolve,
)
from lodestone.base.errors import ConflictError, UnavailableError, UnknownError
from lodestone.content import CommunityIn
from lodestone.ledger import Outcome, TransferKind
from lodestone.ledger.transfers import chain, reverse, transfer_id
from lodestone.stores.ledger.port import TransferFilter
from lodestone.stores.ledger.post import open_in, post_in
from records_world import NOTE, NOW, raised

SHOP, PAID = held("s"), payable("s")
ALL = (CLEARING, COMMISSION, SHOP, PAID)
SALE = [
    move("pay", CLEARING, SHOP, 1_000, external="o1"),
    *chain(
        move("earned", SHOP, PAID, 900, code=2, external="o1"),
        move("commission", SHOP, COMMISSION, 100, code=3, external="o1"),
    ),
]


def post(records, *transfers, opening=ALL, now=NOW, today=TODAY, community="town"):
    return records.post_transfers(community, transfers, opening=opening, now=now, today=today)


def standing(records, account, community="town"):
    found = records.account(community, account.id)
    return (
        found.debits_pending, found.debits_posted, found.credits_pending, found.credits_posted,
    )  # fmt: skip


def test_a_sale_moves_the_money_and_asking_twice_pays_once(records):
    assert post(records, *SALE) == [Outcome.POSTED] * 3
    assert post(records, *SALE) == [Outcome.EXISTS] * 3

    assert standing(records, CLEARING) == (0, 1_000, 0, 0)
    assert standing(records, SHOP) == (0, 1_000, 0, 1_000)
    assert standing(records, PAID) == (0, 0, 0, 900)
    assert standing(records, COMMISSION) == (0, 0, 0, 100)
    stands = records.transfer("town", transfer_id("commission"))
    assert (stands.transfer, stands.day, stands.time) == (SALE[2], TODAY, NOW)
    assert records.transfer("town", transfer_id("earned")).transfer == SALE[1]


def test_a_refused_chain_leaves_no_trace(records):
    asked = chain(move("a", CLEARING, SHOP, 10), move("b", SHOP, PAID, 11))

    assert post(records, *asked) == [Outcome.CHAIN_REFUSED, Outcome.EXCEEDS_CREDITS]

    assert records.transfers("town", TransferFilter(), limit=9) == []
    assert standing(records, SHOP) == (0, 0, 0, 0)
    assert post(records, *asked, move("pay", CLEARING, SHOP, 1), *asked)[2:] == [
        Outcome.POSTED, Outcome.POSTED, Outcome.POSTED,
    ]  # fmt: skip


def test_a_hold_is_resolved_once_and_its_rest_is_released(records):
    post(records, hold("h", CLEARING, SHOP, 500, seconds=60))
    assert standing(records, SHOP) == (0, 0, 500, 0)

    assert post(records, resolve("p", TransferKind.POST, "h", 501)) == [Outcome.HOLD_EXCEEDED]
    assert post(records, resolve("p", TransferKind.POST, "h", 300)) == [Outcome.POSTED]
    assert post(records, resolve("v", TransferKind.VOID, "h")) == [Outcome.HOLD_POSTED]

    assert standing(records, SHOP) == (0, 0, 0, 300)
    assert records.transfer("town", transfer_id("p")).transfer.debit == CLEARING.id


def test_holds_expire_by_the_clock_that_is_handed_in(records):
    post(
        records,
        hold("h", CLEARING, SHOP, 500, seconds=60),
        hold("i", CLEARING, SHOP, 5, seconds=61),
    )
    later = NOW + 60_000_000

    assert records.expire_holds("town", now=later - 1, today=TODAY) == []
    refused = post(records, resolve("p", TransferKind.POST, "h", 1), now=later)
    assert refused == [Outcome.HOLD_EXPIRED]
    assert records.expire_holds("town", now=later, today=TODAY) == [transfer_id("h")]
    assert records.expire_holds("town", now=later, today=TODAY) == []
    assert standing(records, CLEARING) == (5, 0, 0, 0)


def test_corrections_of_one_transfer_never_pass_its_amount(records):
    post(records, SALE[0])
    back = [
        reverse(SALE[0], transfer_id("r", n), code=6, amount=amount)
        for n, amount in enumerate((600, 401, 400))
    ]

    told = [post(records, one)[0] for one in back]

    assert told == [Outcome.POSTED, Outcome.CORRECTED_EXCEEDED, Outcome.POSTED]
    corrected = records.transfers("town", TransferFilter(corrects=SALE[0].id), limit=9)
    assert [one.transfer.amount for one in corrected] == [600, 400]


def test_another_community_has_a_book_of_its_own(records):
    post(records, *SALE)

    assert records.account("other", SHOP.id) is None
    assert records.transfers("other", TransferFilter(), limit=9) == []
    assert post(records, *SALE, community="other") == [Outcome.POSTED] * 3
    raised(UnknownError, "community_unknown", post, records, *SALE, community="nowhere")


def test_money_is_one_commit_with_whatever_the_records_write_beside_it(records):
    with records._writing("town") as work:
        assert post_in(work, SALE, opening=ALL, now=NOW, today=TODAY) == [Outcome.POSTED] * 3

    def half():
        with records._writing("town") as work:
            post_in(work, [move("more", CLEARING, SHOP, 7)], now=NOW, today=TODAY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()

    assert records.transfer("town", transfer_id("more")) is None
    assert standing(records, CLEARING) == (0, 1_000, 0, 0)
    records.put_item("town", "note", NOTE, now=NOW)


def test_a_closed_day_takes_no_transfer_and_a_late_one_goes_into_the_present(records):
    post(records, *SALE)
    raised(ConflictError, "day_not_over", records.close_day, "town", TODAY, now=NOW, today=TODAY)

    made = records.close_day("town", TODAY, now=NOW, today=TODAY + 2)
    assert [(one.day, one.transfers, one.moved) for one in made] == [(TODAY, 3, 2_000)]
    assert records.close_day("town", TODAY, now=NOW, today=TODAY + 2) == []

    late = move("late", CLEARING, SHOP, 5, day=TODAY)
    assert post(records, late, today=TODAY + 2) == [Outcome.POSTED]
    assert post(records, late, today=TODAY + 3) == [Outcome.EXISTS]
    assert post(records, move("x", CLEARING, SHOP, 5), today=TODAY) == [Outcome.DAY_CLOSED]
    booked = records.transfer("town", late.id)
    assert (booked.day, booked.late_for) == (TODAY + 2, TODAY)
    (kept,) = records.closed_days("town")
    with records.ledger_snapshot("town") as snapshot:
        assert snapshot.day_sums(TODAY).digest == kept.digest
    assert len(records.close_day("town", TODAY + 3, now=NOW, today=TODAY + 4)) == 3


def test_lines_and_the_balance_before_them_add_up(records):
    post(records, *SALE)
    post(records, move("two", CLEARING, SHOP, 50), today=TODAY + 1)
    names = [SHOP.id, PAID.id]

    second = records.statement("town", names, TODAY + 1, TODAY + 1)
    first = records.statement("town", names, TODAY, TODAY)

    assert second.opening == first.closing == {SHOP.id: 0, PAID.id: 900}
    assert second.closing == {SHOP.id: 50, PAID.id: 900}
    assert [(line.account, line.change) for line in second.lines] == [(SHOP.id, 50)]
    assert [line.change for line in first.lines] == [1_000, -900, 900, -100]
    assert first.opening == {SHOP.id: 0, PAID.id: 0}


def test_transfers_are_listed_by_what_is_asked_of_them(records):
    post(records, *SALE, move("other", CLEARING, SHOP, 1))

    def found(**wanted):
        return [
            one.transfer.amount
            for one in records.transfers("town", TransferFilter(**wanted), limit=9)
        ]

    assert found() == [1_000, 900, 100, 1]
    assert found(external="o1") == [1_000, 900, 100]
    assert found(account=PAID.id) == [900]
    assert found(code=3) == [100]
    assert found(last=TODAY - 1) == found(first=TODAY + 1) == []
    first = records.transfers("town", TransferFilter(), limit=1)
    rest = records.transfers("town", TransferFilter(), limit=9, after=first[0].sequence)
    assert [one.transfer.amount for one in rest] == [900, 100, 1]


def test_a_second_resolution_of_a_hold_cannot_even_be_stored(records, place):
    post(records, hold("h", CLEARING, SHOP, 5), resolve("v", TransferKind.VOID, "h"))

    with pytest.raises(Exception, match=r"(?i)unique"), records._engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO ledger_transfers (tenant, id, kind, code, debit, credit, amount, hold, timeout, linked, time, day)"
                " SELECT tenant, debit, 2, code, debit, credit, 5, hold, 0, linked, time, day"
                " FROM ledger_transfers WHERE hold IS NOT NULL"
            )
        )


def test_many_at_once_over_one_purse_pay_out_what_is_in_it_and_no_more(records):
    post(records, move("in", CLEARING, SHOP, 100))
    outcomes, barrier = [], threading.Barrier(4)

    def spend(worker):
        barrier.wait()
        for n in range(20):
            # Each amount is asked for by two of the workers under one id.
            outcomes.extend(post(records, move(f"out {worker // 2} {n}", SHOP, PAID, 5)))

    threads = [threading.Thread(target=spend, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count(Outcome.POSTED) == 20
    assert len(outcomes) == 80
    assert set(outcomes) <= {Outcome.POSTED, Outcome.EXISTS, Outcome.EXCEEDS_CREDITS}
    assert standing(records, SHOP) == (0, 100, 0, 100)


def test_one_id_asked_for_twice_at_once_over_other_accounts_is_posted_once(postgres_place):
    first, second = postgres_place.open(), postgres_place.open()
    first.create_community("town", CommunityIn(name="Town"), now=NOW)
    other = held("t")
    first.open_accounts("town", [*ALL, other])
    told = []

    def ask():
        told.extend(post(second, move("same", CLEARING, other, 5)))

    # Nothing they lock is the same but the index over ids, at which the second waits.
    with first._booking("town") as scope:
        mine = move("same", ADJUSTMENT, SHOP, 5)
        assert post_in(scope, [mine], opening=[ADJUSTMENT], now=NOW, today=TODAY) == [Outcome.POSTED]  # fmt: skip
        asking = threading.Thread(target=ask)
        asking.start()
        waiting(first, asking)
    asking.join()

    assert told == [Outcome.EXISTS_WITH_DIFFERENT_DEBIT]
    assert standing(first, other) == (0, 0, 0, 0)
    first.close()
    second.close()


def waiting(records, thread):
    """Return once PostgreSQL says that somebody waits for a lock."""
    query = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while thread.is_alive():
        with records._engine.connect() as connection:
            if connection.execute(query).scalar():
                return


def test_two_who_wait_for_each_other_are_told_to_ask_again(postgres_place):
    records = postgres_place.open()
    records.create_community("town", CommunityIn(name="Town"), now=NOW)
    records.open_accounts("town", [ADJUSTMENT, COMMISSION, SHOP, PAID])
    pairs = [[(ADJUSTMENT, SHOP), (COMMISSION, PAID)], [(COMMISSION, PAID), (ADJUSTMENT, SHOP)]]
    barrier, told = threading.Barrier(2), []

    def ask(worker):
        try:
            with records._booking("town") as scope:
                for step, (debit, credit) in enumerate(pairs[worker]):
                    asked = move(f"{worker} {step}", debit, credit, 5)
                    told.extend(post_in(scope, [asked], now=NOW, today=TODAY))
                    if step == 0:
                        barrier.wait()
        except UnavailableError as error:
            told.append(error.code)

    records.post_transfers("town", [move("c", ADJUSTMENT, COMMISSION, 50)], now=NOW, today=TODAY)
    threads = [threading.Thread(target=ask, args=(worker,)) for worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, told)) == ["0", "0", "0", "ledger_busy"]
    assert len(records.transfers("town", TransferFilter(), limit=9)) == 3
    records.close()


def test_a_day_that_closes_while_others_post_into_it_is_as_it_was_closed(records):
    post(records, *SALE)
    barrier = threading.Barrier(4)

    def ask(worker):
        barrier.wait()
        for n in range(15):
            post(records, move(f"{worker} {n}", CLEARING, SHOP, 1, day=TODAY), today=TODAY + 1)

    threads = [threading.Thread(target=ask, args=(worker,)) for worker in range(3)]
    for thread in threads:
        thread.start()
    barrier.wait()
    (closed,) = records.close_day("town", TODAY, now=NOW, today=TODAY + 1)
    for thread in threads:
        thread.join()

    with records.ledger_snapshot("town") as snapshot:
        assert snapshot.day_sums(TODAY).digest == closed.digest
        late = [one for one in snapshot.transfers() if one.late_for == TODAY]
    assert closed.transfers + len(late) == 48


def test_opening_an_account_again_leaves_it_as_it_stands(records):
    post(records, *SALE)
    records.open_accounts("town", [*ALL, held("t")])

    assert standing(records, SHOP) == (0, 1_000, 0, 1_000)
    assert [one.party for one in records.accounts("town", party="shop:t")] == ["shop:t"]
    assert len(records.accounts("town")) == 5
    with records._writing("town") as work:
        open_in(work, [held("u")])
    assert standing(records, held("u")) == (0, 0, 0, 0)
