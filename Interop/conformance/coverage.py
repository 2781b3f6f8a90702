"""What the cases leave out: methods that none calls, reasons of errors that none provokes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from cases import Schema, load
from driver import CODES

FILES = ("cases.yaml", "tenancy.yaml", "keys.yaml")
# As the comments of Protos/ say it: "ErrorInfo TENANT_NOT_ACTIVE, NO_CHANGE or QUOTA_EXCEEDED", and
# whatever else stands in capitals in a paragraph of errors, but for the codes.
REASON = r"\b[A-Z]{2,}(?:_[A-Z]+)+\b"
NAMED = re.compile(rf"ErrorInfo\s+({REASON})")
PARAGRAPH = re.compile(r"Errors:(.*?)(?:HTTP route|$)")
COMMENT = re.compile(r"(?:^[ ]*//[^\n]*\n)+", re.MULTILINE)
# Tools call it, which read the schema through it themselves.
LEFT_OUT = "grpc.reflection."
TENANCY = "bfc.tenancy."


def gaps(schema: Schema, folder: Path) -> list[str]:
    cases = [case for name in FILES for case in flat(load(folder / name))]
    explained = yaml.safe_load((folder / "left-out.yaml").read_text()) or {}
    called = {f"{case['service']}/{case['method']}" for case in cases}
    methods = {name for name in schema.methods() if not name.startswith(LEFT_OUT)}
    provoked = {
        case.get("expect", {}).get("details", {}).get("ErrorInfo", {}).get("reason")
        for case in cases}
    left = (methods - called) | (reasons(folder.parent.parent / "Protos" / "bfc") - provoked)
    return [
        *(f"{case['name']}: the case names no details of its error" for case in cases
          if lacks_details(case)),
        *(f"{name}: no case has it, and left-out.yaml does not say why"
          for name in sorted(left - explained.keys())),
        *(f"{name}: left-out.yaml explains it, but a case has it, or nothing does"
          for name in sorted(explained.keys() - left))]


def lacks_details(case: dict[str, Any]) -> bool:
    """Whether a tenancy service refuses a case that does not name with what: the reason, and which
    field or which quota. A client that cancels a call was refused nothing."""
    expect = case.get("expect", {})
    if not case["service"].startswith(TENANCY) or expect.get("code", "OK") in ("OK", "CANCELLED"):
        return False
    details = expect.get("details", {})
    named = [
        details.get("BadRequest", {}).get("fieldViolations"),
        details.get("QuotaFailure", {}).get("violations")]
    return not details or "*" in named


def flat(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for case in cases for one in [case, *flat(case.get("meanwhile", []))]]


def reasons(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in folder.rglob("*.proto"):
        for comment in COMMENT.findall(path.read_text()):
            text = re.sub(r"\s*//\s?", " ", comment)
            found.update(NAMED.findall(text))
            for paragraph in PARAGRAPH.findall(text):
                found.update(re.findall(REASON, paragraph))
    return found - set(CODES)
