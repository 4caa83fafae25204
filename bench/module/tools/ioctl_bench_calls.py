# SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note
# Made by ioctl-gen 0.1.0: body 274df20e0a39
"""The commands of /dev/ioctl_bench as methods, for Python 3.8 and later.

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


# What differs between ABIs: the numbers of commands, a family's first, and an array's for no bytes.
if _ABI in ("sparc64", "sparc", "parisc",):
    _LARGEST = 16383
    IOCTL_BENCH_WRITE_8 = 0x8008b510
    IOCTL_BENCH_WRITE_64 = 0x8040b511
    IOCTL_BENCH_WRITE_512 = 0x8200b512
    IOCTL_BENCH_WRITE_1024 = 0x8400b513
    IOCTL_BENCH_WRITE_4096 = 0x9000b514
    IOCTL_BENCH_READ_8 = 0x4008b520
    IOCTL_BENCH_READ_64 = 0x4040b521
    IOCTL_BENCH_READ_512 = 0x4200b522
    IOCTL_BENCH_READ_1024 = 0x4400b523
    IOCTL_BENCH_READ_4096 = 0x5000b524
    IOCTL_BENCH_EXCHANGE_8 = 0xc008b530
    IOCTL_BENCH_EXCHANGE_64 = 0xc040b531
    IOCTL_BENCH_EXCHANGE_512 = 0xc200b532
    IOCTL_BENCH_EXCHANGE_1024 = 0xc400b533
    IOCTL_BENCH_EXCHANGE_4096 = 0xd000b534
elif _ABI in ("powerpc64", "powerpc", "mips_n64", "mips_n32", "alpha",):
    _LARGEST = 8191
    IOCTL_BENCH_WRITE_8 = 0x8008b510
    IOCTL_BENCH_WRITE_64 = 0x8040b511
    IOCTL_BENCH_WRITE_512 = 0x8200b512
    IOCTL_BENCH_WRITE_1024 = 0x8400b513
    IOCTL_BENCH_WRITE_4096 = 0x9000b514
    IOCTL_BENCH_READ_8 = 0x4008b520
    IOCTL_BENCH_READ_64 = 0x4040b521
    IOCTL_BENCH_READ_512 = 0x4200b522
    IOCTL_BENCH_READ_1024 = 0x4400b523
    IOCTL_BENCH_READ_4096 = 0x5000b524
    IOCTL_BENCH_EXCHANGE_8 = 0xc008b530
    IOCTL_BENCH_EXCHANGE_64 = 0xc040b531
    IOCTL_BENCH_EXCHANGE_512 = 0xc200b532
    IOCTL_BENCH_EXCHANGE_1024 = 0xc400b533
    IOCTL_BENCH_EXCHANGE_4096 = 0xd000b534
else:
    _LARGEST = 16383
    IOCTL_BENCH_WRITE_8 = 0x4008b510
    IOCTL_BENCH_WRITE_64 = 0x4040b511
    IOCTL_BENCH_WRITE_512 = 0x4200b512
    IOCTL_BENCH_WRITE_1024 = 0x4400b513
    IOCTL_BENCH_WRITE_4096 = 0x5000b514
    IOCTL_BENCH_READ_8 = 0x8008b520
    IOCTL_BENCH_READ_64 = 0x8040b521
    IOCTL_BENCH_READ_512 = 0x8200b522
    IOCTL_BENCH_READ_1024 = 0x8400b523
    IOCTL_BENCH_READ_4096 = 0x9000b524
    IOCTL_BENCH_EXCHANGE_8 = 0xc008b530
    IOCTL_BENCH_EXCHANGE_64 = 0xc040b531
    IOCTL_BENCH_EXCHANGE_512 = 0xc200b532
    IOCTL_BENCH_EXCHANGE_1024 = 0xc400b533
    IOCTL_BENCH_EXCHANGE_4096 = 0xd000b534


class IoctlBench4096(ctypes.Structure):
    """Is not described yet.

    bytes: is not described yet
    """

    _fields_ = [
        ("bytes", ctypes.c_uint8 * 4096),
    ]


_holds(
    IoctlBench4096,
    4096,
    (
        ("bytes", 0),
    ),
)


class IoctlBench1024(ctypes.Structure):
    """Is not described yet.

    bytes: is not described yet
    """

    _fields_ = [
        ("bytes", ctypes.c_uint8 * 1024),
    ]


_holds(
    IoctlBench1024,
    1024,
    (
        ("bytes", 0),
    ),
)


class IoctlBench512(ctypes.Structure):
    """Is not described yet.

    bytes: is not described yet
    """

    _fields_ = [
        ("bytes", ctypes.c_uint8 * 512),
    ]


_holds(
    IoctlBench512,
    512,
    (
        ("bytes", 0),
    ),
)


class IoctlBench64(ctypes.Structure):
    """Is not described yet.

    bytes: is not described yet
    """

    _fields_ = [
        ("bytes", ctypes.c_uint8 * 64),
    ]


_holds(
    IoctlBench64,
    64,
    (
        ("bytes", 0),
    ),
)


class IoctlBench8(ctypes.Structure):
    """Is not described yet.

    bytes: is not described yet
    """

    _fields_ = [
        ("bytes", ctypes.c_uint8 * 8),
    ]


_holds(
    IoctlBench8,
    8,
    (
        ("bytes", 0),
    ),
)

# Members that are reserved, that hold structures, and that hold the size.
_RESERVED = {
}
_NESTED = {
}
_SIZES = {
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
    """The file /dev/ioctl_bench, open."""

    def __init__(self, path="/dev/ioctl_bench", flags=os.O_RDWR):
        super().__init__(os.open(path, flags | os.O_CLOEXEC))

    def write_8(self, arg):
        """Is not described yet."""
        arg = _copied(IoctlBench8, arg)
        _call(self, IOCTL_BENCH_WRITE_8, arg)

    def write_64(self, arg):
        """Is not described yet."""
        arg = _copied(IoctlBench64, arg)
        _call(self, IOCTL_BENCH_WRITE_64, arg)

    def write_512(self, arg):
        """Is not described yet."""
        arg = _copied(IoctlBench512, arg)
        _call(self, IOCTL_BENCH_WRITE_512, arg)

    def write_1024(self, arg):
        """Is not described yet."""
        arg = _copied(IoctlBench1024, arg)
        _call(self, IOCTL_BENCH_WRITE_1024, arg)

    def write_4096(self, arg):
        """Is not described yet."""
        arg = _copied(IoctlBench4096, arg)
        _call(self, IOCTL_BENCH_WRITE_4096, arg)

    def read_8(self):
        """Is not described yet."""
        arg = IoctlBench8()
        _call(self, IOCTL_BENCH_READ_8, arg)
        return arg

    def read_64(self):
        """Is not described yet."""
        arg = IoctlBench64()
        _call(self, IOCTL_BENCH_READ_64, arg)
        return arg

    def read_512(self):
        """Is not described yet."""
        arg = IoctlBench512()
        _call(self, IOCTL_BENCH_READ_512, arg)
        return arg

    def read_1024(self):
        """Is not described yet."""
        arg = IoctlBench1024()
        _call(self, IOCTL_BENCH_READ_1024, arg)
        return arg

    def read_4096(self):
        """Is not described yet."""
        arg = IoctlBench4096()
        _call(self, IOCTL_BENCH_READ_4096, arg)
        return arg

    def exchange_8(self, arg):
        """Is not described yet."""
        _prepared(IoctlBench8, _checked(IoctlBench8, arg))
        _call(self, IOCTL_BENCH_EXCHANGE_8, arg)

    def exchange_64(self, arg):
        """Is not described yet."""
        _prepared(IoctlBench64, _checked(IoctlBench64, arg))
        _call(self, IOCTL_BENCH_EXCHANGE_64, arg)

    def exchange_512(self, arg):
        """Is not described yet."""
        _prepared(IoctlBench512, _checked(IoctlBench512, arg))
        _call(self, IOCTL_BENCH_EXCHANGE_512, arg)

    def exchange_1024(self, arg):
        """Is not described yet."""
        _prepared(IoctlBench1024, _checked(IoctlBench1024, arg))
        _call(self, IOCTL_BENCH_EXCHANGE_1024, arg)

    def exchange_4096(self, arg):
        """Is not described yet."""
        _prepared(IoctlBench4096, _checked(IoctlBench4096, arg))
        _call(self, IOCTL_BENCH_EXCHANGE_4096, arg)
