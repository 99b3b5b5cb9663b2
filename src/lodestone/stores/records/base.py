"""What the parts of the SQL records share: write transactions, terms, listeners of access, drawn numbers."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine, and_, or_

from lodestone.stores.records.access_port import AccessChange, Listener
from lodestone.stores.records.hooks import SubjectHooks
from lodestone.stores.records.schema import TERMS
from lodestone.stores.records.terms import Terms, first_code
from lodestone.stores.records.types import Project, TermKind
from lodestone.stores.records.work import Work
from lodestone.stores.sql.base import SqlBase
from lodestone.stores.sql.encryption import KEY_BYTES
from lodestone.stores.sql.scope import COMMUNITIES, Scope
from lodestone.stores.sql.threads import DatabaseLimits


class RecordsBase(SqlBase):
    """A SQL store whose writes give out numbers and terms, and leave changes in the outbox."""

    def __init__(
        self,
        engine: Engine,
        draw: Callable[[], int],
        project: Project,
        *,
        hooks: Sequence[SubjectHooks] = (),
        limits: DatabaseLimits | None = None,
    ) -> None:
        """Take what a store needs.

        Args:
            engine: See `sql.engine.engine_of`.
            draw: Gives random whole numbers in [0, 2**63).
            project: Makes an item's day-one vector.
            hooks: What other subjects do within a write.
            limits: How long the database is waited for.
        """
        super().__init__(engine, limits)
        self._draw = draw
        self._project = project
        self._hooks = tuple(hooks)
        self._terms: dict[int, dict[TermKind, dict[str, int]]] = {}
        self._listeners: list[Listener] = []

    def on_access(self, listener: Listener) -> None:
        """See `AccessRecords.on_access`."""
        self._listeners.append(listener)

    def _tell(self, changes: Sequence[AccessChange]) -> None:
        """Tell whoever listens what has been committed."""
        if changes:
            for listener in self._listeners:
                listener(changes)

    def _random(self, size: int) -> bytes:
        """Return up to 64 random bytes from the numbers handed in, 63 bits each."""
        drawn = b"".join(self._draw().to_bytes(8, "big") for _ in range(size // 8 + 1))
        return hashlib.blake2b(drawn, digest_size=size).digest()

    def _person_draw(self) -> tuple[int, bytes]:
        """Draw what makes a new person: an ordinal of 63 bits and a data key."""
        return self._draw() & (2**63 - 1), self._random(KEY_BYTES)

    @contextmanager
    def _writing(self, community: str) -> Iterator[Work]:
        """Open a transaction that is alone in its community until it has ended.

        Locking the community's own row makes numbers dense and the outbox ordered by commit,
        in PostgreSQL with several writers too.
        """
        with self._lock:
            with self._connected(writing=True) as connection:
                tenant = self._tenant(connection, community)
                scope = Scope(connection, tenant)
                item_next, change_next = scope.first(
                    scope.select(
                        COMMUNITIES, COMMUNITIES.c.items_next, COMMUNITIES.c.changes_next
                    ).with_for_update()
                )
                terms = Terms(self._known_terms(scope))
                work = Work(connection, tenant, terms, item_next, change_next)
                yield work
                work.finish()
            self._tell(work.access)
            for kind, given in terms.given.items():
                self._terms[tenant.number][kind].update(given)
            if self._unwiped:
                self._wipe()

    def _known_terms(self, scope: Scope) -> dict[TermKind, dict[str, int]]:
        """Bring the remembered names up to what the database holds; others may have added some."""
        known = self._terms.setdefault(scope.tenant.number, {kind: {} for kind in TermKind})
        unseen = or_(
            *(
                and_(TERMS.c.kind == int(kind), TERMS.c.code >= first_code(kind) + len(names))
                for kind, names in known.items()
            )
        )
        query = scope.select(TERMS, TERMS.c.kind, TERMS.c.text, TERMS.c.code).where(unseen)
        for kind, text, code in scope.fetch(query):
            known[TermKind(kind)][text] = code
        return known
