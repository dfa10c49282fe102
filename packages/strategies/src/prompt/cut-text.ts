/**
 * A text that is too long keeps its first seven tenths and its end, where conclusions stand; a mark between them says how
 * much is gone. No character is split.
 *
 * @param maxChars UTF-16 units that are kept, the mark not counted
 */
export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const headLength = Math.ceil(maxChars * 0.7);
  const head = text.slice(0, headLength).replace(/[\uD800-\uDBFF]$/, "");
  const tail = text.slice(text.length - (maxChars - headLength)).replace(/^[\uDC00-\uDFFF]/, "");
  return `${head}\n[cut here: ${text.length - head.length - tail.length} characters left out]\n${tail}`;
}
