/** Stores the personal key in the browser between reloads: it can be used there, but not exported. */

const DATABASE = "yobal";
const STORE = "keys";

interface StoredKey {
  pseudonym: string;
  key: CryptoKey;
}

/**
 * Stores one key per site; false if the browser cannot. Some browsers refuse in a private window, and
 * some cannot store such a key: then the passphrase is needed again after a reload.
 */
export async function storeKey(
  siteId: string,
  pseudonym: string,
  key: CryptoKey,
): Promise<boolean> {
  const entry = { pseudonym, key } satisfies StoredKey;
  return (await inStore("readwrite", (store) => store.put(entry, siteId))) !== null;
}

export async function loadKey(siteId: string, pseudonym: string): Promise<CryptoKey | null> {
  const stored = await inStore("readonly", (store) => store.get(siteId));
  const entry = stored as StoredKey | null | undefined;
  return entry?.pseudonym === pseudonym ? entry.key : null;
}

export async function deleteKey(siteId: string): Promise<void> {
  await inStore("readwrite", (store) => store.delete(siteId));
}

/** Null if the browser cannot store anything. */
async function inStore(
  mode: IDBTransactionMode,
  createRequest: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const database = await openDatabase();
  if (database === null) return null;
  try {
    const transaction = database.transaction(STORE, mode);
    const request = createRequest(transaction.objectStore(STORE));
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
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}

function requestDatabase(): IDBOpenDBRequest | null {
  try {
    return indexedDB.open(DATABASE, 1);
  } catch {
    return null; // SecurityError, or no IndexedDB at all
  }
}
