import { describe, expect, it } from "vitest";
import { ToolCallPieces, type VendorToolCallPiece } from "./tool-call-pieces.ts";

function piece(fields: Partial<VendorToolCallPiece>): VendorToolCallPiece {
  return { key: null, id: null, name: null, arguments: "", vendor: null, ...fields };
}

function read(pieces: Partial<VendorToolCallPiece>[]) {
  const calls = new ToolCallPieces((index) => `made-${index}`);
  return pieces.map((fields) => calls.next(piece(fields))).filter((delta) => delta !== null);
}

describe("the pieces of tool calls", () => {
  it("carry id and name once, and are numbered from 0 whatever the vendor's numbers", () => {
    expect(
      read([
        { key: 3, id: "a", name: "f" },
        { key: 3, arguments: "{}" },
        { key: 7, id: "b", name: "g", arguments: "{" },
        { key: 3, id: "a", name: "f", arguments: "!" },
        { key: 7, arguments: "}" },
      ]),
    ).toEqual([
      { index: 0, id: "a", name: "f", arguments: "" },
      { index: 0, arguments: "{}" },
      { index: 1, id: "b", name: "g", arguments: "{" },
      { index: 0, arguments: "!" },
      { index: 1, arguments: "}" },
    ]);
  });

  it("tell calls apart that all have the number 0, by their ids", () => {
    const deltas = read([
      { key: 0, id: "a", name: "f", arguments: "{}" },
      { key: 0, id: "b", name: "f", arguments: "{}" },
    ]);
    expect(deltas.map(({ index, id }) => [index, id])).toEqual([
      [0, "a"],
      [1, "b"],
    ]);
  });

  it("tell calls apart that have neither number nor id, by their names, and give them ids", () => {
    const deltas = read([{ name: "f", arguments: "{" }, { arguments: "}" }, { name: "f", arguments: "{}" }]);
    expect(deltas).toEqual([
      { index: 0, id: "made-0", name: "f", arguments: "{" },
      { index: 0, arguments: "}" },
      { index: 1, id: "made-1", name: "f", arguments: "{}" },
    ]);
  });

  it("wait for a name that comes late, and lose nothing that came before it", () => {
    expect(
      read([
        { key: 0, id: "a", arguments: "{" },
        { key: 0, name: "f", arguments: "}" },
      ]),
    ).toEqual([{ index: 0, id: "a", name: "f", arguments: "{}" }]);
  });

  it("keep a field of the vendor's own", () => {
    const vendor = { extra_content: { google: { thought_signature: "s" } } };
    expect(read([{ key: 0, id: "a", name: "f", vendor }])).toEqual([{ index: 0, id: "a", name: "f", arguments: "", vendor }]);
  });
});
