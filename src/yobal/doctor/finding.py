"""The result of one check."""

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """`warn`: the check cannot decide it, and sees no broken promise."""

    check: str
    status: Literal["ok", "warn", "fail"]
    advice: str = ""

    @property
    def is_failure(self) -> bool:
        return self.status == "fail"

    def __str__(self) -> str:
        advice = f": {self.advice}" if self.advice else ""
        return f"{self.status:<4}  {self.check}{advice}"


def ok(check: str) -> Finding:
    return Finding(check, "ok")


def warn(check: str, advice: str) -> Finding:
    return Finding(check, "warn", advice)


def fail(check: str, advice: str) -> Finding:
    return Finding(check, "fail", advice)


def ok_if(is_ok: object, check: str, advice: str) -> Finding:
    return ok(check) if is_ok else fail(check, advice)
