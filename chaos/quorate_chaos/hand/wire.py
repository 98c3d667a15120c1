"""Protocol buffers, as far as the few messages here need them; nothing is generated for Python."""

from collections.abc import Iterator, Sequence

# A field and its value. None is left out; a list is a message, or several of them if it holds any.
Value = int | str | bytes | list["Field"] | None
Field = tuple[int, Value]
Message = dict[int, list[int | bytes]]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def zigzag(number: int) -> int:
    """As sint64 has it."""
    return number * 2 if number >= 0 else -number * 2 - 1


def encode(fields: Sequence[Field]) -> bytes:
    out = b""
    for number, value in fields:
        if value is None:
            continue
        if isinstance(value, int):
            out += _varint(number << 3 | VARINT) + _varint(value)
            continue
        if isinstance(value, str):
            value = value.encode()
        raw = value if isinstance(value, bytes) else encode(value)
        out += _varint(number << 3 | BYTES) + _varint(len(raw)) + raw
    return out


def decode(raw: bytes) -> Message:
    """All fields by number, each with its values in order."""
    message: Message = {}
    for number, value in _fields(raw):
        message.setdefault(number, []).append(value)
    return message


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0

    def varint() -> int:
        nonlocal at
        number = shift = 0
        while True:
            byte = raw[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while at < len(raw):
        tag = varint()
        kind = tag & 7
        if kind == VARINT:
            yield tag >> 3, varint()
            continue
        size = varint() if kind == BYTES else 8 if kind == FIXED64 else 4
        yield tag >> 3, raw[at : at + size]
        at += size


def number(message: Message, field: int) -> int:
    value = message.get(field, [0])[-1]
    assert isinstance(value, int)
    return value


def data(message: Message, field: int) -> bytes:
    value = message.get(field, [b""])[-1]
    assert isinstance(value, bytes)
    return value


def all_data(message: Message, field: int) -> list[bytes]:
    return [value for value in message.get(field, []) if isinstance(value, bytes)]


def part(message: Message, field: int) -> Message:
    return decode(data(message, field))


def packed(message: Message, field: int) -> list[int]:
    """A repeated number, packed or not."""
    numbers: list[int] = []
    for value in message.get(field, []):
        if isinstance(value, int):
            numbers.append(value)
            continue
        word = shift = 0
        for byte in value:
            word |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                numbers.append(word)
                word = shift = 0
    return numbers
