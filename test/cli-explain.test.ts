// explain: complete answers, in words and as JSON.
import { describe, expect, test } from "vitest";
import { folderWith, runIn, runWith } from "./support/cli.ts";

const POLICY = `import { definePolicy } from "boring-cors";
export default definePolicy({
  routes: {
    "/": {
      origin: ["https://app.example.com", "https://*.preview.example.com", /^https:\\/\\/pr-[0-9]+\\.example\\.net$/],
      credentials: true,
      methods: ["GET", "PUT"],
      allowedHeaders: ["Content-Type"],
      exposedHeaders: ["ETag"],
    },
    "/public": { origin: "*", allowedHeaders: [] },
    "/public/internal": false,
    "/legacy": "passthrough",
    "/tenants": { origin: (origin) => origin === "https://app.example.com" },
    "/closed": { origin: false, blockRefused: true },
  },
});
`;
const FILE = "cors.policy.mjs";

async function explain(...argv: string[]) {
  const { code, out, err } = await runWith({ [FILE]: POLICY }, ["explain", FILE, ...argv]);
  expect(err).toBe("");
  return `${out}[${code}]`;
}

const APP = ["--origin", "https://app.example.com"];

describe("in words", () => {
  test("readable, by way of a preflight", async () => {
    expect(
      await explain(
        ...APP,
        "--method",
        "put",
        "--path",
        "/orders/7?x=1",
        "--header",
        "Content-Type",
        "--credentials",
      ),
    ).toMatchInlineSnapshot(`
      "readable: the page can read the answer

      page       https://app.example.com
      asks       put https://service.invalid/orders/7?x=1, with Content-Type, with credentials
      route      "/": no other key covers "/orders/7"
      origins    "https://app.example.com", "https://*.preview.example.com", /^https:\\/\\/pr-[0-9]+\\.example\\.net$/ (this page by "https://app.example.com")
      rule       with credentials; methods GET,PUT; allowed headers Content-Type; exposed headers ETag; max-age 600
      preflight  needed: method PUT is not GET, HEAD or POST; header content-type needs one with this value

        OPTIONS /orders/7
          origin: https://app.example.com
          access-control-request-method: PUT
          access-control-request-headers: content-type
        -> 204
          access-control-allow-origin: https://app.example.com
          access-control-allow-credentials: true
          access-control-allow-methods: GET,PUT
          access-control-allow-headers: Content-Type
          access-control-max-age: 600
          vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers

        PUT /orders/7
          origin: https://app.example.com
        -> the application answers, with
          access-control-allow-origin: https://app.example.com
          access-control-allow-credentials: true
          access-control-expose-headers: ETag
          vary: Origin
      [0]"
    `);
  });

  test("a method that is not granted", async () => {
    expect(await explain(...APP, "--method", "DELETE", "--path", "/orders/7")).toMatchInlineSnapshot(`
      "blocked at the preflight [preflight-method]

      page       https://app.example.com
      asks       DELETE https://service.invalid/orders/7, without credentials
      route      "/": no other key covers "/orders/7"
      origins    "https://app.example.com", "https://*.preview.example.com", /^https:\\/\\/pr-[0-9]+\\.example\\.net$/ (this page by "https://app.example.com")
      rule       with credentials; methods GET,PUT; allowed headers Content-Type; exposed headers ETag; max-age 600
      preflight  needed: method DELETE is not GET, HEAD or POST

        OPTIONS /orders/7
          origin: https://app.example.com
          access-control-request-method: DELETE
        -> 204
          access-control-allow-origin: https://app.example.com
          access-control-allow-credentials: true
          access-control-allow-methods: GET,PUT
          access-control-allow-headers: Content-Type
          access-control-max-age: 600
          vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers
        refused: Method "DELETE" is not among the methods of route "/"; add it to "methods" to allow it.

      The request itself is not sent.

      The browser says: Access to fetch at 'https://service.invalid/orders/7' from origin 'https://app.example.com' has been blocked by CORS policy: Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.

      To change it: methods: add "DELETE" to "GET,PUT".
      [1]"
    `);
  });

  test("a header that is not granted", async () => {
    expect(
      await explain(...APP, "--header", "Content-Type: text/plain", "--header", "X-Trace: 1"),
    ).toMatchInlineSnapshot(`
      "blocked at the preflight [preflight-header]

      page       https://app.example.com
      asks       GET https://service.invalid/, with Content-Type, X-Trace, without credentials
      route      "/": no other key covers "/"
      origins    "https://app.example.com", "https://*.preview.example.com", /^https:\\/\\/pr-[0-9]+\\.example\\.net$/ (this page by "https://app.example.com")
      rule       with credentials; methods GET,PUT; allowed headers Content-Type; exposed headers ETag; max-age 600
      preflight  needed: header x-trace needs one with this value

        OPTIONS /
          origin: https://app.example.com
          access-control-request-method: GET
          access-control-request-headers: x-trace
        -> 204
          access-control-allow-origin: https://app.example.com
          access-control-allow-credentials: true
          access-control-allow-methods: GET,PUT
          access-control-allow-headers: Content-Type
          access-control-max-age: 600
          vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers
        refused: Request header "x-trace" is not among the allowed headers of route "/"; add it to "allowedHeaders" to allow it.

      The request itself is not sent.

      The browser says: Access to fetch at 'https://service.invalid/' from origin 'https://app.example.com' has been blocked by CORS policy: Request header field x-trace is not allowed by Access-Control-Allow-Headers in preflight response.

      To change it: allowedHeaders: add "x-trace" to "Content-Type".
      [1]"
    `);
  });

  test("an origin that a RegExp lets in", async () => {
    expect(await explain("--origin", "https://pr-12.example.net")).toMatchInlineSnapshot(`
      "readable: the page can read the answer

      page       https://pr-12.example.net
      asks       GET https://service.invalid/, without credentials
      route      "/": no other key covers "/"
      origins    "https://app.example.com", "https://*.preview.example.com", /^https:\\/\\/pr-[0-9]+\\.example\\.net$/ (this page by /^https:\\/\\/pr-[0-9]+\\.example\\.net$/)
      rule       with credentials; methods GET,PUT; allowed headers Content-Type; exposed headers ETag; max-age 600
      preflight  not needed

        GET /
          origin: https://pr-12.example.net
        -> the application answers, with
          access-control-allow-origin: https://pr-12.example.net
          access-control-allow-credentials: true
          access-control-expose-headers: ETag
          vary: Origin
      [0]"
    `);
  });

  test("an origin that is not let in", async () => {
    expect(await explain("--origin", "https://preview.example.com", "--credentials")).toMatchInlineSnapshot(`
      "blocked at the response [allow-origin-missing]

      page       https://preview.example.com
      asks       GET https://service.invalid/, with credentials
      route      "/": no other key covers "/"
      origins    "https://app.example.com", "https://*.preview.example.com", /^https:\\/\\/pr-[0-9]+\\.example\\.net$/
      rule       with credentials; methods GET,PUT; allowed headers Content-Type; exposed headers ETag; max-age 600
      preflight  not needed

        GET /
          origin: https://preview.example.com
        -> the application answers, with
          vary: Origin

      The browser says: Access to fetch at 'https://service.invalid/' from origin 'https://preview.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.

      To change it: Origin "https://preview.example.com" is not among the origins of route "/"; add it to "origin" to allow it.

      note sent-nevertheless: The request reached the server, which has acted on it; only the answer is kept from the page. CORS is no protection of what the server does.
      [1]"
    `);
  });

  test("credentials under a wildcard", async () => {
    expect(await explain(...APP, "--path", "/public/x", "--credentials")).toMatchInlineSnapshot(`
      "blocked at the response [allow-origin-wildcard]

      page       https://app.example.com
      asks       GET https://service.invalid/public/x, with credentials
      route      "/public": it is the longest key that covers "/public/x"; "/" covers it as well
      origins    "*": every website
      rule       without credentials; methods GET,HEAD,PUT,PATCH,POST,DELETE; allowed headers none; exposed headers none; max-age 600
      preflight  not needed

        GET /public/x
          origin: https://app.example.com
        -> the application answers, with
          access-control-allow-origin: *

      The browser says: Access to fetch at 'https://service.invalid/public/x' from origin 'https://app.example.com' has been blocked by CORS policy: The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.

      To change it: origin: "*" goes with no credentials: write origin: ["https://app.example.com"], credentials: true; or leave credentials: "include" out of the page.

      note sent-nevertheless: The request reached the server, which has acted on it; only the answer is kept from the page. CORS is no protection of what the server does.
      [1]"
    `);
  });

  test("a route that lets nobody in, below one that lets everybody in", async () => {
    expect(await explain(...APP, "--path", "/public/internal")).toMatchInlineSnapshot(`
      "blocked at the response [allow-origin-missing]

      page       https://app.example.com
      asks       GET https://service.invalid/public/internal, without credentials
      route      "/public/internal": it is the longest key that covers "/public/internal"; "/", "/public" cover it as well
      rule       false: no cross-origin access
      preflight  not needed

        GET /public/internal
          origin: https://app.example.com
        -> the application answers; the policy sets no header

      The browser says: Access to fetch at 'https://service.invalid/public/internal' from origin 'https://app.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.

      To change it: CORS is switched off for route "/public/internal"; give it an "origin" to allow cross-origin requests.

      note sent-nevertheless: The request reached the server, which has acted on it; only the answer is kept from the page. CORS is no protection of what the server does.
      [1]"
    `);
  });

  test("a route that blocks", async () => {
    expect(await explain("--origin", "null", "--path", "/closed", "--method", "POST")).toMatchInlineSnapshot(`
      "blocked at the response [allow-origin-missing]

      page       null
      asks       POST https://service.invalid/closed, without credentials
      route      "/closed": it is the longest key that covers "/closed"; "/" covers it as well
      origins    none
      rule       without credentials; methods GET,HEAD,PUT,PATCH,POST,DELETE; allowed headers what is asked for; exposed headers none; max-age 600
      preflight  not needed

        POST /closed
          origin: null
        -> 403
          vary: Origin

      The browser says: Access to fetch at 'https://service.invalid/closed' from origin 'null' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.

      To change it: CORS is switched off for route "/closed"; give it an "origin" to allow cross-origin requests.
      [1]"
    `);
  });

  test("an origin function", async () => {
    expect(await explain(...APP, "--path", "/tenants")).toMatchInlineSnapshot(`
      "readable: the page can read the answer

      page       https://app.example.com
      asks       GET https://service.invalid/tenants, without credentials
      route      "/tenants": it is the longest key that covers "/tenants"; "/" covers it as well
      origins    a function decides
      rule       without credentials; methods GET,HEAD,PUT,PATCH,POST,DELETE; allowed headers what is asked for; exposed headers none; max-age 600
      preflight  not needed

        GET /tenants
          origin: https://app.example.com
        -> the application answers, with
          access-control-allow-origin: https://app.example.com
          vary: Origin
      [0]"
    `);
  });

  test("a path that is left to others", async () => {
    expect(await explain(...APP, "--path", "/legacy")).toMatchInlineSnapshot(`
      "not decided here: this policy leaves the path to what stands behind it

      page       https://app.example.com
      asks       GET https://service.invalid/legacy, without credentials
      route      "/legacy": it is the longest key that covers "/legacy"; "/" covers it as well
      rule       "passthrough": somebody behind this policy owns CORS here
      preflight  not needed

        GET /legacy
          origin: https://app.example.com
        -> the application answers; the policy sets no header

      To change it: CORS on route "/legacy" is left to the application behind this policy; look there.
      [1]"
    `);
  });

  test("a path that could be read in two ways", async () => {
    expect(await explain(...APP, "--path", "/Public/x")).toMatchInlineSnapshot(`
      "blocked at the response [allow-origin-missing]

      page       https://app.example.com
      asks       GET https://service.invalid/Public/x, without credentials
      route      another server could read this path differently, so no route decides and nothing is granted
      preflight  not needed

        GET /Public/x
          origin: https://app.example.com
        -> the application answers, with
          vary: Origin

      The browser says: Access to fetch at 'https://service.invalid/Public/x' from origin 'https://app.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.

      To change it: Path "/Public/x" would be read differently by different servers, so no route is sure; send it without escapes, dot segments, doubled slashes or other case.

      note sent-nevertheless: The request reached the server, which has acted on it; only the answer is kept from the page. CORS is no protection of what the server does.
      [1]"
    `);
  });

  test("the page's own origin", async () => {
    expect(await explain(...APP, "--path", "https://app.example.com/x")).toMatchInlineSnapshot(`
      "readable: the page asks its own origin, so CORS does not apply

      page       https://app.example.com
      asks       GET https://app.example.com/x, without credentials
      route      "/": no other key covers "/x"
      origins    "https://app.example.com", "https://*.preview.example.com", /^https:\\/\\/pr-[0-9]+\\.example\\.net$/ (this page by "https://app.example.com")
      rule       with credentials; methods GET,PUT; allowed headers Content-Type; exposed headers ETag; max-age 600
      preflight  not needed

        GET /x
        -> the application answers, with
          vary: Origin

      note same-origin: The URL is of the page's own origin: CORS plays no part. Write the API's whole URL where another origin was meant.
      [0]"
    `);
  });

  test("mixed content", async () => {
    expect(await explain(...APP, "--path", "http://api.example.com/x")).toMatchInlineSnapshot(`
      "blocked before anything is sent [mixed-content]

      page       https://app.example.com
      asks       GET http://api.example.com/x, without credentials
      route      "/": no other key covers "/x"
      origins    "https://app.example.com", "https://*.preview.example.com", /^https:\\/\\/pr-[0-9]+\\.example\\.net$/ (this page by "https://app.example.com")
      rule       with credentials; methods GET,PUT; allowed headers Content-Type; exposed headers ETag; max-age 600
      preflight  not needed

      The browser says: Mixed Content: The page at 'https://app.example.com/' was loaded over HTTPS, but requested an insecure resource 'http://api.example.com/x'. This request has been blocked; the content must be served over HTTPS.

      To change it: No policy changes this: serve the API over https.
      [1]"
    `);
  });
});

test("a path that no key covers", async () => {
  const files = { "a.json": '{ "routes": { "/a": { "origin": "*" }, "/b": false } }' };
  const { code, out } = await runWith(files, ["explain", "a.json", ...APP, "--path", "/ab"]);
  expect(code).toBe(1);
  expect(out).toContain('route      no key covers "/ab"; the keys are "/a", "/b"');
});

test("as JSON, with nothing but ASCII", async () => {
  const argv = [...APP, "--method", "DELETE", "--header", "X-Name: caf\u00e9", "--json"];
  const text = await explain(...argv);
  expect(text).toMatch(/^[\n\x20-\x7e]*$/);
  expect(JSON.parse(text.slice(0, -3))).toMatchInlineSnapshot(`
    {
      "blocked": {
        "advice": "methods: add "DELETE" to "GET,PUT".",
        "code": "preflight-method",
        "message": "Access to fetch at 'https://service.invalid/' from origin 'https://app.example.com' has been blocked by CORS policy: Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.",
        "step": "preflight",
      },
      "command": "explain",
      "exchanges": [
        {
          "allowed": false,
          "detail": "Method "DELETE" is not among the methods of route "/"; add it to "methods" to allow it.",
          "kind": "preflight",
          "method": "OPTIONS",
          "path": "/",
          "reason": "method-not-allowed",
          "requestHeaders": {
            "access-control-request-headers": "x-name",
            "access-control-request-method": "DELETE",
            "origin": "https://app.example.com",
          },
          "responseHeaders": {
            "access-control-allow-credentials": "true",
            "access-control-allow-headers": "Content-Type",
            "access-control-allow-methods": "GET,PUT",
            "access-control-allow-origin": "https://app.example.com",
            "access-control-max-age": "600",
            "vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
          },
          "status": 204,
        },
      ],
      "notes": [],
      "preflight": {
        "because": [
          "method DELETE is not GET, HEAD or POST",
          "header x-name needs one with this value",
        ],
        "needed": true,
      },
      "request": {
        "credentials": false,
        "headers": [
          [
            "X-Name",
            "café",
          ],
        ],
        "method": "DELETE",
        "origin": "https://app.example.com",
        "url": "https://service.invalid/",
      },
      "route": {
        "entry": ""https://app.example.com"",
        "key": "/",
        "rule": {
          "allowOverride": false,
          "allowedHeaders": [
            "Content-Type",
          ],
          "blockRefused": false,
          "credentials": true,
          "dangerouslyAllowInsecureOrigins": false,
          "dangerouslyAllowOpaqueOrigins": false,
          "dangerouslyAllowPublicSuffixes": false,
          "exposedHeaders": [
            "ETag",
          ],
          "maxAge": 600,
          "methods": [
            "GET",
            "PUT",
          ],
          "optionsSuccessStatus": 204,
          "origin": [
            "https://app.example.com",
            "https://*.preview.example.com",
            {
              "flags": "",
              "regexp": "^https:\\/\\/pr-[0-9]+\\.example\\.net$",
            },
          ],
          "preflightContinue": false,
        },
        "why": "no other key covers "/"",
      },
      "verdict": "blocked",
      "version": 1,
    }
  `);
  expect(text.slice(-3)).toBe("[1]");
});

test("colours where a person reads", async () => {
  const folder = folderWith({ [FILE]: POLICY });
  const { out } = await runIn(folder, ["explain", FILE, ...APP], true);
  expect(out.split("\n")[0]).toBe("\u001b[32mreadable\u001b[0m: the page can read the answer");
  const plain = await runIn(folder, ["explain", FILE, ...APP]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal takes for colours
  expect(out.replace(/\u001b\[\d+m/g, "")).toBe(plain.out);
});
