/** Keeps the personal key in the browser between reloads; it can be used there, not read out. */

const DATABASE = "yobal";
const STORE = "keys";

interface Kept {
  pseudonym: string;
  key: CryptoKey;
}

/**
 * Keeps one key per site; false where the browser refuses. Some do in a private window, others know
 * the key and cannot store it: then the passphrase is asked for again after a reload.
 */
export async function keepKey(site: string, pseudonym: string, key: CryptoKey): Promise<boolean> {
  const entry = { pseudonym, key } satisfies Kept;
  return (await inStore("readwrite", (store) => store.put(entry, site))) !== null;
}

export async function keptKey(site: string, pseudonym: string): Promise<CryptoKey | null> {
  const kept = (await inStore("readonly", (store) => store.get(site))) as Kept | null | undefined;
  return kept?.pseudonym === pseudonym ? kept.key : null;
}

export async function forgetKey(site: string): Promise<void> {
  await inStore("readwrite", (store) => store.delete(site));
}

/** Null where the browser keeps nothing. */
async function inStore(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const database = await openDatabase();
  if (database === null) return null;
  try {
    const transaction = database.transaction(STORE, mode);
    const request = ask(transaction.objectStore(STORE));
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
    const request = askForDatabase();
    if (request === null) return resolve(null);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}

function askForDatabase(): IDBOpenDBRequest | null {
  try {
    return indexedDB.open(DATABASE, 1);
  } catch {
    return null; // SecurityError, or a browser without it
  }
}
