export interface PieceGroup {
  text: string;
  pieces: readonly string[];
  tokens: number;
}

/** The tokens of a text in chunks of a size. */
export function* groupPieces(pieces: readonly string[], size: number): Generator<PieceGroup> {
  for (let at = 0; at < pieces.length; at += size) {
    const group = pieces.slice(at, at + size);
    yield { text: group.join(""), pieces: group, tokens: group.length };
  }
}
