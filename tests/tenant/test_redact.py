import pytest

from o365nb.tenant import redact

JWT = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL2dyYXBoIn0.SflKxwRJSMeKKF2QT4"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"token {JWT} refused", JWT),
        (f"Authorization: Bearer {JWT}", JWT),
        ("Authorization: Bearer opaque-token-1234567890", "opaque-token-1234567890"),
        ("grant_type=client_credentials&client_secret=s3cr~t.Val&scope=x", "s3cr~t.Val"),
        ('{"refresh_token": "0.AX-abc", "x": 1}', "0.AX-abc"),
        ('{"passwordProfile":{"password":"Tr0ub4dor & 3","force":true}}', "Tr0ub4dor"),
        ('{"newPassword":"a\\"b c"}', 'b c"'),
        ("'client_assertion': 'abc.def'", "abc.def"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----", "MIIEvQ"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEvQ", "MIIEvQ"),
    ],
)
def test_what_looks_like_a_secret_is_blanked(text, secret):
    assert secret not in redact(text)
    assert "[redacted]" in redact(text)


def test_a_secret_known_by_value_is_blanked_anywhere():
    assert redact("the value hunter2! is wrong", "hunter2!") == "the value [redacted] is wrong"


def test_ordinary_words_stay():
    text = "Password reset of anna@contoso.example failed: the password does not meet the policy"
    assert redact(text) == text


def test_the_text_is_one_terminal_safe_line_of_bounded_length():
    assert redact("a\nb\x1b[2Jc\u202e", limit=400) == "a bc\\u202e"
    assert redact("x" * 500, limit=10) == "x" * 10 + "…"
