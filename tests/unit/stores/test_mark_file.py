"""The mark beside a log, once it is closed, writes into no file that has its number now."""

import os

from lodestone.stores.log.chain import Tip
from lodestone.stores.log.mark import MARK, Mark, MarkFile


def test_what_is_noted_after_closing_reaches_no_file_that_was_opened_since(tmp_path):
    file = MarkFile(tmp_path, Mark(b"a" * 16, Tip(), 0))
    file.close()
    before = (tmp_path / MARK).read_bytes()
    others = [os.open(tmp_path / f"other{n}", os.O_RDWR | os.O_CREAT, 0o600) for n in range(4)]

    file.records(7, 1)
    file.tip(Tip())
    file.sync()
    file.close()

    assert [os.fstat(other).st_size for other in others] == [0, 0, 0, 0]
    assert (tmp_path / MARK).read_bytes() == before
    for other in others:
        os.close(other)
