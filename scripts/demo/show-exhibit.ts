import type OpenAI from "openai";
import { toDisplayName } from "./amounts.ts";
import { type ExhibitNews, readNews } from "./exhibit-news.ts";
import { applyNews, beginExhibit, endExhibit, type ExhibitView } from "./exhibit-view.ts";
import type { Exhibit } from "./plan-exhibits.ts";
import type { Screen } from "./screen.ts";
import { line } from "./styled-line.ts";
import { cleanText } from "./text-width.ts";
import { toEndedLines, toLiveLines } from "./to-exhibit-lines.ts";
import { toLogLine } from "./to-log-line.ts";

export interface ShowExhibitOptions {
  client: OpenAI;
  exhibit: Exhibit;
  question: string;
  screen: Screen;
  /** Monotonic. */
  now(): number;
  /** Hangs up; the gateway then cancels the run. */
  signal: AbortSignal;
}

const REDRAW_MS = 100;

type CompositeRequest = OpenAI.ChatCompletionCreateParamsStreaming & { composite: Record<string, unknown> };

/** Asks for a stream through the official client and hands on what it tells. A failure is told, not thrown. */
async function listen({ client, exhibit, question, signal }: ShowExhibitOptions, tell: (news: ExhibitNews) => void): Promise<void> {
  const request: CompositeRequest = { ...exhibit.request, messages: [{ role: "user", content: question }], stream: true };
  try {
    for await (const chunk of await client.chat.completions.create(request, { signal })) readNews(chunk).forEach(tell);
  } catch (error) {
    if (signal.aborted) return;
    tell({ kind: "problem", message: cleanText(error instanceof Error ? error.message : String(error)) });
  }
}

/** Sends one request and shows its stages while they run; what remains on the screen is the whole course and the answer. */
export async function showExhibit(options: ShowExhibitOptions): Promise<ExhibitView> {
  const { exhibit, screen, now, signal } = options;
  let view = beginExhibit(exhibit.title, exhibit.request.model, now());
  const draw = (): void => screen.show(toLiveLines(view, now(), screen.size()));
  if (!screen.isLive) screen.print([line([`${view.title}: ${toDisplayName(view.model)}`, "bold"])]);
  draw();
  const timer = setInterval(draw, REDRAW_MS);
  try {
    await listen(options, (news) => {
      view = applyNews(view, news, now());
      const logged = screen.isLive ? null : toLogLine(news, now() - view.startedMs);
      if (logged !== null) screen.print([line(`  ${logged}`)]);
    });
  } finally {
    clearInterval(timer);
    screen.show([]);
  }
  view = endExhibit(view, now());
  if (!signal.aborted) screen.print(toEndedLines(view, screen.size().columns));
  return view;
}
