/** A name in a message: cut, and without characters that would make the message hard to read. */
export function quoteName(name: string): string {
  const clean = name.replaceAll(/[\p{C}"]/gu, "?");
  return `"${clean.length > 100 ? `${clean.slice(0, 100)}…` : clean}"`;
}

/** Names in a message, the first thirty of them. */
export function listNames(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return "none";
  return all.length > 30 ? `${all.slice(0, 30).join(", ")} and ${all.length - 30} more` : all.join(", ");
}
