"""The client led by hand: what it sends and reads are protocol buffers, byte for byte."""

from quorate_chaos.hand import wire


def test_a_message_is_encoded_as_protocol_buffers_are() -> None:
    inner: list[wire.Field] = [(1, 150)]
    assert wire.encode([(1, 150)]) == b"\x08\x96\x01"
    assert wire.encode([(2, "testing")]) == b"\x12\x07testing"
    assert wire.encode([(3, inner), (4, None)]) == b"\x1a\x03\x08\x96\x01"


def test_what_was_encoded_is_decoded_again() -> None:
    raw = wire.encode([(1, 7), (2, b"x"), (2, b"yz"), (16, [(1, 2**60)])])
    message = wire.decode(raw)
    assert wire.number(message, 1) == 7
    assert wire.all_data(message, 2) == [b"x", b"yz"]
    assert wire.number(wire.part(message, 16), 1) == 2**60
    assert wire.number(message, 9) == 0


def test_repeated_numbers_are_read_packed_or_not() -> None:
    assert wire.packed(wire.decode(b"\x3a\x03\x01\xac\x02"), 7) == [1, 300]
    assert wire.packed(wire.decode(b"\x38\x01\x38\xac\x02"), 7) == [1, 300]


def test_numbers_with_a_sign_are_written_zigzag() -> None:
    assert [wire.zigzag(number) for number in (0, -1, 1, -2)] == [0, 1, 2, 3]
