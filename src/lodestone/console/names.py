"""What people are called on pages, by id."""

from collections.abc import Iterable

from lodestone.console.reader import name_of
from lodestone.services import use_cases
from lodestone.services.community.community import Engine


def people_names(engine: Engine, people: Iterable[str]) -> dict[str, str]:
    """Return what people are called in the reader's language, their id where they have no name; in a thread.

    Whoever is not here is left out.
    """
    records = use_cases.stored(engine).people_called(people)
    return {name: name_of(record.given) or name for name, record in records.items()}
