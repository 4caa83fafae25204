# SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note
# Made by ioctl-gen 0.1.0: body d3be1eb80315
"""The commands of /dev/echo as methods, for Python 3.8 and later.

A method returns what its command returns: nothing, a number, or a file that closes itself at the
end of a `with`; followed by what the kernel wrote, unless the caller passed an object for it.
Reserved members are cleared and sizes are filled in before the kernel reads them. Errors
are OSError with the number of the error.

A call that a signal interrupts is not repeated: it raises InterruptedError. The kernel restarts by
itself what can be restarted, and of the rest only the caller knows whether it may be done twice.
"""

import ctypes
import enum
import errno
import operator
import os

# How os.uname() begins to call a machine, and its family.
_MACHINES = (
    ("aarch64", "arm"),
    ("alpha", "alpha"),
    ("arc", "arc"),
    ("arm", "arm"),
    ("csky", "csky"),
    ("i3", "x86"),
    ("i4", "x86"),
    ("i5", "x86"),
    ("i6", "x86"),
    ("loongarch", "loongarch"),
    ("m68k", "m68k"),
    ("microblaze", "microblaze"),
    ("mips", "mips"),
    ("nios2", "nios2"),
    ("openrisc", "openrisc"),
    ("parisc", "parisc"),
    ("ppc", "powerpc"),
    ("riscv", "riscv"),
    ("s390", "s390"),
    ("sh", "sh"),
    ("sparc", "sparc"),
    ("x86_64", "x86"),
    ("xtensa", "xtensa"),
)
# The ABI by family, size of a pointer, and alignment of 64-bit integers in structures.
_ABIS = {
    ("x86", 8, 8): "x86_64",
    ("x86", 4, 8): "x32",
    ("x86", 4, 4): "i386",
    ("arm", 8, 8): "aarch64",
    ("arm", 4, 8): "arm",
    ("riscv", 8, 8): "riscv64",
    ("riscv", 4, 8): "riscv32",
    ("powerpc", 8, 8): "powerpc64",
    ("powerpc", 4, 8): "powerpc",
    ("mips", 8, 8): "mips_n64",
    ("mips", 4, 8): "mips_n32",
    ("s390", 8, 8): "s390x",
    ("s390", 4, 8): "s390",
    ("sparc", 8, 8): "sparc64",
    ("sparc", 4, 8): "sparc",
    ("alpha", 8, 8): "alpha",
    ("m68k", 4, 2): "m68k",
    ("parisc", 4, 8): "parisc",
    ("sh", 4, 4): "sh",
    ("arc", 4, 4): "arc",
    ("xtensa", 4, 8): "xtensa",
    ("openrisc", 4, 4): "openrisc",
    ("loongarch", 8, 8): "loongarch64",
    ("csky", 4, 4): "csky",
    ("microblaze", 4, 4): "microblaze",
    ("nios2", 4, 4): "nios2",
}


class _Probe(ctypes.Structure):
    _fields_ = [("byte", ctypes.c_uint8), ("wide", ctypes.c_uint64)]


def _abi():
    """The ABI of this interpreter."""
    machine = os.uname().machine
    families = [family for begin, family in _MACHINES if machine.startswith(begin)]
    for family in families:
        abi = _ABIS.get((family, ctypes.sizeof(ctypes.c_void_p), _Probe.wide.offset))
        if abi:
            return abi
    raise ImportError(f"{__name__} has no numbers for {machine}")


_ABI = _abi()
# fcntl.ioctl() takes neither words with the highest bit set nor addresses.
_IOCTL = ctypes.CDLL(None, use_errno=True).ioctl
_IOCTL.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong)
_IOCTL.restype = ctypes.c_int


def _call(file, number, argument=0):
    if not isinstance(argument, int):
        argument = ctypes.addressof(argument)
    result = _IOCTL(file.fileno(), number, argument)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _holds(kind, size, offsets):
    """Refuses to go on with a structure that is not laid out as the kernel has it."""
    for name, offset in offsets:
        if getattr(kind, name).offset != offset:
            raise ImportError(f"{kind.__name__}.{name} is not at byte {offset} on {_ABI}")
    if ctypes.sizeof(kind) != size:
        raise ImportError(
            f"{kind.__name__} is {ctypes.sizeof(kind)} bytes on {_ABI}, expected {size}")


def _integer(kind, value):
    """An integer that fits: ctypes would cut it."""
    made = kind(operator.index(value))
    if made.value != value:
        raise OverflowError(f"{value} does not fit {kind.__name__}")
    return made


def _checked(kind, it):
    if not isinstance(it, kind):
        raise TypeError(f"expected {kind.__name__}, got {type(it).__name__}")
    return it


def _prepared(kind, it):
    """Clears what is reserved, and fills in the size."""
    if issubclass(kind, ctypes.Array):
        for element in it:
            _prepared(kind._type_, element)
    for name in _RESERVED.get(kind, ()):
        place = getattr(kind, name)
        ctypes.memset(ctypes.addressof(it) + place.offset, 0, place.size)
    for name, inner in _NESTED.get(kind, ()):
        _prepared(inner, getattr(it, name))
    if kind in _SIZES:
        setattr(it, _SIZES[kind], ctypes.sizeof(kind))
    return it


def _copied(kind, it):
    return _prepared(kind, kind.from_buffer_copy(_checked(kind, it)))


def _elements(kind, values):
    """An array of a caller's elements."""
    if issubclass(kind, ctypes._SimpleCData):
        values = [_integer(kind, value).value for value in values]
    else:
        values = [_copied(kind, value) for value in values]
    return (kind * len(values))(*values)


def _room(kind, array, counter, element, count):
    """A structure with an array of that many elements behind it, and the array."""
    start = getattr(kind, array).offset
    size = max(ctypes.sizeof(kind), start + ctypes.sizeof(element) * count)
    memory = (ctypes.c_uint8 * size)()
    it = kind.from_buffer(memory)
    setattr(it, counter[0], _integer(counter[1], count).value)
    return it, (element * count).from_buffer(memory, start)


def _filled(kind, it, array, counter, values):
    """The same, filled with what a caller passes."""
    made, elements = _room(kind, array, counter, values._type_, len(values))
    count = getattr(made, counter[0])
    _moved(kind, made, _checked(kind, it))
    _prepared(kind, made)
    setattr(made, counter[0], count)
    _moved(elements, elements, values)
    return made, elements


def _moved(kind, to, it):
    ctypes.memmove(ctypes.addressof(to), ctypes.addressof(it), ctypes.sizeof(kind))


def _sized(number, array):
    """The number for an array of that size."""
    if ctypes.sizeof(array) > _LARGEST:
        raise OSError(errno.E2BIG, os.strerror(errno.E2BIG))
    return number | ctypes.sizeof(array) << 16


def _member(number, index, last):
    """The number of a member of a family."""
    index = operator.index(index)
    if not 0 <= index <= last:
        raise IndexError(f"index {index} is out of range 0 to {last}")
    return number + index


def address(memory):
    """The address of a ctypes object, for a member that holds one; keep the object until the call
    is done."""
    return ctypes.addressof(memory)


# The channels that there are, a bit each.
ECHO_MONITOR_ALL = 255

# The monitor does not wait: EAGAIN where nothing has been sent.
ECHO_MONITOR_NONBLOCK = 1

# The eventfd is signalled once, and not again.
ECHO_EVENTFD_ONCE = 1

# The type letter of all commands.
ECHO_IOC_TYPE = 233

# Nothing comes back.
ECHO_CONFIG_MUTED = 1

# Messages are kept for ECHO_LIST_MESSAGES.
ECHO_CONFIG_KEEP = 2

# What comes back is what was sent.
ECHO_MODE_PLAIN = 0

# The last byte comes back first.
ECHO_MODE_REVERSED = 1

# ASCII letters come back as capitals.
ECHO_MODE_UPPER = 2

# The largest echo_config.repeat.
ECHO_REPEAT_MAX = 16

# The largest echo_config.delay_ns: a second.
ECHO_DELAY_MAX_NS = 1000000000

# The message is not kept, and monitors do not see it.
ECHO_TRANSFER_QUIET = 1

# How many channels there are.
ECHO_CHANNELS = 8

# Nothing comes back over the channel.
ECHO_CHANNEL_MUTED = 1

# The largest echo_channel.gain.
ECHO_GAIN_MAX = 24

# What differs between ABIs: the numbers of commands, a family's first, and an array's for no bytes.
if _ABI in ("sparc64",):
    _LARGEST = 16383
    ECHO_RESET = 0x2000e900
    ECHO_GET_INFO = 0x4018e901
    ECHO_GET_CONFIG = 0x4018e902
    ECHO_SET_CONFIG = 0x8018e903
    ECHO_TRANSFER = 0xc030e904
    ECHO_SET_TIMEOUT = 0x2000e905
    ECHO_OPEN_MONITOR = 0x8008e906
    ECHO_LIST_MESSAGES = 0xc010e907
    ECHO_SET_LIMITS = 0x8010e908
    ECHO_SET_EVENTFD = 0x8010e909
    ECHO_GET_USAGE = 0x4018e90a
    ECHO_GET_CHANNEL = 0x4008e910
    ECHO_SET_CHANNEL = 0x8008e918
    ECHO_MONITOR_NEXT_MESSAGE = 0x4018e940
    ECHO_MONITOR_SKIP = 0x2000e941
    ECHO_MONITOR_COUNT_MESSAGES = 0x2000e942
elif _ABI in ("sparc",):
    _LARGEST = 16383
    ECHO_RESET = 0x2000e900
    ECHO_GET_INFO = 0x4018e901
    ECHO_GET_CONFIG = 0x4018e902
    ECHO_SET_CONFIG = 0x8018e903
    ECHO_TRANSFER = 0xc030e904
    ECHO_SET_TIMEOUT = 0x2000e905
    ECHO_OPEN_MONITOR = 0x8008e906
    ECHO_LIST_MESSAGES = 0xc010e907
    ECHO_SET_LIMITS = 0x8010e908
    ECHO_SET_EVENTFD = 0x8010e909
    ECHO_GET_USAGE = 0x4010e90a
    ECHO_GET_CHANNEL = 0x4008e910
    ECHO_SET_CHANNEL = 0x8008e918
    ECHO_MONITOR_NEXT_MESSAGE = 0x4018e940
    ECHO_MONITOR_SKIP = 0x2000e941
    ECHO_MONITOR_COUNT_MESSAGES = 0x2000e942
elif _ABI in ("parisc",):
    _LARGEST = 16383
    ECHO_RESET = 0x0000e900
    ECHO_GET_INFO = 0x4018e901
    ECHO_GET_CONFIG = 0x4018e902
    ECHO_SET_CONFIG = 0x8018e903
    ECHO_TRANSFER = 0xc030e904
    ECHO_SET_TIMEOUT = 0x0000e905
    ECHO_OPEN_MONITOR = 0x8008e906
    ECHO_LIST_MESSAGES = 0xc010e907
    ECHO_SET_LIMITS = 0x8010e908
    ECHO_SET_EVENTFD = 0x8010e909
    ECHO_GET_USAGE = 0x4010e90a
    ECHO_GET_CHANNEL = 0x4008e910
    ECHO_SET_CHANNEL = 0x8008e918
    ECHO_MONITOR_NEXT_MESSAGE = 0x4018e940
    ECHO_MONITOR_SKIP = 0x0000e941
    ECHO_MONITOR_COUNT_MESSAGES = 0x0000e942
elif _ABI in ("powerpc", "mips_n32",):
    _LARGEST = 8191
    ECHO_RESET = 0x2000e900
    ECHO_GET_INFO = 0x4018e901
    ECHO_GET_CONFIG = 0x4018e902
    ECHO_SET_CONFIG = 0x8018e903
    ECHO_TRANSFER = 0xc030e904
    ECHO_SET_TIMEOUT = 0x2000e905
    ECHO_OPEN_MONITOR = 0x8008e906
    ECHO_LIST_MESSAGES = 0xc010e907
    ECHO_SET_LIMITS = 0x8010e908
    ECHO_SET_EVENTFD = 0x8010e909
    ECHO_GET_USAGE = 0x4010e90a
    ECHO_GET_CHANNEL = 0x4008e910
    ECHO_SET_CHANNEL = 0x8008e918
    ECHO_MONITOR_NEXT_MESSAGE = 0x4018e940
    ECHO_MONITOR_SKIP = 0x2000e941
    ECHO_MONITOR_COUNT_MESSAGES = 0x2000e942
elif _ABI in ("powerpc64", "mips_n64", "alpha",):
    _LARGEST = 8191
    ECHO_RESET = 0x2000e900
    ECHO_GET_INFO = 0x4018e901
    ECHO_GET_CONFIG = 0x4018e902
    ECHO_SET_CONFIG = 0x8018e903
    ECHO_TRANSFER = 0xc030e904
    ECHO_SET_TIMEOUT = 0x2000e905
    ECHO_OPEN_MONITOR = 0x8008e906
    ECHO_LIST_MESSAGES = 0xc010e907
    ECHO_SET_LIMITS = 0x8010e908
    ECHO_SET_EVENTFD = 0x8010e909
    ECHO_GET_USAGE = 0x4018e90a
    ECHO_GET_CHANNEL = 0x4008e910
    ECHO_SET_CHANNEL = 0x8008e918
    ECHO_MONITOR_NEXT_MESSAGE = 0x4018e940
    ECHO_MONITOR_SKIP = 0x2000e941
    ECHO_MONITOR_COUNT_MESSAGES = 0x2000e942
elif _ABI in ("x86_64", "aarch64", "riscv64", "s390x", "loongarch64",):
    _LARGEST = 16383
    ECHO_RESET = 0x0000e900
    ECHO_GET_INFO = 0x8018e901
    ECHO_GET_CONFIG = 0x8018e902
    ECHO_SET_CONFIG = 0x4018e903
    ECHO_TRANSFER = 0xc030e904
    ECHO_SET_TIMEOUT = 0x0000e905
    ECHO_OPEN_MONITOR = 0x4008e906
    ECHO_LIST_MESSAGES = 0xc010e907
    ECHO_SET_LIMITS = 0x4010e908
    ECHO_SET_EVENTFD = 0x4010e909
    ECHO_GET_USAGE = 0x8018e90a
    ECHO_GET_CHANNEL = 0x8008e910
    ECHO_SET_CHANNEL = 0x4008e918
    ECHO_MONITOR_NEXT_MESSAGE = 0x8018e940
    ECHO_MONITOR_SKIP = 0x0000e941
    ECHO_MONITOR_COUNT_MESSAGES = 0x0000e942
else:
    _LARGEST = 16383
    ECHO_RESET = 0x0000e900
    ECHO_GET_INFO = 0x8018e901
    ECHO_GET_CONFIG = 0x8018e902
    ECHO_SET_CONFIG = 0x4018e903
    ECHO_TRANSFER = 0xc030e904
    ECHO_SET_TIMEOUT = 0x0000e905
    ECHO_OPEN_MONITOR = 0x4008e906
    ECHO_LIST_MESSAGES = 0xc010e907
    ECHO_SET_LIMITS = 0x4010e908
    ECHO_SET_EVENTFD = 0x4010e909
    ECHO_GET_USAGE = 0x8010e90a
    ECHO_GET_CHANNEL = 0x8008e910
    ECHO_SET_CHANNEL = 0x4008e918
    ECHO_MONITOR_NEXT_MESSAGE = 0x8018e940
    ECHO_MONITOR_SKIP = 0x0000e941
    ECHO_MONITOR_COUNT_MESSAGES = 0x0000e942


class EchoChannelFlags(enum.IntFlag):
    """What `flags` of `EchoChannel` may be."""

    ECHO_CHANNEL_MUTED = 1


class EchoEventfdFlags(enum.IntFlag):
    """What `flags` of `EchoEventfd` may be."""

    ECHO_EVENTFD_ONCE = 1


class EchoOpenMonitorFlags(enum.IntFlag):
    """What `flags` of `EchoOpenMonitor` may be."""

    ECHO_MONITOR_NONBLOCK = 1


class EchoOpenMonitorChannels(enum.IntFlag):
    """What `channels` of `EchoOpenMonitor` may be."""

    ECHO_MONITOR_ALL = 255


class EchoTransferFlags(enum.IntFlag):
    """What `flags` of `EchoTransfer` may be."""

    ECHO_TRANSFER_QUIET = 1


class EchoConfigFlags(enum.IntFlag):
    """What `flags` of `EchoConfig` may be."""

    ECHO_CONFIG_MUTED = 1
    ECHO_CONFIG_KEEP = 2


class EchoConfigMode(enum.IntEnum):
    """What `mode` of `EchoConfig` may be."""

    ECHO_MODE_PLAIN = 0
    ECHO_MODE_REVERSED = 1
    ECHO_MODE_UPPER = 2


class EchoChannel(ctypes.Structure):
    """One channel.

    flags: ECHO_CHANNEL_*; no bits but ECHO_CHANNEL_FLAGS_VALID
    gain: how loud it is, in decibels; -24 to ECHO_GAIN_MAX
    """

    _fields_ = [
        ("flags", ctypes.c_uint32),
        ("gain", ctypes.c_int32),
    ]


_holds(
    EchoChannel,
    8,
    (
        ("flags", 0),
        ("gain", 4),
    ),
)


class EchoUsage(ctypes.Structure):
    """What has been used.

    Two members have the width of the caller's words, so that 32-bit programs pass another structure, which has another number: EchoUsage32.

    messages: messages that were sent
    failures: messages that did not come back
    bytes: bytes that were sent
    """

    if _ABI in ("x86_64", "aarch64", "riscv64", "powerpc64", "mips_n64", "s390x", "sparc64", "alpha", "loongarch64",):
        _fields_ = [
            ("messages", ctypes.c_ulong),
            ("failures", ctypes.c_ulong),
            ("bytes", ctypes.c_uint64),
        ]
    else:
        _fields_ = [
            ("messages", ctypes.c_ulong),
            ("failures", ctypes.c_ulong),
            ("bytes", ctypes.c_uint64),
        ]


if _ABI in ("x86_64", "aarch64", "riscv64", "powerpc64", "mips_n64", "s390x", "sparc64", "alpha", "loongarch64",):
    _holds(
        EchoUsage,
        24,
        (
            ("messages", 0),
            ("failures", 8),
            ("bytes", 16),
        ),
    )
else:
    _holds(
        EchoUsage,
        16,
        (
            ("messages", 0),
            ("failures", 4),
            ("bytes", 8),
        ),
    )


class EchoEventfd(ctypes.Structure):
    """An eventfd to signal.

    fd: the eventfd; -1 for none
    flags: ECHO_EVENTFD_*; no bits but ECHO_EVENTFD_FLAGS_VALID
    reserved0: zero
    """

    _fields_ = [
        ("fd", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
        ("reserved0", ctypes.c_uint8 * 8),
    ]


_holds(
    EchoEventfd,
    16,
    (
        ("fd", 0),
        ("flags", 4),
        ("reserved0", 8),
    ),
)


class EchoLimits(ctypes.Structure):
    """What all files together may use.

    kept_messages: how many messages are kept; 1 to 65536
    reserved0: zero
    message_max: the longest message, in bytes; 1 to 1048576
    """

    _fields_ = [
        ("kept_messages", ctypes.c_uint32),
        ("reserved0", ctypes.c_uint8 * 4),
        ("message_max", ctypes.c_uint64),
    ]


_holds(
    EchoLimits,
    16,
    (
        ("kept_messages", 0),
        ("reserved0", 4),
        ("message_max", 8),
    ),
)


class EchoMessage(ctypes.Structure):
    """A message that was sent.

    timestamp_ns: when it came back, in nanoseconds of CLOCK_MONOTONIC
    channel: over which channel
    length: bytes that were sent
    reserved0: zero
    """

    _fields_ = [
        ("timestamp_ns", ctypes.c_uint64),
        ("channel", ctypes.c_uint32),
        ("length", ctypes.c_uint32),
        ("reserved0", ctypes.c_uint8 * 8),
    ]


_holds(
    EchoMessage,
    24,
    (
        ("timestamp_ns", 0),
        ("channel", 8),
        ("length", 12),
        ("reserved0", 16),
    ),
)


class EchoMessageList(ctypes.Structure):
    """Messages that were kept.

    count: for how many there is room; behind the call, how many were written
    total: how many are kept: set by the driver
    first: how many of the oldest are left out
    reserved0: zero
    messages: the messages
    """

    _fields_ = [
        ("count", ctypes.c_uint32),
        ("total", ctypes.c_uint32),
        ("first", ctypes.c_uint32),
        ("reserved0", ctypes.c_uint8 * 4),
        ("messages", EchoMessage * 0),
    ]


_holds(
    EchoMessageList,
    16,
    (
        ("count", 0),
        ("total", 4),
        ("first", 8),
        ("reserved0", 12),
        ("messages", 16),
    ),
)


class EchoOpenMonitor(ctypes.Structure):
    """What a monitor sees.

    flags: ECHO_MONITOR_NONBLOCK; no bits but ECHO_OPEN_MONITOR_FLAGS_VALID
    channels: the channels that it sees, a bit each; no bits but ECHO_OPEN_MONITOR_CHANNELS_VALID
    """

    _fields_ = [
        ("flags", ctypes.c_uint32),
        ("channels", ctypes.c_uint32),
    ]


_holds(
    EchoOpenMonitor,
    8,
    (
        ("flags", 0),
        ("channels", 4),
    ),
)


class EchoTransfer(ctypes.Structure):
    """One message.

    The structure grows: its size is in front, and the driver takes any that is at least that of the first version, 40 bytes.

    size: bytes of this structure: set by the call
    flags: ECHO_TRANSFER_*; no bits but ECHO_TRANSFER_FLAGS_VALID
    channel: over which channel; 0 to 7
    reserved0: zero
    input: what is sent
    output: where the driver writes what comes back
    input_len: bytes that are sent
    output_len: for how many bytes there is room; behind the call, how many came back
    timestamp_ns: when the answer came, in nanoseconds of CLOCK_MONOTONIC: set by the driver. Since the second version.
    """

    _fields_ = [
        ("size", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("channel", ctypes.c_uint32),
        ("reserved0", ctypes.c_uint8 * 4),
        ("input", ctypes.c_uint64),
        ("output", ctypes.c_uint64),
        ("input_len", ctypes.c_uint32),
        ("output_len", ctypes.c_uint32),
        ("timestamp_ns", ctypes.c_uint64),
    ]


_holds(
    EchoTransfer,
    48,
    (
        ("size", 0),
        ("flags", 4),
        ("channel", 8),
        ("reserved0", 12),
        ("input", 16),
        ("output", 24),
        ("input_len", 32),
        ("output_len", 36),
        ("timestamp_ns", 40),
    ),
)


class EchoConfig(ctypes.Structure):
    """How a file echoes.

    flags: ECHO_CONFIG_*; no bits but ECHO_CONFIG_FLAGS_VALID
    mode: ECHO_MODE_*; one of ECHO_MODE_PLAIN, ECHO_MODE_REVERSED, ECHO_MODE_UPPER
    repeat: how many times each message comes back; 1 to ECHO_REPEAT_MAX
    reserved0: zero
    delay_ns: how long it takes, in nanoseconds; 0 to ECHO_DELAY_MAX_NS
    """

    _fields_ = [
        ("flags", ctypes.c_uint32),
        ("mode", ctypes.c_uint32),
        ("repeat", ctypes.c_uint32),
        ("reserved0", ctypes.c_uint8 * 4),
        ("delay_ns", ctypes.c_uint64),
    ]


_holds(
    EchoConfig,
    24,
    (
        ("flags", 0),
        ("mode", 4),
        ("repeat", 8),
        ("reserved0", 12),
        ("delay_ns", 16),
    ),
)


class EchoInfo(ctypes.Structure):
    """What the driver can do.

    config_flags: the ECHO_CONFIG_* that it knows
    transfer_flags: the ECHO_TRANSFER_* that it knows
    channels: how many channels there are
    message_max: the longest message, in bytes
    messages: how many messages this file has sent. Since the second version.
    """

    _fields_ = [
        ("config_flags", ctypes.c_uint32),
        ("transfer_flags", ctypes.c_uint32),
        ("channels", ctypes.c_uint32),
        ("message_max", ctypes.c_uint32),
        ("messages", ctypes.c_uint64),
    ]


_holds(
    EchoInfo,
    24,
    (
        ("config_flags", 0),
        ("transfer_flags", 4),
        ("channels", 8),
        ("message_max", 12),
        ("messages", 16),
    ),
)

# Members that are reserved, that hold structures, and that hold the size.
_RESERVED = {
    EchoEventfd: ("reserved0",),
    EchoLimits: ("reserved0",),
    EchoMessage: ("reserved0",),
    EchoMessageList: ("reserved0",),
    EchoTransfer: ("reserved0",),
    EchoConfig: ("reserved0",),
}
_NESTED = {
}
_SIZES = {
    EchoTransfer: "size",
}


class File:
    """An open file, which is closed at the end of a `with`."""

    def __init__(self, fd):
        self._fd = fd

    def fileno(self):
        """The file descriptor."""
        if self._fd < 0:
            raise ValueError("the file is closed")
        return self._fd

    def close(self):
        """Closes the file, if it is open."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Device(File):
    """The file /dev/echo, open."""

    def __init__(self, path="/dev/echo", flags=os.O_RDWR):
        super().__init__(os.open(path, flags | os.O_CLOEXEC))

    def reset(self):
        """Forgets all messages, and sets configuration and channels as they were at first."""
        _call(self, ECHO_RESET)

    def get_info(self):
        """What this driver can do.

        The structure grows: members that the driver does not know are 0.
        """
        arg = EchoInfo()
        _call(self, ECHO_GET_INFO, arg)
        return arg

    def get_config(self):
        """Reads the configuration."""
        arg = EchoConfig()
        _call(self, ECHO_GET_CONFIG, arg)
        return arg

    def set_config(self, arg):
        """Changes the configuration, all of it at once."""
        arg = _copied(EchoConfig, arg)
        _call(self, ECHO_SET_CONFIG, arg)

    def transfer(self, arg):
        """Sends bytes, and waits for what comes back.

        Errors: EFAULT where a buffer cannot be reached, ENOSPC where the answer is longer than its buffer, ETIMEDOUT where it does not come in time, EINTR where a signal comes first; nothing has been sent then.
        """
        _prepared(EchoTransfer, _checked(EchoTransfer, arg))
        _call(self, ECHO_TRANSFER, arg)

    def set_timeout(self, value):
        """How many milliseconds ECHO_TRANSFER waits; 0 waits for ever.

        Returns what it was before.

        Errors: EINVAL where that is over an hour.
        """
        value = _integer(ctypes.c_uint32, value)
        return _call(self, ECHO_SET_TIMEOUT, value.value)

    def open_monitor(self, arg):
        """Opens a file that sees the messages of this one.

        It is closed on exec, and stays when this one is closed.

        Errors: EMFILE and ENFILE where there are too many files.
        """
        arg = _copied(EchoOpenMonitor, arg)
        return EchoMonitor(_call(self, ECHO_OPEN_MONITOR, arg))

    def list_messages(self, arg, elements):
        """The messages that are kept, the oldest first: as many as there is room for, and how many there are."""
        elements = _elements(EchoMessage, elements)
        made, elements = _filled(EchoMessageList, arg, "messages", ("count", ctypes.c_uint32), elements)
        _call(self, ECHO_LIST_MESSAGES, made)
        _moved(EchoMessageList, arg, made)
        return elements

    def set_limits(self, arg):
        """Changes what all files together may use.

        Errors: EPERM without CAP_SYS_ADMIN; EBUSY where more is in use already.
        """
        arg = _copied(EchoLimits, arg)
        _call(self, ECHO_SET_LIMITS, arg)

    def set_eventfd(self, arg):
        """Signals an eventfd for each message; -1 stops that.

        Errors: EBADF where the number is no open file, EINVAL where that is no eventfd.
        """
        arg = _copied(EchoEventfd, arg)
        _call(self, ECHO_SET_EVENTFD, arg)

    def get_usage(self):
        """What has been used, as the first version of the driver counted it.

        Its structure differs between 32-bit and 64-bit programs; ECHO_GET_INFO has what new programs need.
        """
        arg = EchoUsage()
        _call(self, ECHO_GET_USAGE, arg)
        return arg

    def get_channel(self, index):
        """Reads one of the ECHO_CHANNELS channels."""
        arg = EchoChannel()
        _call(self, _member(ECHO_GET_CHANNEL, index, 7), arg)
        return arg

    def set_channel(self, index, arg):
        """Changes one of the ECHO_CHANNELS channels."""
        arg = _copied(EchoChannel, arg)
        _call(self, _member(ECHO_SET_CHANNEL, index, 7), arg)


class EchoMonitor(File):
    """A echo_monitor file."""

    def next_message(self):
        """The next message.

        Waits for one, again after a signal.

        Errors: EAGAIN where there is none and the monitor does not wait; EPIPE where the file that it sees has been closed and there are no more.
        """
        arg = EchoMessage()
        _call(self, ECHO_MONITOR_NEXT_MESSAGE, arg)
        return arg

    def skip(self, value):
        """Leaves out so many messages.

        Returns how many there were.
        """
        value = _integer(ctypes.c_uint32, value)
        return _call(self, ECHO_MONITOR_SKIP, value.value)

    def count_messages(self):
        """How many messages there are to see."""
        return _call(self, ECHO_MONITOR_COUNT_MESSAGES)
