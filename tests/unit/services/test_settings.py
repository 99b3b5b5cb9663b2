"""Settings: what does not fit is refused with its cure, and a password is never shown."""

import pytest

from lodestone.base.errors import InvalidError
from lodestone.services.access.settings import limits_of, load_settings, shown


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "abc", "port (from LODESTONE_PORT) must be 0 to 65535, not 'abc'"),
        ("RECORDS_URL", "mysql://x", "records_url (from LODESTONE_RECORDS_URL) must be sqlite:///FILE"),
        ("STATE_URL", "redis://x", "state_url 'redis://x' is not offered yet"),
        ("MEDIA_URL", "s3://bucket/x", "media_url 's3://bucket/x' is not offered yet; name a folder"),
        ("LAKE_URL", "s3://bucket/x", "lake_url 's3://bucket/x' is not offered yet; name a folder"),
        ("RATE_LIMITS", "many", "rate_limits must be requests a minute"),
        ("RATE_LIMITS", "600 key_1", "rate_limits must be requests a minute"),
        ("OPEN_LIMIT", "-1", "open_limit must be requests a minute"),
        ("CONNECTIONS", "all", "connections must be a whole number; it is 'all'"),
        ("ADDRESS_CONNECTIONS", "-1", "address_connections must be a whole number"),
        ("HEAD_SECONDS", "0", "head_seconds must be seconds from 0.1 to 3600"),
        ("BODY_SECONDS", "inf", "body_seconds must be seconds"),
        ("IDLE_SECONDS", "9999", "idle_seconds must be seconds"),
        ("DISK_FLOOR", "1e3", "disk_floor must be a whole number"),
        ("LOG_LEVEL", "loud", "log_level (from LODESTONE_LOG_LEVEL) must be one of debug, info, warning, error, not 'loud'"),
        ("REFUSED_LIMIT", "few", "refused_limit must be requests a minute"),
    ],
)  # fmt: skip
def test_a_setting_that_does_not_fit_is_refused_with_its_cure(name, value, told):
    with pytest.raises(InvalidError) as refused:
        load_settings("/home", {f"LODESTONE_{name}": value}, "")
    assert refused.value.message.startswith(told)


def test_the_environment_goes_over_the_file_and_each_setting_says_from_where():
    given = {"LODESTONE_HOME": "/elsewhere", "LODESTONE_PORT": "81"}
    found = load_settings("/home", given, 'port = 80\nhost = "::"', named=True)

    assert (found.port, found.origins["port"]) == (81, "LODESTONE_PORT")
    assert (found.host, found.origins["host"]) == ("::", "lodestone.toml")
    assert (found.media_url, found.origins["media_url"]) == ("/home/media", "default")
    assert found.origins["home"] == "--home"


def test_limits_are_one_for_all_and_others_for_single_keys():
    assert limits_of("0") == (0, {})
    assert limits_of("600, key_a=0, key_b=9") == (600, {"key_a": 0, "key_b": 9})


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("postgresql+psycopg://app:s3cret@db:5432/x", "postgresql+psycopg://app:***@db:5432/x"),
        ("postgresql+psycopg:///x?user=a&password=s3cret", "postgresql+psycopg:///x?user=a&password=***"),
        ("sqlite:////home/records.db", "sqlite:////home/records.db"),
    ],
)  # fmt: skip
def test_a_password_in_an_address_is_not_shown(url, seen):
    assert shown(url) == seen
