import { ApiError, isRunId, type RunId } from "@composite-llm/core";

/** Where the next page begins, in a form that says nothing to clients. */
export function toPageCursor(last: RunId): string {
  return Buffer.from(last).toString("base64url");
}

/** @throws ApiError `invalid_cursor` for what `toPageCursor` did not give out */
export function parsePageCursor(cursor: string): RunId {
  const run = Buffer.from(cursor, "base64url").toString();
  if (isRunId(run) && toPageCursor(run) === cursor) return run;
  throw new ApiError("invalid_cursor", "cursor is not the next_cursor of a page: take it as it came, or leave it out.", {
    param: "cursor",
  });
}
