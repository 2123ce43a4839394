/**
 * Passkeys: what an authenticator signs opens a session, and what it computes (PRF) opens the personal keys. One touch
 * does both. `docs/http-desk.md` describes the key.
 */

import { post, RequestRejected } from "../api/client.ts";
import { isLocalDesk } from "../api/site.ts";
import type {
  PasskeyIdentity,
  PasskeySession,
  PasskeySignInRequest,
  SignInChallenge,
} from "../api/types.ts";
import { randomBytes, toBase64, toHex, utf8 } from "../crypto/bytes.ts";
import { fromPasskey, passkeyInput } from "../crypto/derive.ts";
import { parseIdentityFile, unwrap } from "../crypto/identity.ts";
import type { SignedIn } from "../crypto/keyring.ts";
import { gettext } from "../i18n.ts";
import { importPersonalKeys } from "./personal-keys.ts";

const TIMEOUT_MS = 120_000;
// The two that every authenticator has one of: ES256 and RS256.
const ALGORITHMS = [-7, -257];
const OWNER_BYTES = 32;
const FLAGS_OFFSET = 32;
const IS_SYNCED_FLAG = 0x08; // “backup eligible” in WebAuthn

/** On a desk of this computer they would belong to its own address. */
export const hasPasskeys = (): boolean => "PublicKeyCredential" in globalThis && !isLocalDesk();

/**
 * Asks for a passkey, and opens a session and the personal keys with it: at the sign-in page (`pseudonym` is null), and
 * for a locked or expired session, whose owner it must be. The session that this browser had ends.
 */
export async function unlockWithPasskey(
  siteId: string,
  pseudonym: string | null,
): Promise<SignedIn> {
  const { body, passkeyIdentity } = await signWithPasskey(siteId, pseudonym);
  const opened = await post<PasskeySession>("/api/desk/sign-in/passkey", body);
  const { identity, first } = await openIdentity(opened.identity, passkeyIdentity);
  const keys = await importPersonalKeys(siteId, opened.session.pseudonym, identity);
  return { session: opened.session, keys, first };
}

/** The identity as text, to seal it to another key; for a member who is signed in and shows once more who they are. */
export async function openWithPasskey(siteId: string): Promise<OpenedFile> {
  const { body, passkeyIdentity } = await signWithPasskey(siteId, null);
  const opened = await post<PasskeyIdentity>("/api/desk/passkeys/open", body);
  return openIdentity(opened.identity, passkeyIdentity);
}

interface OpenedFile {
  identity: string;
  first: string | null;
}

/** Asks for a touch. Names no one before it. */
async function signWithPasskey(
  siteId: string,
  pseudonym: string | null,
): Promise<{ body: PasskeySignInRequest; passkeyIdentity: string }> {
  const { challenge } = await post<SignInChallenge>("/api/desk/sign-in/challenge", {});
  const credential = await askForPasskey(siteId, utf8(challenge), []);
  const passkeyIdentity = identityMadeBy(credential) ?? stop(cannotOpenKeys());
  const response = credential.response as AuthenticatorAssertionResponse;
  const body = {
    challenge,
    credential_id: encode(credential.rawId),
    client_data: encode(response.clientDataJSON),
    authenticator_data: encode(response.authenticatorData),
    signature: encode(response.signature),
    pseudonym,
  };
  return { body, passkeyIdentity };
}

/** A passkey that this browser's authenticator has just made, before the server knows of it. */
export interface NewPasskey {
  challenge: string;
  client_data: string;
  attestation_object: string;
  credentialId: Uint8Array;
  publicKey: string;
  isSynced: boolean;
  /** What it unlocks: the identity that only this passkey can compute. */
  identity: string;
}

/** `existing`: ids of the owner's other passkeys, so that one device does not get two. */
export async function createPasskey(
  siteId: string,
  name: string,
  existing: readonly Uint8Array[],
): Promise<NewPasskey> {
  const { challenge } = await post<SignInChallenge>("/api/desk/sign-in/challenge", {});
  const credential = await makePasskey(siteId, { challenge, name, existing });
  const response = credential.response as AuthenticatorAttestationResponse;
  const credentialId = new Uint8Array(credential.rawId);
  const publicKey = response.getPublicKey();
  try {
    const identity = await identityOf(siteId, credential);
    if (publicKey === null) throw cannotOpenKeys();
    return {
      challenge,
      client_data: encode(response.clientDataJSON),
      attestation_object: encode(response.attestationObject),
      credentialId,
      publicKey: toHex(new Uint8Array(publicKey)),
      isSynced: isSynced(response.getAuthenticatorData()),
      identity,
    };
  } catch (error) {
    forgetPasskey(credentialId);
    throw error;
  }
}

/** Tells the authenticator that the desk does not know this passkey, so that it is not offered any more. */
export function forgetPasskey(credentialId: Uint8Array): void {
  const signals = globalThis.PublicKeyCredential as unknown as {
    signalUnknownCredential?: (unknown: { rpId: string; credentialId: string }) => Promise<void>;
  };
  const base64url = toBase64(credentialId).replaceAll("+", "-").replaceAll("/", "_");
  const unknown = { rpId: location.hostname, credentialId: base64url.replaceAll("=", "") };
  // Not every browser can; and the passkey opens nothing anyway.
  void signals.signalUnknownCredential?.(unknown).catch(() => undefined);
}

/** With no id, the authenticator offers what it has for the desk, so the request names no person. */
async function askForPasskey(
  siteId: string,
  challenge: Uint8Array,
  credentialIds: readonly Uint8Array[],
): Promise<PublicKeyCredential> {
  return asPasskey(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: ownBuffer(challenge),
        allowCredentials: credentialIds.map((id) => ({ type: "public-key", id: ownBuffer(id) })),
        userVerification: "required",
        timeout: TIMEOUT_MS,
        extensions: { prf: { eval: { first: ownBuffer(passkeyInput(siteId)) } } },
      },
    }),
  );
}

interface NewPasskeyParts {
  challenge: string;
  name: string;
  existing: readonly Uint8Array[];
}

/** The device shows the name that its owner chose, and never the pseudonym: some devices copy it to their maker. */
function makePasskey(
  siteId: string,
  { challenge, name, existing }: NewPasskeyParts,
): Promise<PublicKeyCredential> {
  return asPasskey(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: ownBuffer(utf8(challenge)),
        rp: { name: document.title },
        user: { id: ownBuffer(randomBytes(OWNER_BYTES)), name, displayName: name },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: existing.map((id) => ({ type: "public-key", id: ownBuffer(id) })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        attestation: "none",
        timeout: TIMEOUT_MS,
        extensions: { prf: { eval: { first: ownBuffer(passkeyInput(siteId)) } } },
      },
    }),
  );
}

/** Some authenticators compute the key when they make the passkey, others only when it is used: a second touch. */
async function identityOf(siteId: string, credential: PublicKeyCredential): Promise<string> {
  if (credential.getClientExtensionResults().prf?.enabled !== true) throw cannotOpenKeys();
  const made = identityMadeBy(credential);
  if (made !== null) return made;
  const ids = [new Uint8Array(credential.rawId)];
  const used = await askForPasskey(siteId, randomBytes(OWNER_BYTES), ids);
  return identityMadeBy(used) ?? stop(cannotOpenKeys());
}

function identityMadeBy(credential: PublicKeyCredential): string | null {
  const output = credential.getClientExtensionResults().prf?.results?.first;
  if (output === undefined) return null;
  const bytes = output instanceof ArrayBuffer ? new Uint8Array(output) : viewOf(output);
  return fromPasskey(bytes);
}

const viewOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

async function openIdentity(sealed: string, passkeyIdentity: string): Promise<OpenedFile> {
  try {
    return parseIdentityFile(await unwrap(sealed, passkeyIdentity));
  } catch {
    throw unusable(
      gettext(
        "You are signed in, but your key on the server could not be decrypted with this passkey. Reload the page, sign in with your words, and remove the passkey under “My keys”.",
      ),
    );
  }
}

function isSynced(authenticatorData: ArrayBuffer): boolean {
  const flags = new Uint8Array(authenticatorData)[FLAGS_OFFSET] ?? 0;
  return (flags & IS_SYNCED_FLAG) !== 0;
}

/** Runs a request of WebAuthn; what the browser throws becomes a sentence. */
async function asPasskey(request: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!hasPasskeys()) throw unusable(gettext("This browser has no passkeys. Use your words."));
  try {
    return (await request()) as PublicKeyCredential;
  } catch (error) {
    throw unusable(sentenceFor(error));
  }
}

function sentenceFor(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  switch (name) {
    case "InvalidStateError":
      return gettext("This device already has a passkey of yours. Nothing was added.");
    case "NotSupportedError":
    case "ConstraintError":
      return cannotOpenKeys().message;
    case "SecurityError":
      return gettext(
        "This browser allows no passkeys at this address: the desk needs a host name and TLS. Use your words.",
      );
    default: // NotAllowedError for nearly everything, so that pages learn nothing about a device
      return gettext(
        "No passkey was used: the browser’s dialog was closed, it took too long, or this device has no passkey for the desk. Try again, or use your words.",
      );
  }
}

function cannotOpenKeys(): RequestRejected {
  return unusable(
    gettext(
      "This passkey cannot open your keys: this device or browser lacks the extension “PRF”. Nothing was changed. Use another device, a security key or another browser, or your words.",
    ),
  );
}

function unusable(message: string): RequestRejected {
  return new RequestRejected(403, "passkey_unusable", message, {});
}

function stop(error: Error): never {
  throw error;
}

const encode = (buffer: ArrayBuffer): string => toBase64(new Uint8Array(buffer));

/** The types of WebAuthn want to know that the bytes are not shared memory. */
function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
