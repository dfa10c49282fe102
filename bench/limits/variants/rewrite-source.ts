import { registerHooks } from "node:module";

/**
 * Has a module of a service loaded with one piece of its source replaced: a variant for comparisons that the product has no switch for.
 *
 * @throws Error, which ends the service, when the piece is not there
 */
export function rewriteSource(path: string, piece: string, replacement: string): void {
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(path)) return loaded;
      const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
      if (!source.includes(piece)) throw new Error(`${path} has no ${piece} to be replaced`);
      return { ...loaded, source: source.replace(piece, replacement) };
    },
  });
}
