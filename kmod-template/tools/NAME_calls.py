# SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note
# ${stamp}
"""The commands of ${title|string} as methods, for Python 3.8 and later.

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
//% for machine in machines
    ("${machine[0]}", "${machine[1]}"),
//% endfor
)
# The ABI by family, size of a pointer, and alignment of 64-bit integers in structures.
_ABIS = {
//% for abi in abis
    ("${abi.family}", ${abi.pointer}, ${abi.align}): "${abi.name}",
//% endfor
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

//% for constant in constants

//% for line in constant.docs
# ${line|comment}
//% endfor
${constant.name} = ${constant.value}
//% endfor

# What differs between ABIs: the numbers of commands, a family's first, and an array's for no bytes.
//% for group in numbers
//% if loop.length == 1
_LARGEST = ${group.largest}
//% for number in group.numbers
${number[0]} = ${number[1]|hex}
//% endfor
//% else
//% if loop.last
else:
//% elif loop.first
if _ABI in (${group.abis|list}):
//% else
elif _ABI in (${group.abis|list}):
//% endif
    _LARGEST = ${group.largest}
//% for number in group.numbers
    ${number[0]} = ${number[1]|hex}
//% endfor
//% endif
//% endfor
//% for enum in enums


class ${enum.class}(enum.${enum.base}):
    """What `${enum.member|string}` of `${enum.record|string}` may be."""

//% for value in enum.values
    ${value[0]} = ${value[1]}
//% endfor
//% endfor
//% for record in records


class ${record.class}(ctypes.${record.base}):
    """${record.summary|string}
//% for line in record.details
//% if line

    ${line|string}
//% endif
//% endfor
//% if record.members

//% endif
//% for member in record.members
    ${member.name}: ${member.docs|string}
//% endfor
    """

//% for layout in record.layouts
//% if loop.length == 1
//% if layout.packed
    _pack_ = 1
    _layout_ = "ms"
//% endif
    _fields_ = [
//% for field in layout.fields
        ("${field[0]}", ${field[1]|code}),
//% endfor
    ]
//% else
//% if loop.last
    else:
//% elif loop.first
    if _ABI in (${layout.abis|list}):
//% else
    elif _ABI in (${layout.abis|list}):
//% endif
//% if layout.packed
        _pack_ = 1
        _layout_ = "ms"
//% endif
        _fields_ = [
//% for field in layout.fields
            ("${field[0]}", ${field[1]|code}),
//% endfor
        ]
//% endif
//% endfor


//% for layout in record.layouts
//% if loop.length == 1
_holds(
    ${record.class},
    ${layout.size},
    (
//% for offset in layout.offsets
        ("${offset[0]}", ${offset[1]}),
//% endfor
    ),
)
//% else
//% if loop.last
else:
//% elif loop.first
if _ABI in (${layout.abis|list}):
//% else
elif _ABI in (${layout.abis|list}):
//% endif
    _holds(
        ${record.class},
        ${layout.size},
        (
//% for offset in layout.offsets
            ("${offset[0]}", ${offset[1]}),
//% endfor
        ),
    )
//% endif
//% endfor
//% endfor

# Members that are reserved, that hold structures, and that hold the size.
_RESERVED = {
//% for record in records
//% if record.reserved
    ${record.class}: (${record.reserved|list}),
//% endif
//% endfor
}
_NESTED = {
//% for record in records
//% if record.nested
    ${record.class}: (
//% for nested in record.nested
        ("${nested[0]}", ${nested[1]|code}),
//% endfor
    ),
//% endif
//% endfor
}
_SIZES = {
//% for record in records
//% if record.size
    ${record.class}: "${record.size}",
//% endif
//% endfor
}


class ${file_class}:
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
//% for it in files


class ${it.class}(${file_class}):
    """${it.docs|string}"""
//% if it.path

    def __init__(self, path="${it.path|string}", flags=os.O_RDWR):
        super().__init__(os.open(path, flags | os.O_CLOEXEC))
//% endif
//% for call in it.calls

    def ${call.method}(self${call.parameters|code}):
//% if call.details
        """${call.summary|string}
//% for line in call.details
//% if line

        ${line|string}
//% endif
//% endfor
        """
//% else
        """${call.summary|string}"""
//% endif
//% for line in call.lines
        ${line|code}
//% endfor
//% endfor
//% endfor
