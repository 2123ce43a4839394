/** Signs an import with the lead's key: how many comments it has, and the hash over all of them. */

import type { ImportOverview, SignImportRequest } from "../api/types.ts";
import { join, toBase64, utf8 } from "../crypto/bytes.ts";
import type { PersonalKeys } from "../crypto/keyring.ts";
import { sign } from "../crypto/signing.ts";

const IMPORT_DOMAIN = utf8("yobal import 1\0");

/** What is signed; `docs/file-formats.md` has the format. */
export interface ImportDocument {
  v: 1;
  site_id: string;
  import_id: string;
  comments: number;
  rows_hash: string;
  head: string;
  by: string;
}

export function importMessage(document: ImportDocument): Uint8Array {
  return join(IMPORT_DOMAIN, utf8(JSON.stringify(document, Object.keys(document).sort())));
}

export class ImportSigner {
  /** `head` is that of the roster as this browser has verified it last. */
  constructor(
    private readonly siteId: string,
    private readonly keys: Pick<PersonalKeys, "signingKey" | "publicKey">,
    private readonly head: () => string,
  ) {}

  /** The whole request, of what is on the screen. */
  async sign(
    { import_id, comments }: ImportOverview,
    rows_hash: string,
  ): Promise<SignImportRequest> {
    const head = this.head();
    const document: ImportDocument = {
      ...{ v: 1, site_id: this.siteId, import_id, comments, rows_hash },
      ...{ head, by: this.keys.publicKey },
    };
    const signature = await sign(this.keys.signingKey, importMessage(document));
    return { import_id, comments, rows_hash, head, signature: toBase64(signature) };
  }
}
