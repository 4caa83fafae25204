# SPDX-License-Identifier: GPL-2.0-only
"""The methods of gong_calls.py, each called."""

import ctypes
import errno

import gong_calls as gong


def fails(number, call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        same(error.errno, number)
    else:
        raise SystemExit(f"{call} did not fail")


def refuses(kind, call, *arguments):
    try:
        call(*arguments)
    except kind:
        return
    raise SystemExit(f"{call} did not raise {kind}")


def same(found, wanted):
    if found != wanted:
        raise SystemExit(f"{found!r} instead of {wanted!r}")


def numbers(device):
    same(device.set_mode(9), 9)
    fails(errno.EINVAL, device.set_mode, -9)
    refuses(OverflowError, device.set_mode, 1 << 31)
    word = (1 << 8 * ctypes.sizeof(ctypes.c_ulong)) - 1
    same(device.set_word(word), None)
    same(device.set_offset(-5), None)
    fails(errno.EDOM, device.set_offset, 5000)
    device.set_limit(8)
    same(device.get_limit(), 8)
    same(device.level(), 7)
    fails(errno.ENOTTY, device.future)
    channel = gong.GongChannel(gain=5, _reserved0=1)
    same(device.channel(7, channel), None)
    same((channel.gain, channel._reserved0), (12, 0))
    refuses(IndexError, device.channel, 8, channel)


def structures(device):
    device.reset()
    mallet = gong.GongConfigMode.GONG_MALLET_WOOD
    flags = gong.GongConfigFlags.GONG_CONFIG_MUFFLED | gong.GONG_CONFIG_COUNTED
    config = gong.GongConfig(flags=flags, mode=mallet, level=-gong.GONG_LEVEL_MAX, delay_ns=5)
    config._reserved0[0] = 1
    device.set_config(config)
    same(config._reserved0[0], 1)
    got = device.get_config()
    same((got.flags, got.mode, got.level, got.delay_ns), (3, 4, -10, 5))
    config.flags = 4
    fails(errno.EINVAL, device.set_config, config)
    refuses(TypeError, device.set_config, got.flags)
    query = gong.GongQuery(flags=1, depth=5)
    device.query(query)
    same((query.size, query.depth), (24, 6))
    device.tune(gong.GongTune(gain=1, _reserved0=7))
    same(device.stats().errors, 0)
    blob = gong.GongBlob(key=0xFE)
    blob.data[247] = 0xFF
    device.blob(blob)
    same(blob.data[247], 1)
    legacy = gong.GongLegacy(when=-5, total=8)
    device.legacy(legacy)
    same((legacy.when, legacy.total), (-4, 9))


def arrays(device):
    samples = gong.GongSamples()
    elements = device.samples(samples, [gong.GongSample(value=7), gong.GongSample(value=-1)])
    same((samples.count, [element.value for element in elements]), (2, [-7, 1]))
    same(len(device.samples(samples, [])), 0)
    length, name = device.name(8)
    same((length, bytes(name)[:4]), (5, b"gong"))
    fails(errno.E2BIG, device.name, 0x4000)
    source, to = (ctypes.c_uint8 * 3)(1, 2, 3), (ctypes.c_uint8 * 3)()
    exchange = gong.GongExchange(length=3)
    exchange.from_, exchange.to = gong.address(source), gong.address(to)
    device.exchange(exchange)
    same((exchange.copied, list(to)), (3, [1, 2, 3]))
    with device.open_stream(gong.GongStream(flags=1, depth=2)) as stream:
        assert stream.fileno() > 2
    refuses(ValueError, stream.fileno)


with gong.Device() as device:
    numbers(device)
    structures(device)
    arrays(device)
refuses(ValueError, device.reset)
