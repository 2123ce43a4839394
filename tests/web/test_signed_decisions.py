"""A decision counts only with the signature of the member who is signed in, over exactly this decision."""

import base64
from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.harness import NewsroomHarness, moderator_of
from tests.in_process_client import DeskClient
from yobal.demo.decision_signer import DecisionSigner

Change = Callable[[NewsroomHarness, dict[str, Any]], dict[str, Any]]


def _by_another_member(newsroom: NewsroomHarness, body: dict[str, Any]) -> dict[str, Any]:
    newsroom.signer("Dara")
    unsigned = {key: body[key] for key in ("verdict", "comment_id", "clause")}
    return newsroom.signer("Dara").signed_body("decide", unsigned)


def _by_a_stranger(newsroom: NewsroomHarness, body: dict[str, Any]) -> dict[str, Any]:
    stranger = DecisionSigner(newsroom.components, bytes(32))
    unsigned = {key: body[key] for key in ("verdict", "comment_id", "clause")}
    return stranger.signed_body("decide", unsigned)


def _of_another_comment(newsroom: NewsroomHarness, body: dict[str, Any]) -> dict[str, Any]:
    signature = newsroom.signer().reject(newsroom.send("Another.").id, clause=body["clause"])
    return body | {"signature": base64.b64encode(signature.signature).decode()}


CHANGES: Final[dict[str, Change]] = {
    "another clause": lambda _, body: body | {"clause": "threats"},
    "an unknown head": lambda _, body: body | {"head": "a" * 64},
    "no signature": lambda _, body: body | {"signature": base64.b64encode(bytes(64)).decode()},
    "by another member": _by_another_member,
    "by a stranger": _by_a_stranger,
    "of another comment": _of_another_comment,
}


def _signed_rejection(newsroom: NewsroomHarness, comment_id: str) -> dict[str, Any]:
    body = {"verdict": "reject", "comment_id": comment_id, "clause": "spam"}
    return newsroom.signer().signed_body("decide", body)


@pytest.mark.parametrize("name", CHANGES)
def test_a_decision_that_is_not_signed_is_refused(
    desk: DeskClient, newsroom: NewsroomHarness, name: str
) -> None:
    sent = newsroom.send()
    body = CHANGES[name](newsroom, _signed_rejection(newsroom, sent.id))
    response = desk.post("decide", body)
    assert (response.status, response.json["error"]) == (409, "signature_invalid")
    assert "nothing was decided or lost" in response.json["message"]
    assert newsroom.state(sent.id) == "pending"
    assert newsroom.read_table("decisions") == []
    assert desk.post("decide", _signed_rejection(newsroom, sent.id)).status == 200


@pytest.mark.parametrize("name", CHANGES)
def test_control_without_the_check_it_is_stored(
    desk: DeskClient,
    newsroom: NewsroomHarness,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setattr("yobal.core.decision_signature.Signers.is_genuine", lambda *_: True)
    sent = newsroom.send()
    body = CHANGES[name](newsroom, _signed_rejection(newsroom, sent.id))
    assert desk.post("decide", body).status == 200


@pytest.mark.parametrize("field", ["text", "name", "lang"])
def test_the_signature_covers_what_will_appear(
    desk: DeskClient, newsroom: NewsroomHarness, field: str
) -> None:
    sent = newsroom.send("Words.", name="Reader")
    body = {
        "verdict": "publish_edited",
        "comment_id": sent.id,
        "text": "Other words.",
        "name": "Reader",
        "lang": "en",
        "edit_kind": "reworded",
        "clause": "respect",
    }
    signed = newsroom.signer().signed_body("decide", body)
    changed = desk.post("decide", signed | {field: "km"})
    assert (changed.status, changed.json["error"]) == (409, "signature_invalid")
    assert desk.post("decide", signed).status == 200


def test_an_edit_that_would_have_to_be_cleaned_is_refused_with_a_reason(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent = newsroom.send()
    for text, reason in (("a\u202eb", "cannot be published"), ("▮▮▮", "the wrong length")):
        response = desk.post(
            "decide",
            verdict="publish_edited",
            comment_id=sent.id,
            text=text,
            name="",
            lang="en",
            edit_kind="masked",
            clause="personal-data",
        )
        assert (response.status, response.json["error"]) == (422, "invalid")
        assert reason in response.json["message"]


def test_an_undo_and_a_removal_need_a_signature_of_their_own(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    public, held = newsroom.publish_new(), newsroom.send()
    decided = newsroom.publish(held.id)
    stolen = _signed_rejection(newsroom, held.id)
    signed = {key: stolen[key] for key in ("head", "signature")}
    undo = desk.post("undo", signed | {"decision_id": decided.decision_id})
    removal = desk.post("remove", signed | {"comment_id": public.id, "clause": "spam"})
    assert [undo.json["error"], removal.json["error"]] == ["signature_invalid"] * 2
    assert (newsroom.state(held.id), newsroom.state(public.id)) == ("held", "published")


def test_one_bad_signature_does_not_stop_the_others(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    ids = [newsroom.send(f"Number {number}.").id for number in range(3)]
    signer = newsroom.signer()
    body = signer.signed_body("reject-many", {"comment_ids": ids, "clause": "spam"})
    body["comments"][1]["signature"] = base64.b64encode(bytes(64)).decode()
    response = desk.post("reject-many", body).json
    assert response["not_signed"] == [ids[1]]
    assert [newsroom.state(id_) for id_ in ids] == ["rejected", "pending", "rejected"]
    undos = signer.signed_body(
        "undo-many", {"decision_ids": [item["decision_id"] for item in response["decided"]]}
    )
    undos["undos"][0]["signature"] = base64.b64encode(bytes(64)).decode()
    undone = desk.post("undo-many", undos).json
    assert [item["error"] for item in undone["failed"]] == ["signature_invalid"]
    assert [newsroom.state(id_) for id_ in ids] == ["rejected", "pending", "pending"]


def test_a_decision_names_any_head_at_which_its_moderator_was_a_member(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    """Another lead's statement may come between the desk's last check and a decision."""
    sent = newsroom.send()
    body = _signed_rejection(newsroom, sent.id)
    newsroom.signer("Dara")
    assert newsroom.signer().head() != body["head"]
    assert desk.post("decide", body).status == 200
    (row,) = newsroom.read_table("decisions")
    assert row["signing_key"] == moderator_of(newsroom.pseudonym).signing_key
