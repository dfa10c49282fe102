import type { ResolvedName } from "@composite-llm/configuration";
import { canonicalName } from "./canonical-name.ts";
import { type AskedOptions, type Draft, type DraftContext, draftStrategy } from "./draft-strategy.ts";
import { Nesting, NestingError } from "./nesting.ts";

/** Composites below the requested one. Each level multiplies the calls. */
const MAX_DEPTH = 1;
/** Calls of one run, all stages and nested composites together. */
const MAX_CALLS = 64;
/** How deep is looked for a cycle once the nesting is known to be too deep. */
const CYCLE_SEARCH_DEPTH = 16;

/**
 * Drafts what a request asks for. Composites that contain each other are reported as such, also where the cycle lies deeper than
 * nesting goes.
 *
 * @throws ApiError for options, members or a nesting that cannot be
 */
export function draftRequest(context: DraftContext, named: ResolvedName, asked: AskedOptions): Draft {
  const draft = (depth: number): Draft =>
    draftStrategy(context, named, Nesting.root(canonicalName(named), { depth, calls: MAX_CALLS }), asked);
  try {
    return draft(MAX_DEPTH);
  } catch (error) {
    if (error instanceof NestingError && error.kind === "too_deep") throw findCycle(() => draft(CYCLE_SEARCH_DEPTH)) ?? error;
    throw error;
  }
}

function findCycle(draft: () => Draft): NestingError | null {
  try {
    draft();
  } catch (error) {
    if (error instanceof NestingError && error.kind === "cycle") return error;
  }
  return null;
}
