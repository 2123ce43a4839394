"""Makes a command that root runs work as the user whose data it is, so that root owns no file of it.

Otherwise one `yobal story add` as root would leave files that the server cannot write any more.
"""

import contextlib
import ctypes
import os
import pwd
import sys
from pathlib import Path
from typing import Final

from yobal.core.errors import UnsupportedEnvironment

_PR_SET_DUMPABLE: Final = 4  # prctl(2)


def become_owner_of(folder: Path) -> None:
    """For good, if this process is root's and the folder is another user's.

    A folder that does not exist yet will belong to the owner of the nearest folder that does.
    Raises UnsupportedEnvironment if that user may not even read Python.
    """
    if os.geteuid() != 0:
        return
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    user_id, group_id = existing.stat().st_uid, existing.stat().st_gid
    if user_id == 0:
        return
    groups = [group_id]
    with contextlib.suppress(KeyError):  # a container may have no entry for this user
        user = pwd.getpwuid(user_id)
        group_id, groups = user.pw_gid, os.getgrouplist(user.pw_name, user.pw_gid)
    os.setgroups(groups)
    os.setgid(group_id)
    os.setuid(user_id)
    # The kernel now hides this process from its own user, and `yobal doctor` has to read it.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
    if not os.access(os.__file__, os.R_OK):
        raise UnsupportedEnvironment(
            f"{folder} belongs to another user (id {user_id}), who may not read the Python at "
            f"{sys.prefix}: install Yobal where that user can read it, such as /opt/yobal"
        )
