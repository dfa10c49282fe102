import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { findLocalModels, localCandidates } from "./find-local-models.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function serve(answer: (path: string) => string | null): Promise<string> {
  const server = createServer((request, response) => {
    const body = answer(request.url ?? "");
    if (body !== null) response.end(body);
  });
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/v1`);
    });
  });
}

describe("findLocalModels", () => {
  it("finds the servers that list models", async () => {
    const url = await serve((path) => (path === "/v1/models" ? JSON.stringify({ data: [{ id: "qwen3" }, { id: "llama" }] }) : "no"));
    expect(await findLocalModels(["http://127.0.0.1:1/v1", url])).toEqual([{ baseUrl: url, models: ["qwen3", "llama"] }]);
  });

  it("passes over other programs, silent ones, and gateways like ours", async () => {
    const page = await serve(() => "<html>");
    const silent = await serve(() => null);
    const gateway = await serve(() => JSON.stringify({ data: [{ id: "composite/moa/openai/gpt-5" }] }));
    expect(await findLocalModels([page, silent, gateway], fetch, 100)).toEqual([]);
  });
});

describe("localCandidates", () => {
  it("looks at the usual ports, but not at our own", () => {
    expect(localCandidates(null, new Set([8080]))).toEqual([
      "http://127.0.0.1:11434/v1",
      "http://127.0.0.1:1234/v1",
      "http://127.0.0.1:8000/v1",
    ]);
    expect(localCandidates(null, new Set([9090]))).toContain("http://127.0.0.1:8080/v1");
  });

  it("looks nowhere else when LOCAL_MODEL_URL is set", () => {
    expect(localCandidates("http://10.0.0.5:9000/v1/", new Set())).toEqual(["http://10.0.0.5:9000/v1"]);
  });
});
