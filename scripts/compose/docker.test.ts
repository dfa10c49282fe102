import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { createDocker, DockerError } from "./docker.ts";
import { explainMissingEngine } from "./find-engine.ts";

const withoutDocker = createDocker({ PATH: "/nowhere" }, tmpdir());

describe("docker", () => {
  it("fails with a sentence where there is none", async () => {
    await expect(withoutDocker(["info"])).rejects.toThrow(DockerError);
  });

  it("is missing as an engine where there is none", async () => {
    expect(await explainMissingEngine(withoutDocker)).toBe("no container engine answers here");
  });

  it("runs nothing once it was stopped", async () => {
    await expect(withoutDocker(["info"], AbortSignal.abort())).rejects.toThrow("docker info: stopped");
  });
});
