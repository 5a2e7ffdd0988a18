"""Run a program that dies with its parent, and not as root: ``launch.py PARENT SIGNAL USER REACH PROGRAM``.

A script of its own, standard library only: it changes the process it runs in and then becomes the
program. ``PARENT`` is the process id that must still be our parent, ``SIGNAL`` what the kernel sends
the program when that parent dies, ``USER`` is ``uid:gid`` or ``-``, and ``REACH`` is ``1`` when that
user may walk through folders that are closed to it.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Capabilities(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def die_with(parent: int, signal: int) -> None:
    """Ask the kernel for ``signal`` when the parent dies; leave at once if it is dead already."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def become(uid: int, gid: int, *, reach: bool) -> None:
    """Give up root; with ``reach``, keep only the right to walk through closed folders.

    A checkout under ``/root`` is closed to everybody else. Opening it up would be the worse deal.
    """
    libc = ctypes.CDLL(None) if reach else None
    if libc:
        # Else the change of user would take the right away, and access(2) would not count it.
        libc.prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if libc:
        mask = 1 << CAP_DAC_OVERRIDE
        sets = (_Capabilities * 2)(_Capabilities(mask, mask, mask), _Capabilities(0, 0, 0))
        libc.capset(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), ctypes.byref(sets))
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def main() -> None:
    parent, signal, user, reach, *program = sys.argv[1:]
    if user != "-":
        uid, gid = user.split(":")
        become(int(uid), int(gid), reach=reach == "1")
    # After the change of user: the kernel forgets the wish when the credentials change.
    die_with(int(parent), int(signal))
    os.execvp(program[0], program)  # noqa: S606 - becoming the program is the point


if __name__ == "__main__":
    main()
