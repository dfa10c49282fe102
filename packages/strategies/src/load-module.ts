import { registerHooks } from "node:module";

/** Imports a module by its URL and gives its exports. */
export type ImportModule = (url: string) => Promise<Readonly<Record<string, unknown>>>;

/** What a strategy module may import although nothing is installed where it lies. */
const OURS = /^(?:zod|@composite-llm\/(?:strategies|contracts|core))(?:\/|$)/;

/**
 * The plain `import()`, with two things added while it runs: our packages resolve from here when they don't resolve from
 * the module's own folder, and a `.ts` file of a folder without a package.json is taken for an ES module without a warning.
 */
export const importWithFallback: ImportModule = async (url) => {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = resolveOrNull(() => nextResolve(specifier, context), OURS.test(specifier));
      const found = resolved ?? nextResolve(specifier, { ...context, parentURL: import.meta.url });
      if ((found.format ?? null) !== null || !/\.m?ts(?:\?|$)/.test(found.url)) return found;
      return { ...found, format: "module-typescript" };
    },
  });
  try {
    return await import(url);
  } finally {
    hooks.deregister();
  }
};

function resolveOrNull<Resolved>(resolve: () => Resolved, mayBeMissing: boolean): Resolved | null {
  try {
    return resolve();
  } catch (error) {
    if (mayBeMissing && error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
}
