"""Signs decisions as a moderator's browser does, for the demonstration, the self-test, tests and benchmarks."""

import base64
import secrets
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from yobal.core import text as texts
from yobal.core.decision_signature import (
    NONCE_BYTES,
    DecisionDocument,
    DecisionSignature,
    Publication,
    envelope_hash,
    message,
    publication_hash,
)
from yobal.core.decisions import ACCEPTING, Verdict
from yobal.core.feedback import Feedback, SealedFeedback
from yobal.core.terms import EditKind
from yobal.demo import feedback_sealer, signing
from yobal.server.wiring import Components
from yobal.store import comments, decisions, envelopes

SIGNED_ROUTES: Final = frozenset(
    {"decide", "reject-many", "undo", "undo-many", "remove", "bring-back", "destroy-hidden"}
)
_NO_ID: Final = "a" * 26
_ACCEPTED: Final = ("text", "name", "lang", "clause", "edit_kind")
_WRITTEN: Final = ("note", "changes", "former_name", "is_abridged")


class DecisionSigner:
    """One moderator, who has read what the database has."""

    def __init__(self, components: Components, seed: bytes) -> None:
        self._components = components
        self._seed = seed
        self._signing_key = signing.public_key(seed)

    def head(self) -> str:
        """The head of the roster, as the moderator's browser has verified it."""
        with self._components.database.reading() as conn:
            roster = self._components.roster_reader.read(conn)
        return roster.head if roster is not None else "0" * 64

    def accept(
        self,
        comment_id: str,
        *,
        text: str,
        name: str,
        lang: str,
        clause: str | None = None,
        edit_kind: EditKind | None = None,
        feedback: SealedFeedback | None = None,
    ) -> DecisionSignature:
        """For a publication, with clause and kind of edit if it is edited."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        with self._components.database.reading() as conn:
            comment = comments.get(conn, comment_id)
        publication = Publication(
            text=text,
            name=name,
            lang=lang,
            story_id=comment.story_id if comment else "",
            edition=comment.edition if comment else "",
            root_id=comment.root_id if comment else None,
            parent_id=comment.parent_id if comment else None,
        )
        return self._sign(
            comment_id,
            "publish" if edit_kind is None else "publish_edited",
            clause=clause,
            edit_kind=edit_kind,
            publication_hash=publication_hash(nonce, publication),
            feedback=feedback,
            nonce=nonce,
        )

    def reject(
        self, comment_id: str, *, clause: str, feedback: SealedFeedback | None = None
    ) -> DecisionSignature:
        return self._sign(comment_id, "reject", clause=clause, feedback=feedback)

    def remove(self, comment_id: str, *, clause: str) -> DecisionSignature:
        return self._sign(comment_id, "remove", clause=clause)

    def destroy(self, comment_id: str) -> DecisionSignature:
        return self._sign(comment_id, "destroy")

    def undo(self, decision_id: str) -> DecisionSignature:
        with self._components.database.reading() as conn:
            decision = decisions.get(conn, decision_id)
        comment_id = decision.comment_id if decision is not None else _NO_ID
        return self._sign(comment_id, "undo", undoes_id=decision_id)

    def signed_body(self, route: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body of a request to `/api/desk/…`, with what the desk's page adds; only for `SIGNED_ROUTES`.

        `note` and `changes` are what it seals to the author.
        """
        match route:
            case "decide":
                return self._decide(body)
            case "remove":
                return {**body, **as_json(self.remove(body["comment_id"], clause=body["clause"]))}
            case "undo":
                return {**body, **as_json(self.undo(body["decision_id"]))}
            case "reject-many":
                signed = [
                    {"comment_id": id_} | _signature(self.reject(id_, clause=body["clause"]))
                    for id_ in body["comment_ids"]
                ]
                return {"comments": signed, "clause": body["clause"], "head": self.head()}
            case "undo-many":
                ids = body["decision_ids"]
                undos = [{"decision_id": id_} | _signature(self.undo(id_)) for id_ in ids]
                return {"undos": undos, "head": self.head()}
        return {"comments": self._of_hidden(route, body), "head": self.head()}

    def _of_hidden(self, route: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """`comments` name each removed comment, and the decision that removed it."""
        if route == "bring-back":
            return [item | _signature(self.undo(item["decision_id"])) for item in body["comments"]]
        ids = [item["comment_id"] for item in body["comments"]]
        return [{"comment_id": id_} | _signature(self.destroy(id_)) for id_ in ids]

    def _decide(self, body: Mapping[str, Any]) -> dict[str, Any]:
        written = {key: body[key] for key in _WRITTEN if body.get(key) is not None}
        feedback, sealed = None, dict[str, Any]()
        if written:
            content = msgspec.convert(written | {"lang": body.get("lang")}, Feedback)
            feedback = feedback_sealer.seal(self._components, body["comment_id"], content)
            sealed = {"feedback": feedback_sealer.as_json(feedback)}
        if body["verdict"] in ACCEPTING:
            fields = {key: body[key] for key in _ACCEPTED if key in body}
            signature = self.accept(body["comment_id"], **fields, feedback=feedback)
        else:
            signature = self.reject(body["comment_id"], clause=body["clause"], feedback=feedback)
        others = {key: value for key, value in body.items() if key not in _WRITTEN}
        return others | sealed | as_json(signature)

    def _sign(
        self,
        comment_id: str,
        verdict: Verdict,
        *,
        clause: str | None = None,
        edit_kind: EditKind | None = None,
        publication_hash: str | None = None,
        undoes_id: str | None = None,
        feedback: SealedFeedback | None = None,
        nonce: bytes = b"",
    ) -> DecisionSignature:
        is_about_envelope = verdict not in ("undo", "remove", "destroy")
        document = DecisionDocument(
            site_id=self._components.rules.site_id,
            comment_id=comment_id,
            verdict=verdict,
            envelope_hash=self._envelope_hash(comment_id) if is_about_envelope else None,
            clause=clause,
            edit_kind=edit_kind,
            publication_hash=publication_hash,
            undoes_id=undoes_id,
            feedback_hash=feedback.hash if feedback is not None else None,
            head=self.head(),
            by=self._signing_key,
        )
        signature = signing.sign(self._seed, message(document))
        return DecisionSignature(head=document.head, signature=signature, nonce=nonce)

    def _envelope_hash(self, comment_id: str) -> str | None:
        with self._components.database.reading() as conn:
            row = envelopes.get(conn, comment_id)
        if row is None:
            return None
        envelope = self._components.cell_file.decrypt(
            row.cell, row.ciphertext, purpose="envelope", row_id=comment_id
        )
        return envelope_hash(envelope) if envelope is not None else None


def cleaned(text: str, name: str) -> tuple[str, str]:
    """As the desk's page sends an edit."""
    return texts.normalize_masks(texts.clean(text)), texts.normalize_masks(texts.clean_name(name))


def as_json(signature: DecisionSignature) -> dict[str, Any]:
    """As the desk's routes take it."""
    nonce = {"publication_nonce": signature.nonce.hex()} if signature.nonce else {}
    return {"head": signature.head} | _signature(signature) | nonce


def _signature(signature: DecisionSignature) -> dict[str, str]:
    return {"signature": base64.b64encode(signature.signature).decode()}
