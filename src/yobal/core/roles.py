"""What a moderator may do: a lead can also invite people."""

from typing import Final, Literal, get_args

Role = Literal["lead", "moderator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
