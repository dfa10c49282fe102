import type { IncomingMessage, ServerResponse } from "node:http";
import { splitModelName } from "../behaviour/split-model-name.ts";
import type { LimitDesk } from "../limits/limit-desk.ts";
import type { Problem } from "../wires/problem.ts";
import type { Wire } from "../wires/wire.ts";
import { toModelEntry, toModelList } from "./model-list.ts";
import { sendJson } from "./send-json.ts";

/** Refuses a request that no model is involved in. */
export function sendProblem(wire: Wire, problem: Problem, response: ServerResponse): void {
  sendJson(response, problem.status, wire.toErrorBody(problem, "req_simulated"));
}

/** Lists the models, or shows one. @param id null for the list */
export function serveModels(wire: Wire, limits: LimitDesk, id: string | null, request: IncomingMessage, response: ServerResponse): void {
  const { headers } = request;
  const outageStatus = limits.outageStatus({ wire: wire.name, model: id ?? "", key: wire.readKey(headers) });
  const problem =
    outageStatus === null
      ? (wire.authenticate(headers) ?? (id === null ? null : wire.findModel(splitModelName(id).base)))
      : wire.toProblem({ kind: "status", status: outageStatus }, id ?? "");
  if (problem !== null) sendProblem(wire, problem, response);
  else sendJson(response, 200, JSON.stringify(id === null ? toModelList(wire.name) : toModelEntry(wire.name, id)));
}
