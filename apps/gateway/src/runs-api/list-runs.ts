import type { RunObject, RunState } from "@composite-llm/contracts";
import { invalidRequest } from "@composite-llm/openai-api";
import type { FastifyRequest } from "fastify";
import { reading } from "../runs/reading.ts";
import { parsePageCursor, toPageCursor } from "./page-cursor.ts";
import { type Query, textOf } from "./query.ts";
import type { RunsDeps } from "./runs-deps.ts";
import { showRun } from "./show-run.ts";

export interface RunPage {
  object: "list";
  data: RunObject[];
  has_more: boolean;
  /** For `cursor` of the next request; null on the last page. */
  next_cursor: string | null;
}

const STATES: readonly RunState[] = ["queued", "running", "succeeded", "failed", "cancelled"];
const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;

function readState(query: Query): RunState | null {
  const text = textOf(query, "status");
  if (text === null) return null;
  const state = STATES.find((known) => known === text);
  if (state === undefined) throw invalidRequest("status", `status must be one of ${STATES.join(", ")}.`);
  return state;
}

function readLimit(query: Query): number {
  const text = textOf(query, "limit");
  if (text === null) return DEFAULT_LIMIT;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw invalidRequest("limit", `limit must be a whole number from 1 to ${MAX_LIMIT}.`);
  return limit;
}

/** `GET /v1/runs`: the caller's own runs, newest first. Pages stay whole while runs come and go. */
export async function listRuns(deps: RunsDeps, request: FastifyRequest, query: Query): Promise<RunPage> {
  const cursor = textOf(query, "cursor");
  const page = { before: cursor === null ? null : parsePageCursor(cursor), limit: readLimit(query), state: readState(query) };
  const { runs, next } = await reading(deps.gate.list(request.caller.name, page));
  return {
    object: "list",
    data: await Promise.all(runs.map((stored) => showRun(stored, deps))),
    has_more: next !== null,
    next_cursor: next === null ? null : toPageCursor(next),
  };
}
