// Java: the answer to one request, and the response and request that keep it standing whatever the application writes.

/** The class `Answer`: what the policy says of one request. */
export const ANSWER = `
    /** What the policy says of one request; it stands through forwards, error pages and asynchronous dispatches. */
    private static final class Answer {
        static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";
        static final String ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials";
        static final String ALLOW_METHODS = "Access-Control-Allow-Methods";
        static final String ALLOW_HEADERS = "Access-Control-Allow-Headers";
        static final String MAX_AGE = "Access-Control-Max-Age";
        static final String EXPOSE_HEADERS = "Access-Control-Expose-Headers";
        private static final List<String> OWNED = Arrays.asList(ALLOW_ORIGIN, ALLOW_CREDENTIALS, EXPOSE_HEADERS,
                ALLOW_METHODS, ALLOW_HEADERS, MAX_AGE, "Access-Control-Allow-Private-Network");

        final boolean owns;
        /** With which the request is answered here; 0: the application answers. */
        final int status;
        private final boolean credentials;
        /** May the application name headers for scripts to read? */
        private final boolean joinsExposed;
        private final Map<String, String> headers = new HashMap<>();
        /** Names that Vary must have; null: the answer depends on none. */
        private final String vary;
        private final List<String> exposed = new ArrayList<>();
        private final List<String> exposedByApplication = new ArrayList<>();

        Answer(Rule rule, HttpServletRequest request) {
            String origin = valueOf(request, "Origin");
            boolean named = origin != null && !origin.isEmpty();
            String asked = valueOf(request, "Access-Control-Request-Method");
            // OPTIONS with both; OPTIONS alone is the application's (https://fetch.spec.whatwg.org/#cors-preflight-request).
            boolean preflight = named && request.getMethod().equals("OPTIONS") && asked != null && !asked.isEmpty();
            boolean granted = rule.anyOrigin || (named && rule.grants(origin));
            if (granted) {
                headers.put(ALLOW_ORIGIN, rule.anyOrigin ? "*" : origin);
                if (rule.credentials) headers.put(ALLOW_CREDENTIALS, "true");
                if (preflight) putPreflight(rule, asked, valueOf(request, "Access-Control-Request-Headers"));
                else if (rule.exposeHeaders != null) exposed.addAll(Names.split(rule.exposeHeaders));
            }
            owns = !rule.allowsOverride;
            credentials = rule.credentials;
            joinsExposed = granted && !preflight;
            vary = preflight ? PREFLIGHT_VARY : rule.varies ? "Origin" : null;
            status = statusOf(rule, preflight, named && !granted, request, origin);
        }

        private static final String PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

        private void putPreflight(Rule rule, String asked, String askedHeaders) {
            boolean isMethod = Names.isToken(asked) && !asked.equals("*");
            put(ALLOW_METHODS, rule.echoesMethod ? (isMethod ? asked : null) : rule.allowMethods);
            put(ALLOW_HEADERS, rule.echoesHeaders ? Names.echo(askedHeaders) : rule.allowHeaders);
            put(MAX_AGE, rule.maxAge);
        }

        private void put(String name, String value) {
            if (value != null) headers.put(name, value);
        }

        private static int statusOf(
                Rule rule, boolean preflight, boolean refused, HttpServletRequest request, String origin) {
            if (preflight) return rule.preflightContinues ? 0 : refused ? 403 : rule.successStatus;
            return refused && rule.blocksRefused && !isOwnSite(request, origin) ? 403 : 0;
        }

        /**
         * The browser's word alone where it is given; otherwise Origin's host must be the one that was asked
         * (https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header).
         */
        private static boolean isOwnSite(HttpServletRequest request, String value) {
            String site = valueOf(request, "Sec-Fetch-Site");
            if (site != null) return site.equals("same-origin") || site.equals("none");
            Origin origin = Origin.parse(value);
            String host = request.getHeader("Host");
            String forwarded = valueOf(request, "X-Forwarded-Host");
            String first = forwarded == null ? "" : forwarded.split(",", 2)[0];
            return origin != null && origin.isHostOf(host == null ? "" : host, first);
        }

        /** Several lines are one value: two origins are none, and no header is asked for twice. */
        private static String valueOf(HttpServletRequest request, String name) {
            Enumeration<String> lines = request.getHeaders(name);
            return lines == null || !lines.hasMoreElements() ? null : String.join(", ", Collections.list(lines));
        }

        /** Writes all of it; whatever is there already is somebody else's. */
        void writeTo(HttpServletResponse response) {
            for (String name : OWNED) {
                String value = name.equals(EXPOSE_HEADERS) ? exposedValue() : headers.get(name);
                // Removes the header, in Servlet 6.1 by contract and in containers from Tomcat 10.1 on by custom.
                if (value != null || response.containsHeader(name)) response.setHeader(name, value);
            }
            mergeVary(response, response.getHeaders("Vary"));
        }

        static boolean isOwned(String name) {
            return OWNED.stream().anyMatch(name::equalsIgnoreCase);
        }

        /** The application names headers that it sends (Content-Disposition on a download): they join the policy's. */
        void expose(HttpServletResponse response, String list, boolean replaces) {
            if (!joinsExposed) return;
            if (replaces) exposedByApplication.clear();
            for (String name : Names.split(list == null ? "" : list)) {
                // With credentials * would be a header of that name, and expose nothing.
                if (Names.isToken(name) && !(name.equals("*") && credentials)) exposedByApplication.add(name);
            }
            response.setHeader(EXPOSE_HEADERS, exposedValue());
        }

        /** Nothing that the application has written is left. */
        void forgetExposed() {
            exposedByApplication.clear();
        }

        private String exposedValue() {
            String joined = Names.joined(exposed, exposedByApplication);
            return joined.isEmpty() ? null : joined;
        }

        /** One line: the names of these lines, and ours; * is left alone. */
        void mergeVary(HttpServletResponse response, Collection<String> lines) {
            if (vary == null) return;
            List<String> names = Names.split(String.join(",", lines));
            response.setHeader("Vary", names.contains("*") ? "*" : Names.joined(names, Names.split(vary)));
        }

        boolean varies() {
            return vary != null;
        }
    }
`;

/** The classes `OwnedResponse` and `OwnedRequest`. */
export const OWNED = `
    /** A response whose CORS headers are the policy's, and whose Vary keeps what the policy needs. */
    private static final class OwnedResponse extends HttpServletResponseWrapper {
        private final Answer answer;

        OwnedResponse(HttpServletResponse response, Answer answer) {
            super(response);
            this.answer = answer;
        }

        private HttpServletResponse inner() {
            return (HttpServletResponse) getResponse();
        }

        @Override
        public void setHeader(String name, String value) {
            if (!takes(name, value, true)) super.setHeader(name, value);
        }

        @Override
        public void addHeader(String name, String value) {
            if (!takes(name, value, false)) super.addHeader(name, value);
        }

        @Override
        public void setIntHeader(String name, int value) {
            if (!takes(name, String.valueOf(value), true)) super.setIntHeader(name, value);
        }

        @Override
        public void addIntHeader(String name, int value) {
            if (!takes(name, String.valueOf(value), false)) super.addIntHeader(name, value);
        }

        @Override
        public void setDateHeader(String name, long value) {
            if (!takes(name, "", true)) super.setDateHeader(name, value);
        }

        @Override
        public void addDateHeader(String name, long value) {
            if (!takes(name, "", false)) super.addDateHeader(name, value);
        }

        @Override
        public void reset() {
            super.reset();
            answer.forgetExposed();
            answer.writeTo(inner());
        }

        /** Is it a header that the policy has the last word on? Then it is dealt with. */
        private boolean takes(String name, String value, boolean replaces) {
            if (name == null) return false;
            if (Answer.isOwned(name)) {
                if (name.equalsIgnoreCase(Answer.EXPOSE_HEADERS)) answer.expose(inner(), value, replaces);
                return true;
            }
            if (!name.equalsIgnoreCase("Vary") || !answer.varies()) return false;
            List<String> lines = new ArrayList<>();
            if (!replaces) lines.addAll(inner().getHeaders("Vary"));
            if (value != null) lines.add(value);
            answer.mergeVary(inner(), lines);
            return true;
        }
    }

    /** Hands the owned response on to asynchronous work, which would otherwise get the container's own. */
    private static final class OwnedRequest extends HttpServletRequestWrapper {
        private final HttpServletResponse response;

        OwnedRequest(HttpServletRequest request, HttpServletResponse response) {
            super(request);
            this.response = response;
        }

        @Override
        public AsyncContext startAsync() {
            return super.startAsync(this, response);
        }
    }
`;
