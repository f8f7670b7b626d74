// lint --nginx: what is wrong in hand-written CORS for nginx, by line; and nothing in what toNginx writes.
import { describe, expect, test } from "vitest";
import { lintNginx, NGINX_CODES } from "../src/edge/lint-nginx.ts";
import { NginxSyntaxError, parseNginx } from "../src/edge/nginx-conf.ts";
import { toNginx } from "../src/edge/to-nginx.ts";
import { definePolicy } from "../src/index.ts";
import { POLICIES } from "./support/matrix.ts";
import { NGINX_ANIMALS } from "./zoo/nginx.ts";

const MAP = 'map $http_origin $cors { default ""; "https://app.example.com" $http_origin; }';
const RIGHT = "add_header Access-Control-Allow-Origin $cors always;\nadd_header Vary Origin always;";

const TABLE: readonly (readonly [name: string, text: string, findings: readonly string[]])[] = [
  ["nothing wrong", `${MAP}\nserver {\n${RIGHT}\nlocation / { root /srv; }\n}`, []],
  [
    "an add_header of its own",
    `server {\n${RIGHT}\nlocation / {\n  add_header X-Frame-Options DENY;\n}\n}`,
    ["error NGINX_NOT_INHERITED line 5, location /"],
  ],
  [
    "the same, merged",
    `server {\n${RIGHT}\nadd_header_inherit merge;\nlocation / { add_header X-A 1; }\n}`,
    [],
  ],
  [
    "the guide's own block, copied",
    `location / {
  if ($request_method = 'OPTIONS') {
    add_header 'Access-Control-Max-Age' 1728000 always;
    return 204;
  }
  add_header 'Access-Control-Allow-Origin' '*' always;
}`,
    ["error NGINX_PREFLIGHT_WITHOUT_HEADERS line 4, if ($request_method = OPTIONS)"],
  ],
  [
    "headers in an if in a location",
    `location /api {
  if ($http_origin = "https://app.example.com") {
    add_header Access-Control-Allow-Origin "https://app.example.com" always;
  }
}`,
    ["warning NGINX_IF_IN_LOCATION line 3, if ($http_origin = https://app.example.com)"],
  ],
  [
    "no always",
    "server {\nadd_header Access-Control-Allow-Origin *;\n}",
    ["warning NGINX_NO_ALWAYS line 2, server"],
  ],
  [
    "whoever asks, with credentials, no Vary",
    `server {
  add_header Access-Control-Allow-Origin $http_origin always;
  add_header Access-Control-Allow-Credentials true always;
}`,
    ["error NGINX_ORIGIN_REFLECTED line 2, server", "error NGINX_NO_VARY line 2, server"],
  ],
  [
    "whoever asks",
    "server { add_header Access-Control-Allow-Origin $http_origin always; add_header Vary Origin always; }",
    ["warning NGINX_ORIGIN_REFLECTED line 1, server"],
  ],
  [
    "* with credentials",
    "server { add_header Access-Control-Allow-Origin * always; add_header Access-Control-Allow-Credentials true always; }",
    ["error NGINX_ORIGIN_ANY_WITH_CREDENTIALS line 1, server"],
  ],
  [
    "a list, a path, a pattern, and True",
    `server { add_header Access-Control-Allow-Origin "https://a.example, https://b.example" always; }
server { add_header Access-Control-Allow-Origin https://a.example/ always; }
server { add_header Access-Control-Allow-Origin https://*.a.example always; }
server { add_header Access-Control-Allow-Origin https://a.example always; add_header Access-Control-Allow-Credentials True always; }`,
    [
      "error NGINX_ORIGIN_LIST line 1, server",
      "error NGINX_ORIGIN_LIST line 2, server",
      "error NGINX_ORIGIN_LIST line 3, server",
      "error NGINX_CREDENTIALS_VALUE line 4, server",
    ],
  ],
  [
    "patterns",
    `map $http_origin $a { "~*example\\.com$" $http_origin; "~^https://app[.]example[.]com$" $http_origin; }
map $http_origin $b { "~^https?://(www[.])?example[.]org$" $http_origin; "~^https://app.example.net$" 1; "~^(a+)+b.example.com" 1; "~[" 1; }
server { if ($http_origin ~* "^https://.*example[.]com$") { set $cors 1; } }`,
    [
      "error NGINX_ORIGIN_PATTERN line 1, the file",
      "warning NGINX_ORIGIN_HTTP line 2, the file",
      "error NGINX_ORIGIN_PATTERN line 2, the file",
      "error NGINX_ORIGIN_PATTERN line 3, server",
    ],
  ],
  [
    "patterns of subdomains",
    `map $http_origin $a { "~^https://.*[.]example[.]com(:[0-9]+)?" 1; "~^https://[a-z]+[.]example.net$" 1; "~^https://[a-z]+[.]example[.]org$" 1; }
# Access-Control-Allow-Origin`,
    ["error NGINX_ORIGIN_PATTERN line 1, the file", "error NGINX_ORIGIN_PATTERN line 1, the file"],
  ],
  [
    "two layers, and a hidden Vary",
    `server {
  ${RIGHT.replace("\n", " ")}
  location / { proxy_pass http://app; proxy_hide_header Vary; }
  location /own { proxy_pass http://app; proxy_hide_header Access-Control-Allow-Origin; }
}`,
    ["warning NGINX_VARY_HIDDEN line 3, location /", "warning NGINX_TWO_LAYERS line 3, location /"],
  ],
  [
    "what a file that is included may add is no error",
    `server {
  add_header Access-Control-Allow-Origin * always;
  location /a { add_header X-A 1 always; include snippets/cors.conf; }
  location /b { if ($request_method = OPTIONS) { add_header X-A 1; include cors.conf; return 204; } }
  location /c { add_header X-A 1 always; include fastcgi_params; }
}`,
    [
      "note NGINX_NOT_INHERITED line 3, location /a",
      "note NGINX_PREFLIGHT_WITHOUT_HEADERS line 4, if ($request_method = OPTIONS)",
      "error NGINX_NOT_INHERITED line 5, location /c",
    ],
  ],
  [
    "more_set_headers is an answer, and reflects as well",
    `location /a { if ($request_method = OPTIONS) { more_set_headers "Access-Control-Allow-Origin: *"; return 204; } }
location /b { more_set_headers "Access-Control-Allow-Origin: $http_origin" "Vary: Origin" "Access-Control-Allow-Credentials: true"; }`,
    ["error NGINX_ORIGIN_REFLECTED line 2, location /b"],
  ],
  [
    "a map of the type of the answer needs no Vary",
    `map $sent_http_content_type $cors { default ""; ~*font/ "*"; }
server { add_header Access-Control-Allow-Origin $cors always; }`,
    [],
  ],
  [
    "whoever asks, by another name",
    `map $http_origin $a { default $http_origin; }
map $http_origin $b { default ""; "~.*" "\${http_origin}"; }
server { add_header Access-Control-Allow-Origin $a always; add_header Vary Origin always; }
server { add_header Access-Control-Allow-Origin $b always; add_header Vary Origin always; }
server { add_header Access-Control-Allow-Origin "\${http_origin}" always; add_header Vary Origin always; }
server { set $o $http_origin; add_header Access-Control-Allow-Origin $o always; add_header Vary Origin always; }`,
    [3, 4, 5, 6].map((line) => `warning NGINX_ORIGIN_REFLECTED line ${line}, server`),
  ],
  [
    "$http_origin behind a condition on it",
    `server { if ($http_origin !~ "^https://app[.]example[.]com$") { return 403; } ${RIGHT.replace("$cors", "$http_origin")} }
server { set $o $http_origin; if ($http_origin !~ "^https://app[.]example[.]com$") { set $o ""; } ${RIGHT.replace("$cors", "$o")} }
server { if ($http_origin ~ "^https://app[.]example[.]com$") { ${RIGHT.replace("$cors", "$http_origin")} } }
server { set $cors 0; if ($cors = 1) { ${RIGHT.replace("$cors", "$http_origin")} } }`,
    [],
  ],
  [
    "other methods than OPTIONS, and a header taken away",
    `server { if ($request_method !~ ^(GET|OPTIONS)$) { return 204; } add_header Access-Control-Allow-Origin * always; location /x { add_header Access-Control-Allow-Origin ""; } }`,
    [],
  ],
  [
    "two origins, each on a line; and http in brackets",
    `server {
  add_header Access-Control-Allow-Origin https://a.example always;
  add_header Access-Control-Allow-Origin https://b.example always;
  if ($http_origin ~* (https?://.*\\.example\\.com(:[0-9]+)?$)) { set $cors 1; }
}`,
    ["error NGINX_ORIGIN_LIST line 3, server", "warning NGINX_ORIGIN_HTTP line 4, server"],
  ],
  ["no CORS at all", "server { listen 80; }", ["note NGINX_NO_CORS the file"]],
];

const lines = (text: string) =>
  lintNginx(text).map(({ severity, code, where }) => `${severity} ${code} ${where}`);

test.each(TABLE)("%s", (_name, text, findings) => {
  expect(lines(text)).toEqual(findings);
});

test("every code is in the table", () => {
  const all = TABLE.flatMap(([, , findings]) => findings).join(" ");
  expect(NGINX_CODES.filter((code) => !all.includes(code))).toEqual([]);
});

test.each([
  "^https?://(([a-z]+-?)*[a-z]+\\.)*example\\.com!$",
  "^(([a-z0-9])+.)+[a-z]{2,}.example.com!$",
  "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)example.com!$",
  "((a|h|t|p|s|:|/|.)|.)*example.com!$",
  `^(${"a?".repeat(200)}${"a".repeat(40)})*example.com!$`,
])("no pattern keeps it for long: %s", (pattern) => {
  const started = Date.now();
  lintNginx(`map $http_origin $a { "~${pattern}" 1; }`);
  expect(Date.now() - started).toBeLessThan(2000);
});

const UPSTREAM = "http://127.0.0.1:1";

/** What is found by reading, of what `check` finds by asking (test/cli-check-nginx.test.ts). */
const OF_ANIMALS: Readonly<Record<string, readonly string[]>> = {
  "gateway and service both add the header": ["NGINX_TWO_LAYERS"],
  "a location with an add_header of its own inherits none": ["NGINX_NOT_INHERITED"],
  "add_header without always": ["NGINX_NO_ALWAYS"],
  "OPTIONS answered by an if that has none of the headers": ["NGINX_PREFLIGHT_WITHOUT_HEADERS"],
  "a map that is not anchored": ["NGINX_ORIGIN_PATTERN"],
  "whoever asks, by $http_origin": ["NGINX_ORIGIN_REFLECTED"],
};

test.each(Object.entries(OF_ANIMALS))("the zoo: %s", (animal, codes) => {
  const found = NGINX_ANIMALS.find(({ name }) => name === animal);
  const codesOf = (edge = found?.broken) => {
    const { http = "", server = "" } = edge?.site(UPSTREAM) ?? { server: "" };
    return lintNginx(`http { ${http}\nserver { ${server} } }`);
  };
  expect(codesOf().map(({ code }) => code)).toEqual(expect.arrayContaining([...codes]));
  expect(codesOf(found?.fixed).filter(({ severity }) => severity === "error")).toEqual([]);
});

test.each(Object.entries(POLICIES))("nothing in what toNginx writes: %s", (_name, options) => {
  const { files } = toNginx(definePolicy(options));
  const server = `server { ${files["cors-server.conf"]} location / { proxy_pass ${UPSTREAM}; } }`;
  expect(lintNginx(`http { ${files["cors-http.conf"]} ${server} }`)).toEqual([]);
});

describe("reading", () => {
  test("words as nginx takes them", () => {
    const [map, log] = parseNginx(
      `map "$a|$b" $c { # a comment; with { marks }\n  "~^x\\\\.y{2}$" "\${c}\\"d"; default ''; }\nlog_format x 'a "$b" c';`,
    );
    expect(map).toMatchObject({ name: "map", words: ["$a|$b", "$c"], line: 1 });
    expect(map?.block?.map(({ name, words, line }) => [name, words, line])).toEqual([
      ["~^x\\.y{2}$", [`\${c}"d`], 2],
      ["default", [""], 2],
    ]);
    expect(log?.words).toEqual(["x", 'a "$b" c']);
  });

  test("another language in a block is passed over", () => {
    const text = "location / {\n content_by_lua_block {\n ngx.say('}') if x { }\n }\n }\n add_header A b;\n}";
    expect(() => parseNginx(text)).toThrow("line 7");
    expect(parseNginx("a_by_lua_block { x = {} }\nb c;").map(({ name, line }) => [name, line])).toEqual([
      ["a_by_lua_block", 1],
      ["b", 2],
    ]);
  });

  test.each([
    ["server {\n listen 80\n}", 'line 2: "listen" has no ";" at its end'],
    ["server {\n listen 80;\n", 'line 1: the block of "server" has no "}"'],
    ["server { }\n}", 'line 2: unexpected "}"'],
    ['a "b\nc', "line 1: a quoted word does not end"],
    ["x_by_lua_block { {", 'line 1: the block of x_by_lua_block has no "}"'],
    ["{ }", 'line 1: unexpected "{"'],
    ["a {".repeat(60), "line 1: blocks are nested more than 50 deep"],
  ])("%j is no configuration", (text, message) => {
    expect(() => parseNginx(text)).toThrow(NginxSyntaxError);
    expect(() => parseNginx(text)).toThrow(message);
  });
});
