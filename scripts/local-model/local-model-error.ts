import { StartupError } from "@composite-llm/core";

/** What a user can do instead when the local model cannot be had. */
const OTHERWISE = "a model server of your own works as well: set LOCAL_MODEL_URL to its address";

/** @param reason a clause without a full stop, in words for the user */
export function localModelError(reason: string, cause?: unknown): StartupError {
  return new StartupError(`The local model cannot be set up: ${reason}; ${OTHERWISE}.`, cause === undefined ? {} : { cause });
}
