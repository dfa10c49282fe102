import { describe, expect, it } from "vitest";
import { findPython } from "./find-python.ts";

/** A machine with these commands and what each says of itself. */
function machine(answers: Record<string, string>) {
  return (command: string) => Promise.resolve({ code: command in answers ? 0 : 1, output: answers[command] ?? "not found" });
}

describe("findPython", () => {
  it("takes the plain one when it is new enough and has pip", async () => {
    const run = machine({ python3: "python 3 11 True True\n", "python3.13": "python 3 13 True True\n" });
    expect(await findPython(run)).toEqual({ command: "python3", version: "3.11", hasPip: true });
  });

  it("passes over one that is too old, is no Python 3, or only says something", async () => {
    const run = machine({
      python3: "python 3 9 True True",
      python: "python 2 7 True True",
      "python3.14": "hello",
      "python3.12": "python 3 12 True False",
    });
    expect(await findPython(run)).toMatchObject({ command: "python3.12" });
  });

  it("prefers a Python with pip to one that could make a virtual environment", async () => {
    expect(await findPython(machine({ python3: "python 3 11 False True", "python3.10": "python 3 10 True True" }))).toMatchObject({
      command: "python3.10",
    });
    expect(await findPython(machine({ python3: "python 3 11 False True" }))).toEqual({
      command: "python3",
      version: "3.11",
      hasPip: false,
    });
  });

  it("finds none where none can install packages", async () => {
    expect(await findPython(machine({ python3: "python 3 11 False False" }))).toBeNull();
    expect(await findPython(machine({}))).toBeNull();
  });
});
