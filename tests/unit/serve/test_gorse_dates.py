"""Gorse's dates: the forms that the parser it uses documents, each with the instant it documents."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.serve.gorse.dates import read_time

# What the documentation of Gorse's own date parser lists, and what it says of each, in UTC.
DOCUMENTED = [
    ("May 8, 2009 5:57:51 PM", "2009-05-08T17:57:51"),
    ("oct 7, 1970", "1970-10-07"),
    ("oct 7, '70", "1970-10-07"),
    ("oct. 7, 70", "1970-10-07"),
    ("Mon Jan  2 15:04:05 2006", "2006-01-02T15:04:05"),
    ("Mon Jan  2 15:04:05 MST 2006", "2006-01-02T15:04:05"),
    ("Mon Jan 02 15:04:05 -0700 2006", "2006-01-02T22:04:05"),
    ("Monday, 02-Jan-06 15:04:05 MST", "2006-01-02T15:04:05"),
    ("Tue, 11 Jul 2017 16:28:13 +0200 (CEST)", "2017-07-11T14:28:13"),
    ("Mon 30 Sep 2018 09:09:09 PM UTC", "2018-09-30T21:09:09"),
    ("Fri Jul 03 2015 18:04:07 GMT+0100 (GMT Daylight Time)", "2015-07-03T17:04:07"),
    ("Sun, 3 Jan 2021 00:12:23 +0800 (GMT+08:00)", "2021-01-02T16:12:23"),
    ("September 17, 2012 at 10:09am PST-08", "2012-09-17T18:09:00"),
    ("October 7th, 1970", "1970-10-07"),
    ("14 May 2019 19:11:40.164", "2019-05-14T19:11:40.164"),
    ("2013-Feb-03", "2013-02-03"),
    ("06/Jan/2008:15:04:05 -0700", "2008-01-06T22:04:05"),
    ("3/31/2014", "2014-03-31"),
    ("08/21/71", "1971-08-21"),
    ("4/8/14 22:05", "2014-04-08T22:05:00"),
    ("8/8/1985 12:00:00 AM", "1985-08-08"),
    ("03/19/2012 10:11:59.3186369", "2012-03-19T10:11:59.318636"),
    ("2014/4/8 22:05", "2014-04-08T22:05:00"),
    ("2014:04:02 03:00:51", "2014-04-02T03:00:51"),
    ("2014年04月08日", "2014-04-08"),
    ("2006-01-02T15:04:05+0000", "2006-01-02T15:04:05"),
    ("2017-07-19T03:21:51:897+0100", "2017-07-19T02:21:51.897"),
    ("2019-05-29T08:41-04", "2019-05-29T12:41:00"),
    ("2014-04-26 05:24:37 PM", "2014-04-26T17:24:37"),
    ("2014-04-26 13:13:43 +0800 +08", "2014-04-26T05:13:43"),
    ("2012-08-03 18:31:59.257000000 +0000 UTC", "2012-08-03T18:31:59.257"),
    ("2015-02-08 03:02:00.001 +0300 MSK m=+0.000000001", "2015-02-08T00:02:00.001"),
    ("2014-04", "2014-04-01"),
    ("2014", "2014-01-01"),
    ("2014-05-11 08:20:13,787", "2014-05-11T08:20:13.787"),
    ("2020-07-20+08:00", "2020-07-19T16:00:00"),
    ("3.31.2014", "2014-03-31"),
    ("2014.03", "2014-03-01"),
    ("2014.03.30", "2014-03-30"),
    ("20140601", "2014-06-01"),
    ("20140722105203", "2014-07-22T10:52:03"),
    ("171113 14:14:20", "2017-11-13T14:14:20"),
    ("1332151919", "2012-03-19T10:11:59"),
    ("1384216367189", "2013-11-12T00:32:47.189"),
    ("1384216367111222", "2013-11-12T00:32:47.111222"),
    ("1384216367111222333", "2013-11-12T00:32:47.111222"),
]


@pytest.mark.parametrize(("text", "utc"), DOCUMENTED)
def test_a_documented_form_is_the_instant_it_is_documented_as(text, utc):
    read = read_time(text)

    assert read is not None
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert read == round((expected - datetime.fromtimestamp(0, UTC)).total_seconds() * 1_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "tea", "10", "March", "12:30", "2024-02-30", "2026-13-01", "99999999999", "1e5", "-5", "Infinity",
        "2026-03-01T08:00:00+24:00", "9999-12-31T23:59:59-14:00", "2026-03-01T08:00:00Z\0", "a" * 1000, "  ",
    ],
)  # fmt: skip
def test_what_is_no_time_or_lacks_its_year_is_none(text):
    assert read_time(text) is None


@given(st.text(max_size=80))
def test_whatever_is_sent_is_an_instant_that_can_be_written_or_none(text):
    read = read_time(text)

    assert read is None or -62_135_596_800_000_000 <= read <= 253_402_300_799_999_999
