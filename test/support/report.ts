// Shared by the tests of report mode: what is published while a test runs, and servers of today beside the policy.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import npmCors from "cors";
import { onTestFinished } from "vitest";
import type { Difference, DifferenceEvent, ReportProblem } from "../../src/index.ts";
import type { Handler } from "./cases.ts";

const CHANNEL = "boring-cors:difference";

/** Everything that is published from now on. */
export function published(): DifferenceEvent[] {
  const events: DifferenceEvent[] = [];
  const listener = (message: unknown) => void events.push(message as DifferenceEvent);
  subscribe(CHANNEL, listener);
  onTestFinished(() => void unsubscribe(CHANNEL, listener));
  return events;
}

/** The differences, each on one line: `blocks access-control-allow-origin: "*" -> none`. */
export function linesOf(events: readonly DifferenceEvent[]): string[] {
  return differencesOf(events).map(({ effect, kind, header, sent, wanted }) => {
    const shown = (value: unknown) => (value === undefined ? "none" : String(value));
    return `${effect} ${header ?? kind}: ${shown(sent)} -> ${shown(wanted)}`;
  });
}

export function differencesOf(events: readonly DifferenceEvent[]): Difference[] {
  return events.filter((event): event is Difference => event.kind !== "policy");
}

export function problemsOf(events: readonly DifferenceEvent[]): ReportProblem[] {
  return events.filter((event): event is ReportProblem => event.kind === "policy");
}

export type Layer = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

/** Layers, one inside the other, with a handler in the middle. */
export function stack(layers: readonly Layer[], handler: Handler): RequestListener {
  return (req, res) => {
    const go = (index: number, error?: unknown): void => {
      if (error !== undefined) {
        res.statusCode = 500;
        res.end(String(error));
        return;
      }
      const layer = layers[index];
      if (layer === undefined) handler(req, res);
      else layer(req, res, (failure) => go(index + 1, failure));
    };
    go(0);
  };
}

export const npm = (options?: npmCors.CorsOptions): Layer => npmCors(options) as unknown as Layer;
