// Does a request come from the service's own pages? Asked where a refusal would hit the service itself.
import type { IncomingMessage } from "node:http";
import { parseOrigin } from "../policy/origin.ts";

/** https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header: the browser's own word, no page can set it. */
export function isSameOrigin({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return headers["sec-fetch-site"] === "same-origin";
}

/**
 * For `blockRefused`: the browser's word alone where it is given; otherwise Origin's host must be the one that was
 * asked. `X-Forwarded-Host` can be forged, but only by clients that are no browsers, which could leave Origin out.
 */
export function isOwnSite({ headers }: Pick<IncomingMessage, "headers">, origin: string): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin" || site === "none";
  const parsed = parseOrigin(origin);
  if (parsed === undefined || (parsed.scheme !== "https" && parsed.scheme !== "http")) return false;
  const host = parsed.port === "" ? parsed.host : `${parsed.host}:${parsed.port}`;
  const defaultPort = parsed.scheme === "https" ? ":443" : ":80";
  const [forwarded] = String(headers["x-forwarded-host"] ?? "").split(",", 1);
  return [headers[":authority"], headers.host, forwarded].some((named) => {
    if (typeof named !== "string") return false;
    const lower = named.trim().toLowerCase();
    return (lower.endsWith(defaultPort) ? lower.slice(0, -defaultPort.length) : lower) === host;
  });
}
