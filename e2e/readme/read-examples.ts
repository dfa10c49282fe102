import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const README = fileURLToPath(new URL("../../README.md", import.meta.url));

export interface Example {
  /** The bold word in front of it: `curl`, `Node`, `Python`, `Streaming`, `Profile`. */
  name: string;
  language: string;
  code: string;
}

/** The examples of the README, word for word. */
export async function readExamples(): Promise<Example[]> {
  const text = await readFile(README, "utf8");
  const matches = text.matchAll(/^\*\*(\w+)\*\*[^\n]*\n\n```(\w+)\n([\s\S]*?)^```/gm);
  return [...matches].map(([, name = "", language = "", code = ""]) => ({ name, language, code }));
}
