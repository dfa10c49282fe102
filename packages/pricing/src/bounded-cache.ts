const MAX_ENTRIES = 4096;

/**
 * Remembers what a pure function gave for a key. Model names come from requests, so the number of entries is bounded: a full
 * cache starts anew.
 */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, Value>();

  get(key: string, create: () => Value): Value {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    const created = create();
    this.#entries.set(key, created);
    return created;
  }
}
