const DATABASE = "account-sdk";
const STORE = "keys";

/**
 * The key pair of this browser, which no script can read out. Tabs that make one at the same moment end with the same.
 *
 * @throws what IndexedDB throws where it is forbidden or broken.
 */
export async function keyPairInIndexedDb(name: string): Promise<CryptoKeyPair> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await resultOf(opening);
  try {
    const found = await resultOf(database.transaction(STORE).objectStore(STORE).get(name));
    return found ?? (await keep(database, name, await makeKeyPair()));
  } finally {
    database.close();
  }
}

/** ES256, never to be exported. */
function makeKeyPair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
}

async function keep(database: IDBDatabase, name: string, made: CryptoKeyPair): Promise<CryptoKeyPair> {
  const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
  const kept = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const store = transaction.objectStore(STORE);
  const first = await resultOf(store.get(name));
  if (!first) store.put(made, name);
  await kept;
  return first ?? made;
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
