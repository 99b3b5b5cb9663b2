"""Which days a statement is of, where not both are named."""

from lodestone.services.ledger.statements import day_number


def days_of_statement(
    first: str | None, last: str | None, today: int, *, days: int = 1
) -> tuple[int, int]:
    """Return the first and the last day of a statement, both included, whichever of them was named.

    Args:
        first: A date; without it the statement spans `days` days up to `last`, or to today where that lies ahead.
        last: A date; without it the statement ends today, or on `first` where that lies ahead.
        today: The community's day.
        days: How many days are shown when none are named.

    Raises:
        InvalidError: `day_invalid`, naming the field. Whether the days are in order is the statement's to say.

    >>> days_of_statement(None, None, 10, days=7), days_of_statement("1970-01-03", None, 10)
    ((4, 10), (2, 10))
    >>> days_of_statement(None, "1970-01-03", 10), days_of_statement(None, "1970-01-31", 10)
    ((2, 2), (10, 30))
    """
    begins = None if not first else day_number(first, "from")
    ends = max(today, begins or today) if not last else day_number(last, "to")
    return min(ends, today) - days + 1 if begins is None else begins, ends
