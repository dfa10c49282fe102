const PIECE = /\s*\S{1,8}|\s+$/gu;

/** Cuts a text into tokens: up to 8 characters each with the white space before them. Joined they are the text again. */
export function toPieces(text: string): string[] {
  return text.match(PIECE) ?? [];
}

const CHARACTERS_PER_TOKEN = 4;

/** Tokens of an input text. */
export function countInputTokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}
