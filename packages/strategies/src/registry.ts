/** Strategies by name, built-in ones first. */
export type Registry<Named> = ReadonlyMap<string, Named>;

/** @throws Error when two have the same name: a name in a request must mean one thing */
export function registerByName<Named extends { name: string }>(...groups: Iterable<Named>[]): Registry<Named> {
  const registry = new Map<string, Named>();
  for (const group of groups) {
    for (const entry of group) {
      if (registry.has(entry.name)) throw new Error(`two strategies are named \`${entry.name}\``);
      registry.set(entry.name, entry);
    }
  }
  return registry;
}
