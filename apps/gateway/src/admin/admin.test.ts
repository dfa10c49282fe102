import { createRunId } from "@composite-llm/core";
import { errorResponse } from "@composite-llm/openai-api";
import { describe, expect, it } from "vitest";
import { buildTestGateway, type TestGateway } from "../testing/build-test-gateway.ts";

const YAML = "version: 1\napi_keys: [{ name: team-a, key: key-of-a }]\n";
const WITH_OPERATOR = { yaml: YAML, env: { OPENAI_API_KEY: "test", OPERATOR_KEY: "key-of-the-operator" } };
const run = createRunId(1000);
const entry = { id: `${run}.1001`, run, step: "final", deaths: 3, sinceMs: 1000, reason: "its lock was lost" };

async function ask({ app }: TestGateway, key: string | null, method: "GET" | "POST" = "GET", path = "") {
  const headers = key === null ? {} : { authorization: `Bearer ${key}` };
  const answer = await app.inject({ method, url: `/v1/admin/quarantine${path}`, headers });
  return { status: answer.statusCode, body: answer.json<unknown>() };
}

async function refusal(...asked: Parameters<typeof ask>): Promise<[status: number, code: string | null]> {
  const { status, body } = await ask(...asked);
  return [status, errorResponse.parse(body).error.code];
}

describe("/v1/admin/quarantine", () => {
  it("lists what is in quarantine, with its deaths and their reason", async () => {
    const gateway = await buildTestGateway(WITH_OPERATOR);
    gateway.gate.quarantined.push(entry);
    expect(await ask(gateway, "key-of-the-operator")).toEqual({
      status: 200,
      body: {
        object: "list",
        data: [
          {
            id: entry.id,
            object: "composite.quarantined",
            run,
            step: "final",
            deaths: 3,
            since: "1970-01-01T00:00:01.000Z",
            reason: "its lock was lost",
          },
        ],
        has_more: false,
        next_cursor: null,
      },
    });
  });

  it("releases by id, and says when nothing has it", async () => {
    const gateway = await buildTestGateway(WITH_OPERATOR);
    gateway.gate.quarantined.push(entry);
    const release = `/${entry.id}/release`;
    expect(await ask(gateway, "key-of-the-operator", "POST", release)).toEqual({
      status: 200,
      body: { id: entry.id, object: "composite.quarantined", released: true },
    });
    expect(gateway.gate.quarantined).toEqual([]);
    expect(await refusal(gateway, "key-of-the-operator", "POST", release)).toEqual([404, "run_not_found"]);
  });

  it("is for the operator only", async () => {
    const gateway = await buildTestGateway(WITH_OPERATOR);
    for (const method of ["GET", "POST"] as const) {
      const path = method === "GET" ? "" : `/${entry.id}/release`;
      expect(await refusal(gateway, null, method, path)).toEqual([401, "invalid_api_key"]);
      expect(await refusal(gateway, "nonsense", method, path)).toEqual([401, "invalid_api_key"]);
      expect(await refusal(gateway, "key-of-a", method, path)).toEqual([403, "operator_only"]);
    }
  });

  it("is for nobody where no operator has a key, also not for this machine", async () => {
    const gateway = await buildTestGateway({ yaml: "version: 1\n", env: { OPENAI_API_KEY: "test" } });
    expect(await refusal(gateway, null)).toEqual([403, "operator_only"]);
    expect(await refusal(gateway, "any")).toEqual([403, "operator_only"]);
  });

  it("says when Redis does not answer", async () => {
    const gateway = await buildTestGateway(WITH_OPERATOR);
    gateway.gate.isDown = true;
    expect(await refusal(gateway, "key-of-the-operator")).toEqual([503, "queue_unavailable"]);
  });
});
