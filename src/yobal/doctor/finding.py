"""The result of one check."""

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """`warn`: the check cannot decide it, and sees no broken promise."""

    what: str
    status: Literal["ok", "warn", "fail"]
    advice: str = ""

    @property
    def is_failure(self) -> bool:
        return self.status == "fail"

    def __str__(self) -> str:
        advice = f": {self.advice}" if self.advice else ""
        return f"{self.status:<4}  {self.what}{advice}"


def ok(what: str) -> Finding:
    return Finding(what, "ok")


def warn(what: str, advice: str) -> Finding:
    return Finding(what, "warn", advice)


def fail(what: str, advice: str) -> Finding:
    return Finding(what, "fail", advice)


def ok_if(is_ok: object, what: str, advice: str) -> Finding:
    return ok(what) if is_ok else fail(what, advice)
