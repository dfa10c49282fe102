/** The way to a field as clients read it: `messages[0].content`. Null for the body itself. */
export function formatPath(path: readonly PropertyKey[]): string | null {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else text += text === "" ? String(segment) : `.${String(segment)}`;
  }
  return text === "" ? null : text;
}
