/** Signs decisions with the moderator's key, so that an attacker who writes to the database cannot make one. */

import { sha256 } from "@noble/hashes/sha2.js";
import type {
  DecideRequest,
  EditKind,
  Feedback as SealedFeedback,
  Signed,
  Verdict,
} from "../api/types.ts";
import { fromBase64, join, randomBytes, toBase64, toHex, utf8 } from "../crypto/bytes.ts";
import { type Feedback, feedbackHash, sealFeedback } from "../crypto/feedback.ts";
import type { PersonalKeys } from "../crypto/keyring.ts";
import { sign } from "../crypto/signing.ts";
import type { DecisionRequest, QueueItem } from "../queue/queue-item.ts";

const DECISION_DOMAIN = utf8("yobal decision 1\0");
const PUBLICATION_DOMAIN = utf8("yobal publication 1\0");
const NONCE_BYTES = 32;

/** What will appear of a comment, and where. */
export interface Publication {
  text: string;
  name: string;
  lang: string;
  story_id: string;
  edition: string;
  root_id: string | null;
  parent_id: string | null;
}

/** What is signed; `docs/file-formats.md` has the format. */
export interface DecisionDocument {
  v: 1;
  site_id: string;
  comment_id: string;
  verdict: Verdict;
  envelope_hash: string | null;
  clause: string | null;
  edit_kind: EditKind | null;
  publication_hash: string | null;
  undoes_id: string | null;
  feedback_hash: string | null;
  head: string;
  by: string;
}

type Content = Pick<DecisionDocument, "comment_id" | "verdict"> & Partial<DecisionDocument>;

export function decisionMessage(document: DecisionDocument): Uint8Array {
  return join(DECISION_DOMAIN, utf8(JSON.stringify(document, Object.keys(document).sort())));
}

export function publicationHash(nonce: Uint8Array, publication: Publication): string {
  const content = JSON.stringify(publication, Object.keys(publication).sort());
  return toHex(sha256(join(PUBLICATION_DOMAIN, nonce, utf8(content))));
}

/** The hash of the age file, before it is decrypted. */
export const envelopeHash = (envelope: string): string => toHex(sha256(fromBase64(envelope)));

export class DecisionSigner {
  /** `head` is that of the roster as this browser has verified it last. */
  constructor(
    private readonly siteId: string,
    private readonly keys: Pick<PersonalKeys, "signingKey" | "publicKey">,
    private readonly head: () => string,
    private readonly epochRecipient: (epochId: string) => string | null,
  ) {}

  /** The whole request. The random bytes are new each time it is sent. */
  async decide(item: QueueItem, request: DecisionRequest): Promise<DecideRequest> {
    const { row } = item;
    const { comment_id } = row;
    const { verdict } = request;
    const reason = {
      clause: "clause" in request ? request.clause : null,
      edit_kind: "edit_kind" in request ? request.edit_kind : null,
    };
    const content = { comment_id, verdict, envelope_hash: envelopeHash(row.envelope), ...reason };
    const feedback = "feedback" in request ? await this.#seal(item, request.feedback) : null;
    const feedback_hash = feedback && feedbackHash(feedback);
    if (request.verdict === "reject") {
      return {
        comment_id,
        ...request,
        feedback,
        ...(await this.#sign({ ...content, feedback_hash })),
      };
    }
    const nonce = randomBytes(NONCE_BYTES);
    const { text, name, lang } = request;
    const { story_id, edition, root_id, parent_id } = row;
    const publication = { text, name, lang, story_id, edition, root_id, parent_id };
    const publication_hash = publicationHash(nonce, publication);
    const signed = await this.#sign({ ...content, publication_hash, feedback_hash });
    const body = { comment_id, ...signed, publication_nonce: toHex(nonce) };
    return request.verdict === "publish"
      ? { ...body, ...request }
      : { ...body, ...request, feedback };
  }

  /** Several comments at once: each has a signature of its own, and all name one head. */
  async rejectMany(items: readonly QueueItem[], clause: string) {
    const request = { verdict: "reject", clause, feedback: null } as const;
    const head = this.head(); // each of them signs the same
    const comments = items.map(async (item) => {
      const { comment_id, signature } = await this.decide(item, request);
      return { comment_id, signature };
    });
    return { head, comments: await Promise.all(comments), clause };
  }

  remove(comment_id: string, clause: string): Promise<Signed> {
    return this.#sign({ comment_id, verdict: "remove", clause });
  }

  undo(comment_id: string, undoes_id: string): Promise<Signed> {
    return this.#sign({ comment_id, verdict: "undo", undoes_id });
  }

  async undoMany(decided: readonly { comment_id: string; decision_id: string }[]) {
    const head = this.head();
    const undos = decided.map(async ({ comment_id, decision_id }) => {
      const { signature } = await this.undo(comment_id, decision_id);
      return { decision_id, signature };
    });
    return { head, undos: await Promise.all(undos) };
  }

  /** Undoes the removal of each comment. */
  async bringBack(hidden: readonly { comment_id: string; decision_id: string }[]) {
    const head = this.head();
    const comments = hidden.map(async ({ comment_id, decision_id }) => {
      const { signature } = await this.undo(comment_id, decision_id);
      return { comment_id, decision_id, signature };
    });
    return { head, comments: await Promise.all(comments) };
  }

  async destroy(hidden: readonly { comment_id: string }[]) {
    const head = this.head();
    const comments = hidden.map(async ({ comment_id }) => {
      const { signature } = await this.#sign({ comment_id, verdict: "destroy" });
      return { comment_id, signature };
    });
    return { head, comments: await Promise.all(comments) };
  }

  /** Throws for an epoch that no lead has signed; its comments cannot be opened either. */
  async #seal(
    { recipients, row }: QueueItem,
    feedback: Feedback | null,
  ): Promise<SealedFeedback | null> {
    if (feedback === null) return null;
    const epochRecipient = this.epochRecipient(row.epoch_id);
    if (epochRecipient === null) throw new Error("no such epoch");
    return sealFeedback(feedback, recipients, epochRecipient);
  }

  async #sign(content: Content): Promise<Signed> {
    const head = this.head();
    const document: DecisionDocument = {
      ...{ v: 1, site_id: this.siteId, head, by: this.keys.publicKey },
      ...{ envelope_hash: null, clause: null, edit_kind: null },
      ...{ publication_hash: null, undoes_id: null, feedback_hash: null },
      ...content,
    };
    const signature = await sign(this.keys.signingKey, decisionMessage(document));
    return { head, signature: toBase64(signature) };
  }
}
