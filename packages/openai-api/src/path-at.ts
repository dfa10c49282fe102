import { endOfString } from "./json-string.ts";

/** The text of a key between its quotes, with its escapes resolved where they are valid. */
function keyOf(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}

/** The way to the value at an offset of a JSON text. Only used to word an error, so it may read the text once more. */
export function pathAt(text: string, offset: number): PropertyKey[] {
  const path: PropertyKey[] = [];
  let lastString = "";
  for (let index = 0; index < offset; index += 1) {
    const character = text[index];
    if (character === '"') {
      const end = endOfString(text, index);
      lastString = text.slice(index, end + 1);
      index = end;
    } else if (character === "[") path.push(0);
    else if (character === "{") path.push("");
    else if (character === "]" || character === "}") path.pop();
    else if (character === ":") path[path.length - 1] = keyOf(lastString);
    else if (character === ",") {
      const last = path.at(-1);
      if (typeof last === "number") path[path.length - 1] = last + 1;
    }
  }
  return path;
}
