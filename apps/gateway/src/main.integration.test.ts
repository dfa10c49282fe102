import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { MALFORMED_CONFIGURATION, MALFORMED_REQUESTS } from "./testing/malformed-requests.ts";
import { sendMalformed } from "./testing/send-malformed.ts";

const children: ChildProcess[] = [];
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gateway-"));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function startGateway(yaml: string, env: Readonly<Record<string, string>> = {}) {
  const file = join(folder, `${randomUUID()}.yaml`);
  await writeFile(file, yaml);
  const prefix = `test-${randomUUID()}`;
  const child = fork(new URL("main.ts", import.meta.url), {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: {
      PATH: process.env["PATH"],
      REDIS_URL: inject("redisUrl"),
      REDIS_PREFIX: prefix,
      GATEWAY_PORT: "0",
      COMPOSITE_CONFIG: file,
      OPENAI_API_KEY: "test",
      ANTHROPIC_API_KEY: "test",
      ...env,
    },
  });
  children.push(child);
  const exited = once(child, "exit");
  const errors = child.stderr === null ? Promise.resolve("") : text(child.stderr);
  const [message] = (await once(child, "message")) as [{ listening?: string; failed?: string }];
  return {
    child,
    file,
    prefix,
    url: message.listening ?? "",
    failed: message.failed,
    errors,
    exitCode: async () => (await exited)[0] as number,
  };
}

/** Names of all keys with a prefix but those of the queues themselves, by Redis's own protocol. */
async function keysOf(prefix: string): Promise<string[]> {
  const { hostname, port } = new URL(inject("redisUrl"));
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`KEYS ${prefix}*\r\nQUIT\r\n`);
  const answer = await text(socket);
  return answer.split("\r\n").filter((line) => line.startsWith(prefix) && !line.endsWith(":meta"));
}

describe("the gateway as a process", () => {
  test("refuses every malformed request, hands nothing in, and lives on", async () => {
    const { child, url, prefix } = await startGateway(MALFORMED_CONFIGURATION);
    for (const request of MALFORMED_REQUESTS) {
      const { message, ...refusal } = await sendMalformed(url, request);
      const { status, code, param } = request;
      expect(refusal, `${request.title}: ${message}`).toEqual({ status, code, param });
    }
    expect(await keysOf(prefix)).toEqual([]);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(child.exitCode).toBe(null);
  });

  test("takes over a changed configuration, and keeps the one before a broken one", async () => {
    const { file, url } = await startGateway("version: 1\n");
    const find = async (name: string): Promise<number> => (await fetch(`${url}/v1/models/composite/profile/${name}`)).status;
    expect(await find("new")).toBe(404);
    await writeFile(file, "version: 1\nprofiles: { new: { strategy: moa, model: openai/gpt-5 } }\n");
    await vi.waitFor(async () => expect(await find("new")).toBe(200), { timeout: 10_000 });
    await writeFile(file, "version: 1\nprofiles: { new: { strategy: magic } }\n");
    await writeFile(file, "version: 1\nprofiles: [\n");
    expect(await find("new")).toBe(200);
  });

  test("ends at once on SIGTERM when nothing is under way", async () => {
    const { child, url, exitCode } = await startGateway("version: 1\n");
    expect((await fetch(`${url}/v1/models`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await exitCode()).toBe(0);
  });

  test.each([
    ["a host for everybody without keys", { GATEWAY_HOST: "0.0.0.0" }, /^The gateway would answer everybody at 0\.0\.0\.0: set API_KEYS/],
    ["a Redis that is not there", { REDIS_URL: "redis://127.0.0.1:1" }, /^Redis cannot be reached at 127\.0\.0\.1:1/],
    ["a port that is none", { GATEWAY_PORT: "eighty" }, /GATEWAY_PORT must be a whole number/],
    ["a configuration that is not there", { COMPOSITE_CONFIG: "/nowhere/composite.yaml" }, /COMPOSITE_CONFIG names the file/],
  ])("says in one sentence why it does not start with %s", async (_case, env, sentence) => {
    const { failed, errors, exitCode } = await startGateway("version: 1\n", env);
    expect(failed).toMatch(sentence);
    expect(await exitCode()).toBe(1);
    expect(await errors).not.toContain("    at ");
  });
});
