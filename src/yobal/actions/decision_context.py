"""What every decision needs, the check of its signature, and its row. Shared by all actions that a moderator signs."""

import msgspec

from yobal.actions.roster_reader import RosterReader
from yobal.core import ids
from yobal.core.decision_signature import DecisionDocument, DecisionSignature
from yobal.core.decisions import Verdict
from yobal.core.errors import SignatureInvalid
from yobal.core.ids import RandomBytes
from yobal.core.schedule import RandomBelow, Slot
from yobal.core.site_rules import SiteRules
from yobal.core.terms import TERMS_VERSION, EditKind
from yobal.store.database import Connection
from yobal.store.decisions import Decision


class DecisionContext(msgspec.Struct, frozen=True, kw_only=True):
    """Who decides, under which rules. Time and randomness are arguments."""

    rules: SiteRules
    pseudonym: str
    roster_reader: RosterReader
    now: float
    random: RandomBytes
    randbelow: RandomBelow

    def check_signature(
        self,
        conn: Connection,
        signature: DecisionSignature,
        *,
        comment_id: str,
        verdict: Verdict,
        envelope_hash: str | None = None,
        clause: str | None = None,
        edit_kind: EditKind | None = None,
        publication_hash: str | None = None,
        undoes_id: str | None = None,
        feedback_hash: str | None = None,
    ) -> DecisionDocument:
        """The document that the moderator has signed: exactly this decision.

        Raises SignatureInvalid, RosterInvalid.
        """
        signers = self.roster_reader.signers(conn)
        by = signers.current.get(self.pseudonym) if signers is not None else None
        if signers is None or by is None:
            raise SignatureInvalid(comment_id)
        document = DecisionDocument(
            site_id=self.rules.site_id,
            comment_id=comment_id,
            verdict=verdict,
            envelope_hash=envelope_hash,
            clause=clause,
            edit_kind=edit_kind,
            publication_hash=publication_hash,
            undoes_id=undoes_id,
            feedback_hash=feedback_hash,
            head=signature.head,
            by=by,
        )
        if not signers.is_genuine(document, signature.signature):
            raise SignatureInvalid(comment_id)
        return document

    def new_decision(self, document: DecisionDocument, signature: bytes, *, slot: Slot) -> Decision:
        """The row of a decision whose signature was checked."""
        return Decision(
            id=ids.new_id(self.random),
            site_id=document.site_id,
            comment_id=document.comment_id,
            verdict=document.verdict,
            clause=document.clause,
            edit_kind=document.edit_kind,
            decided_by=self.pseudonym,
            slot=slot,
            terms_version=TERMS_VERSION,
            undoes_id=document.undoes_id,
            envelope_hash=document.envelope_hash,
            publication_hash=document.publication_hash,
            feedback_hash=document.feedback_hash,
            head=document.head,
            signing_key=document.by,
            signature=signature,
        )
