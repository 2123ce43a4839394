/**
 * Stores the personal keys in the browser between reloads, encrypted: see `device-key.ts`.
 * And, for longer than a session, what this device has verified of the roster.
 */

import type { StoredKeys } from "./device-key.ts";

const DATABASE = "yobal";
const VERSION = 3;
const KEYS = "sealed-keys";
const PINS = "roster-pins";
const UNENCRYPTED_KEYS = "keys"; // of an older version
type StoreName = typeof KEYS | typeof PINS;

/** A roster that was verified once can only grow: the hash of statement `length - 1` is `head`. */
export interface RosterPin {
  first: string;
  length: number;
  head: string;
}

/** With the statements themselves, sealed to their owner: a server that has lost some gets them back. */
export interface HeldRoster extends RosterPin {
  sealed: string;
  /** The words' own recipient for this, known once they were typed on this device. */
  deviceRecipient: string | null;
}

/** Stores one person's keys per site; false if the browser cannot, as some in a private window. */
export async function storeKeys(siteId: string, keys: StoredKeys): Promise<boolean> {
  return (await inStore(KEYS, "readwrite", (store) => store.put(keys, siteId))) !== null;
}

export async function loadKeys(siteId: string): Promise<StoredKeys | null> {
  const stored = await inStore(KEYS, "readonly", (store) => store.get(siteId));
  return (stored as StoredKeys | null | undefined) ?? null;
}

export async function deleteKeys(siteId: string): Promise<void> {
  await inStore(KEYS, "readwrite", (store) => store.delete(siteId));
}

/** Stays when the desk is locked. */
export async function storePin(siteId: string, pin: HeldRoster): Promise<void> {
  await inStore(PINS, "readwrite", (store) => store.put(pin, siteId));
}

/** Null on a device that has not seen the site's roster, or cannot store anything. */
export async function loadPin(siteId: string): Promise<(RosterPin & Partial<HeldRoster>) | null> {
  const pin = await inStore(PINS, "readonly", (store) => store.get(siteId));
  return (pin as (RosterPin & Partial<HeldRoster>) | null | undefined) ?? null;
}

/** Null if the browser cannot store anything. */
async function inStore(
  name: StoreName,
  mode: IDBTransactionMode,
  createRequest: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const database = await openDatabase();
  if (database === null) return null;
  try {
    const transaction = database.transaction(name, mode);
    const request = createRequest(transaction.objectStore(name));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    return request.result;
  } catch (error) {
    if (error instanceof DOMException) return null; // DataCloneError, QuotaExceededError, …
    throw error;
  } finally {
    database.close();
  }
}

function openDatabase(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    const request = requestDatabase();
    if (request === null) return resolve(null);
    request.onupgradeneeded = () => {
      if (request.result.objectStoreNames.contains(UNENCRYPTED_KEYS)) {
        request.result.deleteObjectStore(UNENCRYPTED_KEYS);
      }
      for (const name of [KEYS, PINS]) {
        if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name);
      }
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}

function requestDatabase(): IDBOpenDBRequest | null {
  try {
    return indexedDB.open(DATABASE, VERSION);
  } catch {
    return null; // SecurityError, or no IndexedDB at all
  }
}
