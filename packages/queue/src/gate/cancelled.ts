import type { RunError } from "@composite-llm/contracts";
import { ApiError } from "@composite-llm/core";

const error = new ApiError("run_cancelled", "The run was cancelled.");

/** What those who follow a cancelled run are told. */
export const CANCELLED = JSON.stringify({ status: error.status, headers: error.headers, error: error.body } satisfies RunError);
