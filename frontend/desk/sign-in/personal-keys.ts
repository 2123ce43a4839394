/** A member's keys: made in this browser, imported into it, and stored there encrypted while a session lasts. */

import { NetworkError, post, RequestRejected } from "../api/client.ts";
import type { DeviceKey } from "../api/types.ts";
import { fromPassphrase, fromSheet, type PassphraseKeys } from "../crypto/derive.ts";
import { newDeviceKey, openIdentity, sealIdentity } from "../crypto/device-key.ts";
import {
  generateIdentity,
  identityFile,
  importDecryptionKey,
  recipientOf,
  wrap,
} from "../crypto/identity.ts";
import { loadKeys, type RosterPin, storeKeys } from "../crypto/key-store.ts";
import type { PersonalKeys } from "../crypto/keyring.ts";
import { sealToSheet } from "../crypto/sheet-file.ts";
import { importSigningKey, publicKeyOf, signingSeed } from "../crypto/signing.ts";
import type { Keys } from "../roster/roster.ts";
import { type SignedKeys, signKeys } from "../roster/sign-statements.ts";
import { signPin } from "../roster/signed-pin.ts";
import { deviceLabel } from "../sessions/device-label.ts";

/** Keys that work in this page. Throws if it is not an identity. */
async function importKeys(identity: string): Promise<Omit<PersonalKeys, "isPersisted">> {
  const seed = signingSeed(identity);
  const [key, signingKey] = await Promise.all([
    importDecryptionKey(identity),
    importSigningKey(seed),
  ]);
  return { key, signingKey, publicKey: publicKeyOf(seed) };
}

/** After signing in. A browser that cannot store them needs the passphrase again after a reload. */
export async function importPersonalKeys(
  siteId: string,
  pseudonym: string,
  identity: string,
): Promise<PersonalKeys> {
  const keys = await importKeys(identity);
  return { ...keys, isPersisted: await storeIdentity(siteId, pseudonym, identity) };
}

/** After a reload, or when the desk was unlocked. Null if this browser has no keys that this session opens. */
export async function loadPersonalKeys(
  siteId: string,
  pseudonym: string,
): Promise<PersonalKeys | null> {
  const stored = await loadKeys(siteId);
  const { device_key } = await post<DeviceKey>("/api/desk/device-key", {});
  if (stored === null || device_key === null) return null;
  const identity = await openIdentity(stored, device_key, ownerOf(siteId, pseudonym));
  return identity === null ? null : { ...(await importKeys(identity)), isPersisted: true };
}

/** The server gets the key first: without it, what is stored opens nothing. */
async function storeIdentity(
  siteId: string,
  pseudonym: string,
  identity: string,
): Promise<boolean> {
  const device_key = newDeviceKey();
  try {
    const device_label = deviceLabel();
    await post("/api/desk/hold-device-key", { device_key, device_label });
  } catch (error) {
    if (error instanceof RequestRejected || error instanceof NetworkError) return false;
    throw error;
  }
  return storeKeys(siteId, await sealIdentity(identity, device_key, ownerOf(siteId, pseudonym)));
}

function ownerOf(siteId: string, pseudonym: string): string {
  return JSON.stringify([siteId, pseudonym]);
}

/** What a person's words and sheet make, before anything is sent. */
export interface NewPerson {
  siteId: string;
  pseudonym: string;
  identity: string;
  passphraseKeys: PassphraseKeys;
  recoveryRecipient: string;
  sheet: Uint8Array;
}

export async function newPerson(
  siteId: string,
  pseudonym: string,
  secrets: { passphrase: string; sheet: Uint8Array },
): Promise<NewPerson> {
  const [identity, passphraseKeys, recoveryRecipient] = await Promise.all([
    generateIdentity(),
    fromPassphrase(siteId, pseudonym, secrets.passphrase),
    recipientOf(fromSheet(secrets.sheet)),
  ]);
  const { sheet } = secrets;
  return { siteId, pseudonym, identity, passphraseKeys, recoveryRecipient, sheet };
}

/** The public keys, signed by their owner. Nothing in them comes from the server. */
export async function signedKeysOf(person: NewPerson): Promise<SignedKeys> {
  const seed = signingSeed(person.identity);
  const keys: Keys = {
    v: 1,
    site_id: person.siteId,
    pseudonym: person.pseudonym,
    signing_key: publicKeyOf(seed),
    sign_in_key: publicKeyOf(person.passphraseKeys.signInSeed),
    recipient: await recipientOf(person.identity),
    recovery_recipient: person.recoveryRecipient,
  };
  return signKeys(seed, keys);
}

/** The identity, sealed to the words and to the sheet, with the roster that they belong to. */
export async function sealedIdentities(
  person: NewPerson,
  first: string,
): Promise<{ identity: string; recovery_identity: string }> {
  const file = identityFile(person.identity, first);
  const [identity, recovery_identity] = await Promise.all([
    wrap(file, await recipientOf(person.passphraseKeys.identity)),
    sealToSheet(person.sheet, { identity: person.identity, first }),
  ]);
  return { identity, recovery_identity };
}

/** What this person's browser has verified before it joins, for their other devices. */
export function newPersonsPin(person: NewPerson, pin: RosterPin): Promise<string> {
  return signPin(signingSeed(person.identity), person.siteId, pin);
}
