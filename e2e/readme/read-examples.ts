import { readFile } from "node:fs/promises";

const ROOT = new URL("../../", import.meta.url);

export interface Example {
  /** The bold word in front of it: `curl`, `Node`, `Python`, `Streaming`, `Profile`. */
  name: string;
  language: string;
  code: string;
}

/** The examples of the README, word for word. */
export async function readExamples(): Promise<Example[]> {
  const text = await readFile(new URL("README.md", ROOT), "utf8");
  const matches = text.matchAll(/^\*\*(\w+)\*\*[^\n]*\n\n```(\w+)\n([\s\S]*?)^```/gm);
  return [...matches].map(([, name = "", language = "", code = ""]) => ({ name, language, code }));
}

/** The blocks of code below each heading of a document, word for word. @param file as `docs/runs.md` */
export async function readSections(file: string): Promise<Map<string, Omit<Example, "name">[]>> {
  const text = await readFile(new URL(file, ROOT), "utf8");
  const sections = text.split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => {
      const blocks = section.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm);
      return [section.slice(0, section.indexOf("\n")), [...blocks].map(([, language = "", code = ""]) => ({ language, code }))];
    }),
  );
}
