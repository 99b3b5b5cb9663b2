"""Show a voucher's short code to its buyer, and look one up that somebody has typed at a shop."""

from typing import Final

from lodestone.base.clock import DAY_MICROS, SECOND_MICROS, Instant
from lodestone.base.errors import BusyError, LodestoneError, UnknownError
from lodestone.base.signed import keyed_tag
from lodestone.base.wire import time_text
from lodestone.commerce.order import ShortCodeOut
from lodestone.commerce.refusals import CURES, RedeemRefusal
from lodestone.commerce.short_codes import (
    SHORT_BYTES,
    missed,
    paused_until,
    turn_begins,
    turn_of,
    write_short,
)
from lodestone.commerce.vouchers import judge
from lodestone.services.commerce.context import CommandContext, Reply, refused
from lodestone.services.support.ids import VOUCHER, number_of
from lodestone.stores.commerce.types import ShortCodeRecord, VoucherRecord

_DIGEST: Final = 16
_DRAWS: Final = 8
"""Codes that are drawn for one voucher and turn before giving up: each is taken with a chance below one in a billion."""


def show_short_code(context: CommandContext, voucher_id: str, viewer: str | None) -> Reply:
    """Return the short code under which a voucher may be redeemed now; asked again, the same until it turns.

    Args:
        context: The commit.
        voucher_id: As made here.
        viewer: The only buyer whose voucher it may be; None for a server.

    Raises:
        UnknownError: `voucher_unknown`.
        ConflictError: A `VoucherRefusal`: it can be redeemed no more.
    """
    voucher = _by_id(context, voucher_id, viewer)
    refusal = judge(voucher.standing, 1, context.now)
    if refusal is not None:
        raise refused(refusal)
    turn = turn_of(context.now)
    until = turn_begins(turn + 2)
    context.work.short_codes.remove_before(voucher.shop, Instant(context.now - DAY_MICROS))
    code = _drawn(context, voucher, turn, until)
    short_code = ShortCodeOut(
        code=code, voucher_id=voucher_id, shop_id=voucher.shop,
        turns_at=time_text(turn_begins(turn + 1)), expires_at=time_text(until),
    )  # fmt: skip
    # Not remembered under an idempotency key: it is good for minutes only, and asking again is safe.
    return Reply(200, short_code, remembered=False)


def by_short_code(
    context: CommandContext, shop: str, code: str, request: str | None
) -> VoucherRecord | LodestoneError:
    """Return the voucher of a short code, or why there is none: a wrong one has been counted.

    Args:
        context: The commit.
        shop: Where it was typed, known to be there.
        code: As `read_short` returns it.
        request: Of a redemption: again with it the code is good however old it is.
    """
    record = context.work.short_codes.get(shop, _digest(context, shop, code))
    if record is not None and request is not None:
        before = context.work.redemptions.get(shop, request)
        if before is not None and before.voucher == record.voucher:
            return context.work.vouchers.at([record.voucher])[0]
    misses = context.work.short_codes.misses(shop)
    until = paused_until(misses, context.now)
    if until is not None:
        wait = -(-(until - context.now) // SECOND_MICROS)
        cure = CURES[RedeemRefusal.SHORT_CODE_PAUSED]
        return BusyError("short_code_paused", cure, retry_seconds=wait)
    if record is not None and context.now < record.until:
        return context.work.vouchers.at([record.voucher])[0]
    context.work.short_codes.put_misses(shop, missed(misses, context.now))
    if record is not None:
        return refused(RedeemRefusal.SHORT_CODE_EXPIRED, field="code")
    return UnknownError("short_code_unknown", CURES[RedeemRefusal.SHORT_CODE_UNKNOWN])


def _by_id(context: CommandContext, voucher_id: str, viewer: str | None) -> VoucherRecord:
    number = number_of(VOUCHER, context.community.secret, voucher_id)
    stored = [] if number is None else context.work.vouchers.at([number])
    party = None if viewer is None else context.work.parties.get(viewer)
    foreign = viewer is not None and (
        party is None or any(voucher.buyer != party.ordinal for voucher in stored)
    )
    if not stored or foreign:
        raise UnknownError("voucher_unknown", f"There is no voucher {voucher_id!r} here.")
    return stored[0]


def _drawn(context: CommandContext, voucher: VoucherRecord, turn: int, until: Instant) -> str:
    """Return the code of a voucher in a turn, written at its first showing: the same whenever it is asked for."""
    for draw in range(_DRAWS):
        subject = f"{voucher.shop}/{voucher.number}/{turn}/{draw}".encode()
        chance = keyed_tag(
            context.community.secret, subject, size=SHORT_BYTES, purpose=b"short code"
        )
        code = write_short(chance)
        digest = _digest(context, voucher.shop, code)
        record = context.work.short_codes.get(voucher.shop, digest)
        if record is None:
            context.work.short_codes.add(
                voucher.shop, digest, ShortCodeRecord(voucher.number, until)
            )
            return code
        if (record.voucher, record.until) == (voucher.number, until):
            return code
    raise BusyError("short_code_busy", "no short code is free; show the long one", retry_seconds=60)


def _digest(context: CommandContext, shop: str, code: str) -> bytes:
    """Return what a short code is found by; without the community's secret nobody learns the code from it."""
    subject = f"{shop}/{code}".encode()
    return keyed_tag(context.community.secret, subject, size=_DIGEST, purpose=b"short digest")
