import { type QuarantineObject, toQuarantineObject } from "@composite-llm/contracts";
import { ApiError } from "@composite-llm/core";
import type { QuarantineEntry, RunGate } from "@composite-llm/queue";
import type { FastifyInstance } from "fastify";
import { reading } from "../runs/reading.ts";
import { checkOperator, type KnownKeys } from "./check-operator.ts";

/** A run or a call in quarantine as the operator sees it. */
interface QuarantinedObject extends QuarantineObject {
  /** By which it is released. */
  id: string;
  object: "composite.quarantined";
  run: string;
}

function toObject(entry: QuarantineEntry): QuarantinedObject {
  return { id: entry.id, object: "composite.quarantined", run: entry.run, ...toQuarantineObject(entry) };
}

/** `/v1/admin`, and what else is registered beside it: what only the operator may see and do. */
export function registerAdmin(app: FastifyInstance, gate: RunGate, settings: () => KnownKeys): void {
  app.addHook("onRequest", (request, _reply, done) => {
    checkOperator(settings(), request.headers.authorization);
    done();
  });
  app.get("/v1/admin/quarantine", async () => ({
    object: "list",
    data: (await reading(gate.quarantine())).map(toObject),
    has_more: false,
    next_cursor: null,
  }));
  app.post<{ Params: { id: string } }>("/v1/admin/quarantine/:id/release", async ({ params: { id } }) => {
    if (await reading(gate.pardon(id))) return { id, object: "composite.quarantined", released: true };
    throw new ApiError("run_not_found", `Nothing in quarantine has the id ${id.slice(0, 64)}.`);
  });
}
