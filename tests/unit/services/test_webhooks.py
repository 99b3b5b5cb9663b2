"""Webhooks' own rules: signatures that others' libraries verify, waits, and where nothing is sent."""

import json
import time
from base64 import b64encode, urlsafe_b64encode
from ipaddress import ip_address

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError
from lodestone.commerce.reach import REACHES, may_speak, read_target, within_reach
from lodestone.commerce.webhooks import (
    GIVE_UP_MICROS,
    Attempt,
    Fate,
    Standing,
    after_attempt,
    secret_text,
    signature,
    standard_signature,
    wait_micros,
)
from lodestone.services.access.settings import load_settings

BODY = '{"id":"evt_1","object":"event","type":"order.paid","data":{"object":{"id":"茶"}}}'.encode()


def verified(body, header, secret, tolerance=300):
    return stripe.WebhookSignature.verify_header(body, header, secret, tolerance)


def test_stripes_own_library_accepts_what_we_sign():
    header = signature(["whsec_a"], int(time.time()), BODY)

    assert verified(BODY, header, "whsec_a") is True
    event = stripe.Webhook.construct_event(BODY, header, "whsec_a")
    assert (event.id, event.type, event.data.object["id"]) == ("evt_1", "order.paid", "茶")


def test_stripes_own_library_would_have_signed_the_same():
    header = stripe.WebhookSignature.generate_signature_header(
        BODY.decode(), "whsec_a", 1_700_000_000
    )

    assert header == signature(["whsec_a"], 1_700_000_000, BODY)


@pytest.mark.parametrize(
    ("body", "secret", "age", "why"),
    [
        (BODY.replace(b"paid", b"free"), "whsec_a", 0, "No signatures found matching"),
        (BODY + b" ", "whsec_a", 0, "No signatures found matching"),
        (BODY, "whsec_b", 0, "No signatures found matching"),
        (BODY, "whsec_a", 301, "Timestamp outside the tolerance zone"),
    ],
    ids=["payload changed", "payload longer", "another secret", "old timestamp"],
)
def test_stripes_own_library_refuses_what_we_did_not_sign(body, secret, age, why):
    header = signature(["whsec_a"], int(time.time()) - age, BODY)

    with pytest.raises(stripe.SignatureVerificationError, match=why):
        verified(body, header, secret)


def test_a_timestamp_that_was_moved_breaks_the_signature():
    header = signature(["whsec_a"], int(time.time()) - 400, BODY)
    moved = f"t={int(time.time())},{header.split(',')[1]}"

    with pytest.raises(stripe.SignatureVerificationError, match="No signatures found matching"):
        verified(BODY, moved, "whsec_a")


def test_while_two_secrets_stand_either_verifies():
    header = signature(["whsec_new", "whsec_old"], int(time.time()), BODY)

    assert verified(BODY, header, "whsec_new")
    assert verified(BODY, header, "whsec_old")


def standard_headers(secrets, body=BODY, *, name="dlv_1", age=0):
    seconds = int(time.time()) - age
    signed = standard_signature(secrets, name, seconds, body)
    return {"webhook-id": name, "webhook-timestamp": str(seconds), "webhook-signature": signed}


SECRET = secret_text(bytes(range(224, 256)), padded=True)
"""Its text has every letter in which the two forms of base64 differ."""
OTHER = secret_text(bytes(32), padded=True)


def test_one_secret_as_it_stands_verifies_in_both_libraries():
    assert Webhook(SECRET).verify(BODY, standard_headers([SECRET]))["id"] == "evt_1"
    assert verified(BODY, signature([SECRET], int(time.time()), BODY), SECRET)


@given(st.binary(min_size=32, max_size=32), st.text(max_size=200))
def test_the_standard_library_accepts_whatever_we_sign(key, text):
    secret, body = secret_text(key, padded=True), json.dumps({"text": text}).encode()
    headers = standard_headers([secret], body)

    assert Webhook(secret).verify(body, headers) == {"text": text}
    assert verified(body, signature([secret], int(time.time()), body), secret)


@pytest.mark.parametrize(
    ("body", "secret", "changed", "moved"),
    [
        (BODY.replace(b"paid", b"free"), SECRET, {}, 0),
        (BODY, OTHER, {}, 0),
        (BODY, SECRET, {"webhook-id": "dlv_2"}, 0),
        (BODY, SECRET, {}, -100),
    ],
    ids=["payload changed", "another secret", "another id", "moved timestamp"],
)
def test_the_standard_library_refuses_what_we_did_not_sign(body, secret, changed, moved):
    headers = {**standard_headers([SECRET]), **changed}
    headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + moved)

    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(secret).verify(body, headers)


def test_the_standard_library_refuses_an_old_request():
    with pytest.raises(WebhookVerificationError, match="timestamp too old"):
        Webhook(SECRET).verify(BODY, standard_headers([SECRET], age=301))


def test_the_standard_library_takes_either_of_two_secrets():
    headers = standard_headers([SECRET, OTHER])

    assert Webhook(SECRET).verify(BODY, headers)
    assert Webhook(OTHER).verify(BODY, headers)


def test_a_secret_of_an_earlier_version_signs_with_the_bytes_it_encodes():
    key = bytes(range(224, 256))
    old = "whsec_" + urlsafe_b64encode(key).rstrip(b"=").decode()

    assert secret_text(key, padded=False) == old
    rewritten = b64encode(key).decode()
    assert Webhook(rewritten).verify(BODY, standard_headers([old]))
    assert verified(BODY, signature([old], int(time.time()), BODY), old)


def test_waits_double_up_to_six_hours_and_half_of_each_is_chance():
    assert [wait_micros(n, 0.5) for n in (1, 2, 3, 4)] == [
        3_750_000,
        7_500_000,
        15_000_000,
        30_000_000,
    ]
    assert wait_micros(13, 0.0) == 10_240_000_000
    assert wait_micros(40, 0.0) == 3 * 3_600_000_000


@given(st.integers(1, 200), st.floats(0, 1, exclude_max=True))
def test_a_wait_lies_between_half_and_all_of_its_longest(attempts, chance):
    longest = wait_micros(attempts, 0.0) * 2

    assert longest // 2 <= wait_micros(attempts, chance) <= longest


def test_a_delivery_that_never_arrives_is_given_up_after_three_days():
    now, attempts = Instant(0), ()
    while True:
        attempts = (*attempts, Attempt(now, 500, "answered 500"))
        standing = after_attempt(attempts, now, 0.999, delivered=False)
        if standing.fate is Fate.FAILED:
            break
        assert standing.next > now
        now = standing.next

    assert standing == Standing(Fate.FAILED, None)
    assert now <= GIVE_UP_MICROS < now + 6 * 3_600_000_000
    assert len(attempts) == 24


def test_what_arrived_is_not_sent_again():
    told = after_attempt((Attempt(0, 204, None),), Instant(5), 0.0, delivered=True)

    assert told == Standing(Fate.DELIVERED, None)


INSIDE = [
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "::", "fc00::1", "fd12::1", "fe80::1", "ff02::1", "2001:db8::1",
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:a00:1::1", "2002:c0a8:101::",
    "::10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b:1::a00:1", "64:ff9b:1:a00:0:100::",
    "2001:0:808:808::f5ff:fffe", "2001:0:a00:1::f7f7:f7f7", "2606:4700::5efe:a00:1", "2606:4700::200:5efe:a00:1",
    "fec0::1", "3fff::1", "5f00::1", "4000::1", "::0.0.0.2",
]  # fmt: skip
LOOPBACK = [
    "127.0.0.1",
    "127.8.9.10",
    "::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "::127.0.0.1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
]
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "172.32.0.1",
    "192.169.0.1",
    "2606:4700:4700::1111",
    "64:ff9b::101:101",
    "64:ff9b:1::808:808",
    "64:ff9b:1:808:8:800::",
    "2002:808:808::1",
    "2001:0:808:808::f7f7:f7f7",
    "::8.8.8.8",
]


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_is_sent_inside_unless_the_operator_allows_it(address):
    ip = ip_address(address)

    assert not within_reach(ip, "public")
    assert not within_reach(ip, "loopback")
    assert within_reach(ip, "private") == (not (ip.is_multicast or ip.is_unspecified))


@pytest.mark.parametrize(
    "address", ["64:ff9b:1::", "2002:e000:1::", "64:ff9b::", "::ffff:224.0.0.1"]
)
def test_a_wrapper_of_nothing_or_of_many_is_sent_to_by_nobody(address):
    assert not any(within_reach(ip_address(address), reach) for reach in REACHES)


ODD = [
    "https://app.example:0/", "https://app.example:65536/", "https://app.example:-1/", "https://127.1/",
    "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://017700000001/", "https://0177.0.0.1/",
    "https://127.0.0.1./", "https://1.1.1.1./", "https://8.8.2056/", "https://[fe80::1%25eth0]/", "https://[2606:4700::1%25eth0]/",
    "https://a..b/", "https://app.example../", "https://.example/", "https://user@1.1.1.1/", "https://@1.1.1.1/",
    "https://1.1.1.1\\@10.0.0.1/", "https://app.example%00.evil.example/", "https://app%2eexample/", "https://ⓛocalhost/",
    "https://localhost/", "https://localhost./", "https://LOCALHOST/", "https://app.localhost/", "https://[::ffff:127.0.0.1]/",
    "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:a00:1::]/", "https://1.1.1.1#@10.0.0.1/", "https://[::1]/",
]  # fmt: skip


@pytest.mark.parametrize("url", ODD)
def test_an_odd_spelling_is_refused_when_a_webhook_is_set(url):
    assert isinstance(read_target(url, "public"), str)


@pytest.mark.parametrize(
    "url",
    ["https://app.example/", "https://app.example./", "https://a-b.c_d.example:65535/x", "https://1.1.1.1/", "https://xn--r8jz45g.example/",
     "https://[2606:4700:4700::1111]:8443/"],
)  # fmt: skip
def test_a_plain_spelling_is_taken(url):
    assert not isinstance(read_target(url, "public"), str)


@pytest.mark.parametrize("address", LOOPBACK)
def test_this_machine_is_reached_unless_the_operator_says_public(address):
    ip = ip_address(address)

    assert [within_reach(ip, reach) for reach in REACHES] == [False, True, True]
    assert [may_speak("http", ip, reach) for reach in REACHES] == [False, True, True]


@pytest.mark.parametrize("address", OUTSIDE)
def test_the_open_network_is_reached_over_https_alone(address):
    ip = ip_address(address)

    assert [may_speak("https", ip, reach) for reach in REACHES] == [True, True, True]
    assert [may_speak("http", ip, reach) for reach in REACHES] == [False, False, True]


def test_a_reach_that_is_none_is_refused_and_the_open_network_is_the_default():
    with pytest.raises(
        InvalidError, match=r"webhook_reach .* public, loopback, private, not 'moon'"
    ):
        load_settings("home", {"LODESTONE_WEBHOOK_REACH": "moon"}, "")

    assert load_settings("home", {}, "").webhook_reach == "public"
    assert load_settings("home", {}, 'webhook_reach = "private"').webhook_reach == "private"


@pytest.mark.parametrize(
    ("url", "reach", "told"),
    [
        ("ftp://app.example/", "private", "must begin with https"),
        ("https://", "private", "must begin with https"),
        ("https:///path", "private", "must begin with https"),
        ("//app.example/", "private", "must begin with https"),
        ("https://user@app.example/", "private", "neither a user nor a fragment"),
        ("https://user:word@app.example/", "private", "neither a user nor a fragment"),
        ("https://app.example/#part", "private", "neither a user nor a fragment"),
        ("https://app.example:99999/", "private", "is no address"),
        ("https://[::1/", "private", "is no address"),
        ("https://app.example/a b", "private", "printable ASCII"),
        ("https://app.example/\nHost: x", "private", "printable ASCII"),
        ("https://茶.example/", "private", "printable ASCII"),
        ("http://app.example/", "loopback", "must be https"),
        ("http://10.0.0.1/", "loopback", "must be https"),
        ("https://10.0.0.1/", "loopback", "sends no webhooks"),
        ("https://169.254.169.254/latest/meta-data", "loopback", "sends no webhooks"),
        ("https://[::ffff:10.0.0.1]/", "loopback", "sends no webhooks"),
        ("https://[fd00::1]/", "loopback", "sends no webhooks"),
        ("https://127.0.0.1/", "public", "sends no webhooks"),
        ("http://localhost:9000/", "public", "sends no webhooks"),
    ],
)
def test_an_address_that_cannot_stand_is_refused_with_the_reason(url, reach, told):
    assert told in read_target(url, reach)


@pytest.mark.parametrize(
    ("url", "reach", "host", "port"),
    [
        ("https://app.example/hook", "public", "app.example", 443),
        ("https://1.1.1.1:8443", "public", "1.1.1.1", 8443),
        ("http://127.0.0.1:9000/hook", "loopback", "127.0.0.1", 9000),
        ("http://[::1]:9000/", "loopback", "::1", 9000),
        ("http://localhost/", "loopback", "localhost", 80),
        ("http://10.0.0.5/hook", "private", "10.0.0.5", 80),
    ],
)
def test_an_address_within_reach_stands(url, reach, host, port):
    target = read_target(url, reach)

    assert (target.host, target.port) == (host, port)
