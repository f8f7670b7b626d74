// boring-cors check over TLS, HTTP/2 and IPv6.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createSecureServer, type Http2SecureServer } from "node:http2";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { APP, codesOf, listening, reportOn, run } from "./zoo/run.ts";
import { chain, type Step, service } from "./zoo/service.ts";

let folder: string;
let tls: { key: Buffer; cert: Buffer };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "boring-cors-check-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const make = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test.example -keyout KEY -out CERT";
  execFileSync("openssl", make.replace("KEY", key).replace("CERT", cert).split(" "), { stdio: "ignore" });
  tls = { key: readFileSync(key), cert: readFileSync(cert) };
});
afterAll(() => rmSync(folder, { recursive: true }));

async function listeningHttp2(server: Http2SecureServer): Promise<string> {
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const PUT = { method: "PUT", header: ["X-Own: 1", "Authorization: Bearer 0123456789"], credentials: true };

test("https, with --insecure only", async () => {
  const url = await listening(createHttps(tls, service()));
  const report = await reportOn(`${url}/orders`, { ...PUT, insecure: true });
  expect(codesOf(report, "fail")).toEqual([]);
  expect(report.conversation.map(({ protocol }) => protocol)).toEqual(["HTTP/1.1", "HTTP/1.1"]);
  const refused = await run([`${url}/orders`], { origin: APP });
  // What Node 24 says has advice of its own in between.
  expect(refused.err.startsWith(`${url} cannot be reached: self-signed certificate;`)).toBe(true);
  expect(refused.err.endsWith("; with --insecure any certificate will do.")).toBe(true);
  expect(refused.code).toBe(2);
});

test("HTTP/2 where the server offers it, over one connection", async () => {
  let connections = 0;
  const versions = new Set<string>();
  const listener = (req: unknown, res: unknown) => {
    versions.add((req as IncomingMessage).httpVersion);
    service()(req as IncomingMessage, res as ServerResponse);
  };
  const server = createSecureServer({ ...tls, allowHTTP1: true }, listener);
  server.on("secureConnection", () => connections++);
  const url = await listeningHttp2(server);
  const report = await reportOn(`${url}/orders`, { ...PUT, insecure: true });
  expect(codesOf(report, "fail")).toEqual([]);
  expect(report.conversation.map(({ protocol }) => protocol)).toEqual(["HTTP/2", "HTTP/2"]);
  expect(report.conversation[0]?.response).toContain("access-control-max-age: 600");
  const sent = await reportOn(`${url}/orders`, { ...PUT, insecure: true, send: true });
  expect(sent.verdict).toMatchObject({ outcome: "readable", certain: true });
  expect({ connections, versions: [...versions] }).toEqual({ connections: 2, versions: ["2.0"] });
});

test("a body over HTTP/2", async () => {
  const bodies: string[] = [];
  const server = createSecureServer(tls, async (req, res) => {
    let body = "";
    for await (const chunk of req) body += chunk;
    if (req.method === "POST") bodies.push(`${req.headers["content-length"]} ${body}`);
    service()(req as unknown as IncomingMessage, res as unknown as ServerResponse);
  });
  const url = await listeningHttp2(server);
  for (const data of ["a=1", undefined]) {
    const report = await reportOn(`${url}/orders`, { method: "POST", send: true, data, insecure: true });
    expect(report.verdict).toMatchObject({ outcome: "readable", certain: true });
  }
  expect(bodies).toEqual(["3 a=1", "0 "]);
});

test("a server of HTTP/2 that never answers", async () => {
  const server = createSecureServer(tls, () => {});
  const url = await listeningHttp2(server);
  const { code, err } = await run([url], { origin: APP, insecure: true, timeout: "200" });
  expect(err).toBe(`${url} cannot be reached: no answer within 200 ms.`);
  expect(code).toBe(2);
});

test("answers with many headers, over either protocol", async () => {
  const many = chain((_req, res, next) => {
    for (let index = 0; index < 2500; index++) res.setHeader(`X-${index}`, "1");
    next();
  }, service() as Step);
  const http2 = createSecureServer({ ...tls, settings: { maxHeaderListSize: 256 * 1024 } }, many as never);
  for (const url of [await listening(many), await listeningHttp2(http2)]) {
    const report = await reportOn(`${url}/orders`, { insecure: true });
    expect(report.verdict.outcome).toBe("readable");
  }
});

const hasIPv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === "::1"),
);

test.runIf(hasIPv6)("IPv6", async () => {
  const url = await listening(service(), "::1");
  expect(url).toContain("[::1]");
  const report = await reportOn(`${url}/orders`, PUT);
  expect(codesOf(report, "fail")).toEqual([]);
  expect(codesOf(report, "warn")).toEqual(["local-network"]);
});
