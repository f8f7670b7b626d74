// Functions: of the origin (allowlists of all kinds), and of the request.
import { ADMIN, APP, DEV, EVIL, type RealConfiguration } from "./types.ts";

const FAILS_WITHOUT_ORIGIN = [
  "absent, GET: npm cors answers 500, here 200",
  "absent, OPTIONS: npm cors answers 500, here 200",
];

export const ORIGIN_FUNCTIONS: readonly RealConfiguration[] = [
  {
    seen: "an allowlist, no origin let in, an error for the rest",
    call: `const allowed = ["https://app.example.com", "http://localhost:5173"];
app.use(cors({
  origin: (origin, callback) => {
    if (!origin || allowed.indexOf(origin) !== -1) callback(null, true);
    else callback(new Error("Not allowed by CORS"));
  },
  credentials: true,
  optionsSuccessStatus: 200,
}));`,
    allowed: APP,
    credentials: true,
    verdict: "unchanged",
    note: "Refused origins still get 500, as the error says; `callback(null, false)` refuses without one.",
  },
  {
    seen: "an allowlist, an error for the rest, no origin included",
    call: `const allowed = ["https://app.example.com"];
app.use(cors({
  origin: (origin, callback) => {
    if (allowed.includes(origin)) callback(null, true);
    else callback("Not allowed by CORS");
  },
}));`,
    allowed: APP,
    verdict: "unchanged",
    differs: FAILS_WITHOUT_ORIGIN,
    note: "The function is not asked without an Origin: health checks and other services get through.",
  },
  {
    seen: "Nest, an allowlist that answers false",
    call: `const allowed = ["https://app.example.com"];
app.enableCors({
  credentials: true,
  origin: (origin, callback) => {
    if (!origin || allowed.includes(origin)) return callback(null, true);
    callback(null, false);
  },
});`,
    allowed: APP,
    credentials: true,
    verdict: "unchanged",
  },
  {
    seen: "a look-up in the database",
    call: `app.use(cors({
  origin: async (origin, callback) => {
    if (origin === undefined) return callback(null, true);
    const found = await db.findOrigin(origin);
    if (found) callback(null, true);
    else callback(new Error("Not allowed by CORS"));
  },
}));`,
    allowed: APP,
    verdict: "unchanged",
  },
  {
    seen: "strings and RegExps tested one by one",
    call: String.raw`const allowed = ["https://app.example.com", /\.preview\.example\.com$/, /^http:\/\/localhost(:\d+)?$/];
app.use(cors({
  origin: (origin, callback) => {
    if (!origin) return callback(null, true);
    if (allowed.some((one) => (one instanceof RegExp ? one.test(origin) : one === origin))) return callback(null, origin);
    return callback(null, false);
  },
  credentials: true,
}));`,
    allowed: "https://pr-1.preview.example.com",
    credentials: true,
    verdict: "unchanged",
    note: "RegExps inside a function are the function's: nobody judges them.",
  },
  {
    seen: "whoever asks, and cookies",
    call: `app.use(cors({
  origin: (origin, callback) => callback(null, origin || "*"),
  credentials: true,
  methods: ["GET", "POST", "OPTIONS"],
}));`,
    allowed: APP,
    credentials: true,
    verdict: "unchanged",
    note: "A function may let everybody in: it is asked, not judged.",
  },
  {
    seen: "the host taken out of the origin",
    call: `app.use(cors({
  origin: (origin, callback) => callback(null, new URL(origin).hostname.endsWith(".example.com")),
  credentials: true,
}));`,
    allowed: APP,
    credentials: true,
    verdict: "unchanged",
    differs: FAILS_WITHOUT_ORIGIN,
  },
  {
    seen: "the extensions of a browser by prefix",
    call: `app.use(cors({
  origin: (origin, callback) => {
    if (!origin || origin.startsWith("chrome-extension://")) callback(null, true);
    else callback(new Error("Not allowed"));
  },
}));`,
    allowed: "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    verdict: "unchanged",
  },
  {
    seen: "an allowlist with plain http in it, and cookies",
    call: `const allowed = ["https://app.example.com", "http://www.example.com"];
app.use(cors({
  origin: (origin, callback) => callback(null, !origin || allowed.includes(origin)),
  credentials: true,
}));`,
    allowed: "http://www.example.com",
    credentials: true,
    verdict: "refused in the request",
    proof: {
      shows: "admits",
      origin: "http://www.example.com",
      because:
        "over plain http that is whoever stands on the network path: any page that they write reads with the users' cookies",
    },
    instead: `const allowed = ["https://app.example.com", "http://www.example.com"];
app.use(cors({
  origin: (origin, callback) => callback(null, allowed.includes(origin)),
  credentials: true,
  dangerouslyAllowInsecureOrigins: true,
}));`,
    note: "The other origins of the list are let in as before.",
  },
  {
    seen: "Electron's file pages by comparison",
    call: `app.use(cors({
  origin: (origin, callback) => {
    if (!origin || origin === "null" || origin.startsWith("file://")) callback(null, true);
    else callback(null, false);
  },
}));`,
    allowed: "null",
    verdict: "refused in the request",
    proof: {
      shows: "admits",
      origin: "null",
      because: "that is also what a sandboxed frame of https://evil.example sends",
    },
    instead: `app.use(cors({
  origin: (origin, callback) => callback(null, origin === "null" || origin.startsWith("file://")),
  dangerouslyAllowOpaqueOrigins: true,
}));`,
  },
];

export const REQUEST_FUNCTIONS: readonly RealConfiguration[] = [
  {
    seen: "the allowlist of npm cors's own documentation",
    call: `const allowed = ["https://app.example.com", "http://localhost:5173"];
app.use(cors((req, callback) => {
  let options;
  if (allowed.indexOf(req.header("Origin")) !== -1) options = { origin: true };
  else options = { origin: false };
  callback(null, options);
}));`,
    allowed: APP,
    verdict: "unchanged",
  },
  {
    seen: "one object that every request changes, with a second name for credentials",
    call: `const allowed = ["https://app.example.com"];
const options = { withCredentials: true, credentials: true, origin: false, methods: ["GET", "POST", "PUT"] };
app.use(cors((req, callback) => {
  options.origin = allowed.includes(req.header("Origin"));
  callback(null, options);
}));`,
    allowed: APP,
    credentials: true,
    verdict: "unchanged",
  },
  {
    seen: "the entry of the list that matches",
    call: `const allowed = ["https://app.example.com", "http://localhost:5173"];
app.use(cors((req, callback) => {
  const options = { origin: false };
  const index = allowed.indexOf(req.header("Origin") || "");
  if (index !== -1) options.origin = allowed[index];
  callback(null, options);
}));`,
    allowed: APP,
    verdict: "unchanged",
  },
  {
    seen: "an error with status 403 beside the options",
    call: `const allowed = (process.env.CLIENT_URL || "http://localhost:5173").split(",").map((s) => s.trim());
app.use(cors((req, callback) => {
  const origin = req.header("Origin");
  const ok = !origin || allowed.includes(origin);
  callback(ok ? null : Object.assign(new Error("Origin not allowed"), { status: 403 }), { origin: ok, credentials: true });
}));`,
    env: { CLIENT_URL: `${APP}, ${ADMIN}` },
    allowed: ADMIN,
    credentials: true,
    verdict: "unchanged",
  },
  {
    seen: "everybody reflected, and cookies",
    call: `app.use(cors((req, callback) => callback(null, { origin: true, credentials: true })));`,
    allowed: APP,
    credentials: true,
    verdict: "unchanged",
    note: "As before, every website reads your users' data: a function of the request is trusted to have looked, and this one has not. Answer a list. As options the same is refused.",
  },
  {
    seen: "Nest, the header itself as origin",
    call: `app.enableCors((req, callback) => {
  callback(null, {
    origin: req.header("origin"),
    credentials: true,
    methods: "GET,HEAD,PUT,PATCH,POST,DELETE",
    exposedHeaders: ["x-access-token"],
  });
});`,
    allowed: APP,
    credentials: true,
    verdict: "unchanged",
    note: "As before, every website reads your users' data. Answer a list.",
  },
  {
    seen: "Nest, everybody below one path, cookies elsewhere",
    call: String.raw`app.enableCors((req, callback) => {
  if (/^\/hooks\/[^/]+$/.test(req.url)) callback(null, { origin: "*" });
  else callback(null, { origin: process.env.WEB_ORIGIN, allowedHeaders: ["Authorization", "Content-Type"], credentials: true });
});`,
    env: { WEB_ORIGIN: APP },
    allowed: APP,
    credentials: true,
    headers: ["authorization", "content-type"],
    verdict: "unchanged",
    note: 'Better one table: `routes: { "/": ..., "/hooks": { origin: "*" } }`.',
  },
  {
    seen: "two front ends with different methods",
    call: `app.use(cors((req, callback) => {
  const origin = req.header("Origin");
  const options = { credentials: true, origin: false };
  if (origin === process.env.PUBLIC_ORIGIN) Object.assign(options, { origin: true, methods: ["GET"] });
  else if (origin === process.env.ADMIN_ORIGIN) Object.assign(options, { origin: true, methods: ["GET", "PUT", "DELETE"] });
  callback(null, options);
}));`,
    env: { PUBLIC_ORIGIN: APP, ADMIN_ORIGIN: ADMIN },
    allowed: ADMIN,
    credentials: true,
    method: "DELETE",
    verdict: "unchanged",
  },
  {
    seen: "the service's own host, or a list",
    call: `const allowed = ["https://app.example.com"];
app.use(cors((req, callback) => {
  const origin = req.header("Origin");
  let own = false;
  try {
    own = origin !== undefined && new URL(origin).host === req.get("host");
  } catch {}
  callback(null, { origin: !origin || own || allowed.includes(origin), credentials: true });
}));`,
    allowed: "http://127.0.0.1",
    credentials: true,
    verdict: "unchanged",
  },
  {
    seen: "the service's own address only",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    call: 'app.use(cors((req, callback) => callback(null, { origin: `${req.protocol}://${req.get("host")}` })));',
    allowed: "http://127.0.0.1",
    verdict: "unchanged",
    note: "npm `cors` sends the address to everybody, here it is sent to that origin only.",
  },
  {
    seen: "a tenant's site, looked up while the request waits",
    call: `app.use(cors(async (req, callback) => {
  const origin = req.header("Origin");
  if (!origin) return callback(null, { origin: false });
  const site = await db.findOrigin(origin);
  callback(null, { origin: site !== null, credentials: true });
}));`,
    allowed: APP,
    credentials: true,
    verdict: "unchanged",
  },
  {
    seen: "an origin function inside the options",
    call: `const allowed = ["https://app.example.com"];
app.use(cors((req, callback) => {
  callback(null, {
    origin: (origin, answer) => {
      if (!origin || allowed.includes(origin)) answer(null, true);
      else answer(new Error("Not allowed by CORS"));
    },
    methods: "GET,HEAD,PUT,PATCH,POST,DELETE",
  });
}));`,
    allowed: APP,
    verdict: "unchanged",
  },
  {
    seen: "an error for requests, an answer for preflights",
    call: `const allowed = ["https://app.example.com"];
app.use(cors((req, callback) => {
  const known = allowed.includes(req.header("Origin"));
  const methods = "GET,POST,DELETE,PUT,OPTIONS,HEAD";
  if (req.method === "OPTIONS") callback(null, { origin: known, methods });
  else if (known) callback(null, { origin: true, methods });
  else callback(Object.assign(new Error("Not allowed by CORS"), { status: 403 }));
}));`,
    allowed: APP,
    verdict: "unchanged",
    note: "A function of the request is asked without an Origin too, and its error ends that request, as with npm `cors`.",
  },
  {
    seen: "an error for the rest, several methods in one entry",
    call: `const allowed = ["https://app.example.com"];
app.use(cors((req, callback) => {
  const origin = req.header("Origin") || "*";
  if (allowed.indexOf(origin) >= 0) return callback(null, { origin, methods: ["GET, HEAD"] });
  return callback(new Error(\`\${origin} not allowed by CORS\`));
}));`,
    allowed: APP,
    verdict: "unchanged",
  },
  {
    seen: "Nest, a list of origins and paths, headers in one string",
    call: `const allowed = ["https://app.example.com", "/api/v1/push"];
app.enableCors((req, callback) => {
  if (allowed.includes(req.header("Origin")) || allowed.includes(req.path)) {
    callback(null, {
      origin: true,
      credentials: true,
      methods: "GET, POST, HEAD, OPTIONS, PUT, PATCH, DELETE",
      allowedHeaders: "Origin, X-Requested-With, Content-Type, Accept, x-access-token",
      exposedHeaders: "x-access-token",
    });
  } else callback(null, { origin: false });
});`,
    allowed: APP,
    credentials: true,
    headers: ["content-type", "x-access-token"],
    verdict: "unchanged",
  },
  {
    seen: "a variable that is not set, read at each request",
    call: `app.use(cors((req, callback) => callback(null, { origin: process.env.FRONTEND_URL ?? "", credentials: true })));`,
    allowed: APP,
    credentials: true,
    verdict: "refused in the request",
    codes: ["ORIGIN_REQUIRED"],
    proof: { shows: "turns away", origin: APP, because: "the variable was to name it" },
    instead: `app.use(cors({ origin: process.env.FRONTEND_URL ?? "https://app.example.com", credentials: true }));`,
  },
  {
    seen: "an answer that is true, as for an origin function",
    call: `const allowed = ["http://localhost:5173"];
app.use(cors((req, callback) => {
  if (allowed.indexOf(req.header("Origin")) !== -1) callback(null, true);
  else callback(null, false);
}));`,
    allowed: DEV,
    verdict: "refused in the request",
    codes: ["OPTIONS_TYPE"],
    proof: {
      shows: "admits",
      origin: EVIL,
      because: "true and false are both no options, and the default is everybody",
    },
    instead: `const allowed = ["http://localhost:5173"];
app.use(cors((req, callback) => callback(null, { origin: allowed.includes(req.header("Origin")) })));`,
  },
];
