// boring-cors check --policy and --via: live answers against a policy, and hop by hop.
import { describe, expect, test } from "vitest";
import type { CheckOptions } from "../src/cli/check/options.ts";
import { cors, definePolicy } from "../src/index.ts";
import { APP, listening, run } from "./zoo/run.ts";
import { application, chain, handWritten, PREFLIGHT, service } from "./zoo/service.ts";

describe("--policy", () => {
  const policy = definePolicy({
    origin: [APP],
    credentials: true,
    methods: ["GET", "PUT"],
    allowedHeaders: ["X-Own", "Content-Type", "Authorization"],
    maxAge: 600,
  });
  const loadPolicy = async () => policy;
  const options: CheckOptions = {
    origin: APP,
    method: "PUT",
    header: ["X-Own"],
    credentials: true,
    policy: "cors.mjs",
  };

  test("no drift where the policy itself answers", async () => {
    const url = await listening(cors(policy).wrap((req, res) => application(req, res, () => {})));
    const { out, code } = await run([`${url}/orders`], options, { loadPolicy });
    expect(out).toContain("The live answers are the policy's.");
    expect(code).toBe(0);
  });

  test("every line that differs, and exit 1", async () => {
    const url = await listening(service({ preflight: { ...PREFLIGHT, "Access-Control-Max-Age": "60" } }));
    const { out, code } = await run([`${url}/orders`], { ...options, json: true }, { loadPolicy });
    const { drift, findings } = JSON.parse(out);
    expect(code).toBe(1);
    expect(findings.filter(({ severity }: { severity: string }) => severity === "fail")).toEqual([]);
    expect(drift).toContainEqual({
      request: "preflight",
      what: `OPTIONS /orders from ${APP}`,
      name: "access-control-max-age",
      live: "60",
      policy: "600",
    });
  });

  test("drift in words", async () => {
    const url = await listening(service({ vary: false, preflightStatus: 200, expose: "Link" }));
    const { out, code } = await run([`${url}/orders`], options, { loadPolicy });
    expect(code).toBe(1);
    const block = out.slice(
      out.indexOf("Where the live answers"),
      out.indexOf("\n\n", out.indexOf("Where the live")),
    );
    expect(block.split("\n").slice(0, 10)).toEqual([
      "Where the live answers differ from the policy:",
      `drift OPTIONS /orders from ${APP} (preflight)`,
      "        live:   status: 200",
      "        policy: status: 204",
      `drift OPTIONS /orders from ${APP} (preflight)`,
      "        live:   access-control-expose-headers: Link",
      "        policy: no access-control-expose-headers",
      `drift OPTIONS /orders from ${APP} (preflight)`,
      "        live:   no vary",
      "        policy: vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    ]);
    expect(block).toContain("drift GET /orders, no Origin (no Origin)");
    expect(out).toMatch(/\d fail, \d warn, \d+ pass, \d+ drift; \d+ requests\.\n$/);
  });

  test("a route that is left to the application does not drift", async () => {
    const passing = definePolicy({ routes: { "/": { origin: [APP] }, "/orders": "passthrough" } });
    const url = await listening(service({ vary: false }));
    const ran = await run(
      [`${url}/orders`],
      { origin: APP, policy: "cors.mjs", json: true },
      { loadPolicy: async () => passing },
    );
    expect(JSON.parse(ran.out).drift).toEqual([]);
  });
});

describe("--via", () => {
  const hop = async (inner: string, change: (headers: Headers) => void) =>
    listening(async (req, res) => {
      const headers = new Headers();
      for (const name of ["origin", "access-control-request-method", "access-control-request-headers"])
        if (typeof req.headers[name] === "string") headers.set(name, req.headers[name]);
      const got = await fetch(`${inner}${req.url}`, { method: req.method ?? "GET", headers });
      const out = new Headers(got.headers);
      for (const name of ["content-length", "transfer-encoding", "connection", "keep-alive"])
        out.delete(name);
      change(out);
      res.writeHead(got.status, [...out].flat()).end();
    });

  test("names the hop that took the header out", async () => {
    const origin = await listening(service());
    const gateway = await hop(origin, (headers) => headers.set("Server", "gate/1"));
    const cdn = await hop(gateway, (headers) => {
      headers.delete("access-control-allow-origin");
      headers.set("X-Cache", "MISS");
    });
    const { out, code } = await run([`${cdn}/orders`], { origin: APP, via: [origin, gateway], json: true });
    const { hops } = JSON.parse(out);
    expect(code).toBe(1);
    expect(hops.hops.map(({ hop, readable }: { hop: string; readable: boolean }) => [hop, readable])).toEqual(
      [
        [origin, true],
        [gateway, true],
        [cdn, false],
      ],
    );
    expect(hops.changes).toEqual([
      {
        hop: cdn,
        kind: "actual",
        name: "access-control-allow-origin",
        change: "dropped",
        before: [APP],
        after: [],
      },
    ]);
    expect(hops.culprit).toEqual({
      hop: cdn,
      why: `${gateway} lets the page through, and this hop dropped access-control-allow-origin (actual)`,
    });
    expect(hops.hops[2].hints).toContain("x-cache: MISS");
    const text = await run([`${cdn}/orders`], { origin: APP, via: [origin, gateway] });
    expect(text.out).toContain(`culprit: ${cdn}: ${gateway} lets the page through`);
  });

  test("asks every hop under the public Host", async () => {
    const hosts: (string | undefined)[] = [];
    const inner = await listening((req, res) => {
      hosts.push(req.headers.host);
      service()(req, res);
    });
    const outer = await listening(service());
    const { out } = await run([`${outer}/orders`], { origin: APP, via: [inner] });
    expect(hosts).toEqual([new URL(outer).host]);
    expect(out).toContain("No hop changes anything.");
  });

  test("blames the innermost hop where none lets it through", async () => {
    const inner = await listening(chain(application));
    const { out } = await run([`${inner}/orders`], { origin: APP, via: [inner], json: true });
    expect(JSON.parse(out).hops.culprit).toEqual({
      hop: inner,
      why: "even there, nearest to the service, the page is blocked",
    });
  });

  test("a hop that nobody is at is not to blame", async () => {
    const [inner, outer] = [await listening(service()), await listening(chain(application))];
    const nobody = "http://127.0.0.1:9";
    const options = { origin: APP, json: true };
    const first = await run([`${outer}/orders`], { ...options, via: [nobody] });
    expect(JSON.parse(first.out).hops.culprit).toBe(null);
    const between = await run([`${outer}/orders`], { ...options, via: [inner, nobody] });
    expect(JSON.parse(between.out).hops.culprit).toMatchObject({
      hop: outer,
      why: expect.stringMatching(
        /^http:\S+ lets the page through, and this hop .*dropped access-control-allow-origin/,
      ),
    });
  });

  test("a token in the URL of a hop is printed nowhere", async () => {
    const [inner, outer] = [await listening(service()), await listening(chain(application))];
    const via = [`${inner}/?token=s3cret-hop`];
    const { out } = await run([`${outer}/orders`], { origin: APP, via });
    expect(out).not.toContain("s3cret");
    expect(out).toContain("this hop dropped access-control-allow-origin (actual)");
  });

  test("the same hop twice", async () => {
    const [inner, outer] = [await listening(service()), await listening(chain(application))];
    const via = [inner, outer, outer];
    const { out } = await run([`${outer}/orders`], { origin: APP, via, json: true });
    const { why } = JSON.parse(out).hops.culprit;
    expect(why.match(/dropped access-control-allow-origin/g)).toHaveLength(1);
  });

  test("the status of another method is no change", async () => {
    const created = chain(handWritten(), (req, res) => res.writeHead(req.method === "PUT" ? 201 : 200).end());
    const [inner, outer] = [await listening(created), await listening(created)];
    const options = { origin: APP, method: "PUT", send: true, via: [inner] };
    const { out } = await run([`${outer}/orders`], options);
    expect(out).toContain("No hop changes anything.");
  });

  test("a redirect to another host leads away from the hop", async () => {
    const elsewhere = await listening(service({ allow: () => "*", credentials: undefined }));
    const location = `${elsewhere.replace("127.0.0.1", "localhost")}/orders`;
    const leaving = chain(handWritten(), (req, res) => {
      if (req.url === "/orders") res.writeHead(302, { Location: location }).end();
      else application(req, res, () => {});
    });
    const [inner, outer] = [await listening(leaving), await listening(leaving)];
    const { out } = await run([`${outer}/orders`], { origin: APP, via: [`${inner}/`], json: true });
    const { hops } = JSON.parse(out);
    expect(hops.hops.map(({ readable }: { readable: boolean }) => readable)).toEqual([true, true]);
    expect(hops.changes).toEqual([]);
  });

  test("a hop that nobody is at", async () => {
    const outer = await listening(service());
    const { out, code } = await run([`${outer}/orders`], { origin: APP, via: ["http://127.0.0.1:9"] });
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:9 {2}blocked$/m);
    expect(out).toContain("    actual nothing: connect ECONNREFUSED 127.0.0.1:9");
    expect(code).toBe(0);
  });

  test("what changes something is sent to no hop", async () => {
    const methods: (string | undefined)[] = [];
    const inner = await listening((req, res) => {
      methods.push(req.method);
      service()(req, res);
    });
    const outer = await listening(service());
    await run([`${outer}/orders`], { origin: APP, method: "PUT", send: true, via: [inner] });
    expect(methods).toEqual(["OPTIONS", "GET"]);
  });
});
