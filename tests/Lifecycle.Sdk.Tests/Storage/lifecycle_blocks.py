"""Decodes point blocks, written from FORMAT.md alone: standard library only, any Python 3.8 or later."""
import struct


def _crc32c_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ 0x82F63B78 if byte & 1 else byte >> 1
        table.append(byte)
    return table


_TABLE = _crc32c_table()


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def block_length(data, at=0):
    """The length in bytes of the block that begins at an offset."""
    return 16 + (116 if data[at + 1] & 1 else 0) + struct.unpack_from("<I", data, at + 4)[0]


def decode(block):
    """Returns the points of one block as (steps, timestamps, value bits): lists of int, value bits being the double's 64 bits."""
    version, flags, count, body_length, body_crc, header_crc = struct.unpack_from("<BBHIII", block)
    header_length = 16 + (116 if flags & 1 else 0)
    body = block[header_length:]
    if version != 1 or len(body) != body_length:
        raise ValueError("not one whole block of version 1")
    if crc32c(block[16:header_length], crc32c(block[:12])) != header_crc or crc32c(body) != body_crc:
        raise ValueError("checksum")
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = body[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def zigzag():
        value = varint()
        return (value >> 1) ^ -(value & 1)

    def unpack(n, width):
        nonlocal at
        size = (n * width + 7) // 8
        number = int.from_bytes(body[at:at + size], "little")
        at += size
        return [(number >> (i * width)) & ((1 << width) - 1) for i in range(n)]

    def integers():
        column = [zigzag()]
        while len(column) < count:
            width, at_least = body_byte(), zigzag()
            for excess in unpack(min(64, count - len(column)), width):
                column.append((column[-1] + at_least + excess + (1 << 63)) % (1 << 64) - (1 << 63))
        return column

    def body_byte():
        nonlocal at
        at += 1
        return body[at - 1]

    def doubles():
        column = []
        while len(column) < count:
            n, head, form = min(64, count - len(column)), body_byte(), body_byte()
            if head & 0x80:
                numbers, at_least = [varint()], zigzag()
                for excess in unpack(n - 1, head & 0x7F):
                    numbers.append((numbers[-1] + at_least + excess) % (1 << 64))
            else:
                at_least = varint()
                numbers = [at_least + excess for excess in unpack(n, head)]
            shift, signs = form & 0x3F, form & 0x80
            column += [(x >> 1 << shift) | (x & 1) << 63 if signs else x << shift for x in numbers]
        return column

    points = integers(), integers(), doubles()
    if at != len(body):
        raise ValueError("bytes follow the columns")
    return points
