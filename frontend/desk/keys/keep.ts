/** Keeps the personal key in the browser between reloads; it can be used there, not read out. */

const DATABASE = "yobal";
const STORE = "keys";

interface Kept {
  pseudonym: string;
  key: CryptoKey;
}

/** Keeps one key per site. A browser that refuses (private window) only asks again after a reload. */
export async function keepKey(site: string, pseudonym: string, key: CryptoKey): Promise<void> {
  await inStore("readwrite", (store) => store.put({ pseudonym, key } satisfies Kept, site));
}

export async function keptKey(site: string, pseudonym: string): Promise<CryptoKey | null> {
  const kept = (await inStore("readonly", (store) => store.get(site))) as Kept | null | undefined;
  return kept?.pseudonym === pseudonym ? kept.key : null;
}

export async function forgetKey(site: string): Promise<void> {
  await inStore("readwrite", (store) => store.delete(site));
}

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
  } finally {
    database.close();
  }
}

function openDatabase(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}
